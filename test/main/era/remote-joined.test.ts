import { createServer } from 'node:http';
import { Client as ModernClient, type Transport } from '@modelcontextprotocol/client';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import type { Transport as LegacyTransport } from '@modelcontextprotocol/sdk/shared/transport.js';
import {
  ListRootsRequestSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { createMcpHandler, inputRequired, McpServer } from '@modelcontextprotocol/server';
import { afterEach, describe, expect, it } from 'vitest';
import { probeEra } from '../../../main/era/era-probe.ts';
import { type HttpServer, openHttpServer } from '../../../main/upstream/http-server.ts';
import { ok } from '../../../shared/outcome.ts';
import { closeSites, hasty, started } from '../../fakes/remote.ts';
import { streamableSite, waited } from '../../fakes/sdk-servers.ts';
import { until } from '../relay/rig.ts';
import { governed, realAfter } from './peers.ts';

const open: HttpServer[] = [];
let disconnect: () => Promise<unknown> = async () => undefined;
afterEach(async () => {
  await disconnect();
  for (const server of open.splice(0)) await server.stop();
  await closeSites();
});

/** A remote server as the app reaches it. */
function remote(url: string) {
  const opened = openHttpServer(
    {
      sessionId: 'ses-1',
      name: 'remote',
      clientName: 'Cursor',
      target: { url, kind: 'http' },
      mask: (text) => text,
    },
    { entryHeaders: async () => ok({}), limits: hasty },
  );
  if (!opened.ok) throw new Error(opened.problem.message);
  open.push(opened.value);
  return { in: opened.value.stdout, out: opened.value.stdin };
}

const probe = (url: string) =>
  probeEra({
    after: realAfter,
    clientInfo: { name: 'airlock', version: '1' },
    open: async () => ok({ streams: remote(url), close: async () => undefined }),
  });

/** The SDK's own server (2.x), over HTTP and with 2026-07-28 alone. */
async function modernSite() {
  const seen = { cancelled: 0, connected: 0 };
  const handler = createMcpHandler(
    () => {
      const server = new McpServer(
        { name: 'modern', version: '2.0.0' },
        { capabilities: { tools: { listChanged: true } } },
      );
      server.registerTool('where', {}, async ({ mcpReq }) =>
        mcpReq.inputResponses === undefined
          ? inputRequired({ inputRequests: { roots: inputRequired.listRoots() } })
          : { content: [{ type: 'text', text: JSON.stringify(mcpReq.inputResponses) }] },
      );
      server.registerTool('wait', {}, async ({ mcpReq }) => {
        seen.connected += 1;
        await new Promise<void>((resolve) =>
          mcpReq.signal.addEventListener('abort', () => resolve()),
        );
        seen.cancelled += 1;
        return { content: [] };
      });
      return server;
    },
    { legacy: 'reject' },
  );
  const serve = toNodeHandler(handler);
  const origin = await started(
    createServer((request, response) => {
      void serve(request as Parameters<typeof serve>[0], response);
    }),
  );
  return { url: `${origin}/mcp`, handler, seen };
}

describe('a legacy client in front of a modern server over HTTP', () => {
  it('is probed, calls, answers, hears of changes and cancels', async () => {
    const { url, handler, seen } = await modernSite();
    expect(await probe(url)).toEqual(ok('modern'));
    const session = governed(remote(url), 'modern');
    const client = new Client({ name: 'legacy', version: '1' }, { capabilities: { roots: {} } });
    client.setRequestHandler(ListRootsRequestSchema, () => ({ roots: [{ uri: 'file:///r' }] }));
    let changes = 0;
    client.setNotificationHandler(ToolListChangedNotificationSchema, () => {
      changes += 1;
    });
    disconnect = () => client.close();
    await client.connect(session.transport as unknown as LegacyTransport);
    const { tools } = await client.listTools();
    expect(tools).toHaveLength(2);
    const result = await client.callTool({ name: 'where', arguments: {} });
    expect(JSON.stringify(result.content)).toContain('file:///r');
    await until(() => {
      handler.notify.toolsChanged();
      return changes > 0;
    });
    const stop = new AbortController();
    const signal = stop.signal;
    const waiting = client.callTool({ name: 'wait', arguments: {} }, undefined, { signal });
    const failed = expect(waiting).rejects.toThrow();
    await until(() => seen.connected === 1);
    stop.abort('enough');
    await failed;
    await until(() => seen.cancelled === 1);
    expect(session.stopped).toEqual([]);
  });
});

describe('a modern client in front of a legacy server over HTTP', () => {
  it('is probed, calls, answers, hears progress and changes, and cancels', async () => {
    const { url } = await streamableSite({ stateful: true });
    expect(await probe(url)).toEqual(ok('legacy'));
    const session = governed(remote(url), 'legacy');
    const client = new ModernClient(
      { name: 'modern', version: '2' },
      { capabilities: { roots: {} }, versionNegotiation: { mode: { pin: '2026-07-28' } } },
    );
    client.setRequestHandler('roots/list', () => ({ roots: [{ uri: 'file:///r' }] }));
    disconnect = () => client.close();
    await client.connect(session.transport as unknown as Transport);
    const echo = await client.callTool({ name: 'echo', arguments: { text: 'hello' } });
    expect(echo.content).toEqual([{ type: 'text', text: 'hello' }]);
    const progress: number[] = [];
    await client.callTool(
      { name: 'count', arguments: { to: 3 } },
      { onprogress: (of) => void progress.push(of.progress) },
    );
    expect(progress).toEqual([1, 2, 3]);
    const asked = await client.callTool({ name: 'ask', arguments: {} });
    expect(asked.content).toEqual([{ type: 'text', text: 'file:///r' }]);
    let changes = 0;
    client.setNotificationHandler('notifications/tools/list_changed', () => {
      changes += 1;
    });
    await client.listen({ toolsListChanged: true });
    await client.callTool({ name: 'change', arguments: {} });
    await until(() => changes === 1);
    const before = waited.cancelled;
    const stop = new AbortController();
    const waiting = client.callTool({ name: 'wait', arguments: {} }, { signal: stop.signal });
    const failed = expect(waiting).rejects.toThrow();
    await client.listTools();
    stop.abort('enough');
    await failed;
    await until(() => waited.cancelled === before + 1);
    expect(session.stopped).toEqual([]);
  });
});
