import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { openConfigs } from '../../main/compose-configs.ts';
import { openGovernance } from '../../main/compose-governance.ts';
import { lookAround, openInventory } from '../../main/compose-inventory.ts';
import type { ScanReport } from '../../shared/client.ts';
import { closeSites } from '../fakes/remote.ts';
import { streamableSite } from '../fakes/sdk-servers.ts';
import { entryView, report } from '../main/inventory/inventory-fakes.ts';
import { tempFolder } from '../main/storage/temp-folder.ts';

const children: ChildProcess[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) {
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  }
  await closeSites();
});

/** A running server that no client started, in a folder whose name tells what it is. */
async function running(env: Readonly<Record<string, string>> = {}) {
  const file = join(tempFolder(), 'lone-mcp-server', 'index.js');
  mkdirSync(dirname(file));
  writeFileSync(file, 'process.stdout.write("up"); setInterval(() => {}, 1000);');
  const child = spawn(process.execPath, [file, '--token', 'sk-proj-abcdefghijklmnop'], {
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  children.push(child);
  await new Promise((resolve) => child.stdout?.once('data', resolve));
  return { child, file };
}

const mask = (text: string) => text.replace(/sk-[\w-]+/g, '•');
const platform = process.platform as 'linux' | 'darwin' | 'win32';
const look = (of: ScanReport, pids: readonly number[] = []) =>
  lookAround(of, { machine: { platform, home: homedir() }, mask, pids });
const nothing: ScanReport = { clients: [], servers: [] };

describe.runIf(platform === 'linux')('a server that runs on this machine', () => {
  test('in no config is found, with its parents and without its secret', async () => {
    const { child, file } = await running();
    const { stray, problems } = await look(nothing);
    const found = stray.find(({ pid }) => pid === child.pid);
    expect(problems).toEqual([]);
    expect(found?.command).toContain(file);
    expect(found?.command).not.toContain('abcdefghijklmnop');
    expect(found?.parents[0]?.pid).toBe(process.pid);
  });

  test('that an entry of a config starts is explained by it', async () => {
    const { child, file } = await running();
    const args = [file, '--token', '••••••'];
    const { stray } = await look(report([entryView({ command: 'node', args })]));
    expect(stray.some(({ pid }) => pid === child.pid)).toBe(false);
  });

  test('that we started is explained, by its mark or by its parent', async () => {
    const marked = await running({ AIRLOCK_SESSION: 'one' });
    const own = await running();
    const byMark = await look(nothing);
    expect(byMark.stray.some(({ pid }) => pid === marked.child.pid)).toBe(false);
    expect(byMark.stray.some(({ pid }) => pid === own.child.pid)).toBe(true);
    const byParent = await look(nothing, [process.pid]);
    expect(byParent.stray.some(({ pid }) => pid === own.child.pid)).toBe(false);
  });

  test('is not looked for on behalf of another home', async () => {
    await running();
    const machine = { platform, home: tempFolder() };
    expect(await lookAround(nothing, { machine, mask, pids: [] })).toEqual({
      stray: [],
      listeners: [],
      problems: [],
    });
  });
});

function app() {
  const home = tempFolder();
  const machine = { platform, home, tmp: home, env: {} };
  const data = join(home, 'data');
  const opened = openGovernance({
    machine,
    data,
    version: '1',
    mode: () => 'enforce',
    onChange: () => undefined,
  });
  if (!opened.ok) throw new Error(opened.problem.message);
  const governance = opened.value;
  const configs = openConfigs(governance, { machine, data, bridgeFile: join(home, 'bridge') });
  const inventory = openInventory(governance, {
    machine,
    version: '1',
    scan: configs.scan,
    sessions: () => [],
  });
  const write = (servers: Record<string, unknown>): void => {
    mkdirSync(join(home, '.cursor'), { recursive: true });
    writeFileSync(join(home, '.cursor/mcp.json'), JSON.stringify({ mcpServers: servers }));
  };
  const found = () => governance.trail.recent(50).filter(({ kind }) => kind === 'server.found');
  return { governance, inventory, write, found };
}

describe('the inventory of the app', () => {
  test('records each new server in the trail once, with how soon it was seen', async () => {
    const { governance, inventory, write, found } = app();
    write({ first: { command: 'npx', args: ['first-mcp'] } });
    await inventory.get();
    write({
      first: { command: 'npx', args: ['first-mcp'] },
      second: { command: 'npx', args: ['second-mcp'] },
    });
    const { servers } = await inventory.get();
    await inventory.get();
    await expect.poll(() => found().length).toBe(2);
    const [second, first] = found();
    expect(first?.detail).toMatch(
      /^A server was seen for the first time: npx first-mcp \(cursor\)/,
    );
    expect(first?.detail).not.toContain('after it was written');
    expect(second?.detail).toMatch(/second-mcp .* after it was written\.$/);
    const seen = servers.find(({ label }) => label === 'npx second-mcp');
    expect(second?.server?.id).toBe(seen?.id);
    expect(seen?.detectedAfterMs).toBeLessThan(60_000);
    governance.close();
  });

  test('keeps versions and the proof of a route from run to run', async () => {
    const { governance, inventory } = app();
    const server = { id: 'srv_1', label: 'npx one', transport: 'stdio' } as const;
    inventory.introduced(server, { name: 'one', version: '2' });
    inventory.called('con_1', server);
    inventory.flush();
    expect(governance.state.sightings.all().rows).toMatchObject([
      { serverId: 'srv_1', versions: [{ version: '2' }], calls: { con_1: expect.any(Number) } },
    ]);
    governance.close();
  });

  test('looks at a local address when a person asks, and says so in the trail', async () => {
    const { governance, inventory, found } = app();
    const site = await streamableSite({ stateful: true });
    const probed = await inventory.probe(site.url);
    expect(probed).toMatchObject({ ok: true, value: { answer: 'mcp' } });
    await expect.poll(() => found().length).toBe(1);
    expect(found()[0]?.detail).toContain(`looked at ${site.url}. It is an MCP server`);
    expect(await inventory.probe('http://example.com/')).toMatchObject({ ok: false });
    expect(found()).toHaveLength(1);
    governance.close();
  });
});
