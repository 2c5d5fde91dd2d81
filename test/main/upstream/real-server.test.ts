import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, expect, test } from 'vitest';
import { aStart, aSupervisor } from '../../fakes/supervised.ts';

const { supervisor, folder, remove } = aSupervisor();
afterAll(async () => {
  await supervisor.stopAll();
  remove();
});

test('a published MCP server starts, shakes hands and stops', { timeout: 30_000 }, async () => {
  const bin = path.resolve('node_modules/.bin/mcp-server-filesystem');
  const launch = { command: bin, args: [folder], env: {} };
  const start = aStart('', { launch });
  const server = await supervisor.open(start);
  if (!server.ok) throw new Error(server.problem.message);
  const lines = createInterface({ input: server.value.stdout });
  const answer = new Promise<string>((resolve) => lines.once('line', resolve));
  const params = {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'test', version: '1' },
  };
  const request = { jsonrpc: '2.0', id: 1, method: 'initialize', params };
  server.value.stdin.write(`${JSON.stringify(request)}\n`);
  expect(JSON.parse(await answer)).toMatchObject({ id: 1, result: { serverInfo: {} } });
  const report = await supervisor.stop(start.sessionId);
  expect(report).toMatchObject({ verified: true, survivors: [] });
  expect(report.items.map(({ pid }) => pid)).toContain(server.value.pid);
});
