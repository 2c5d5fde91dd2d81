import { symlinkSync } from 'node:fs';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { catalogue } from '../../../main/clients/catalogue.ts';
import type { Client } from '../../../main/clients/client-record.ts';
import { type ScanInput, scan } from '../../../main/clients/discover.ts';
import { previewProtect, protect } from '../../../main/clients/protect.ts';
import { type FileView, ScanReport } from '../../../shared/client.ts';
import { bridgeFile, type Desk, hiding, makeDesk } from '../../fakes/configs/desk.ts';

let desk: Desk;
beforeEach(() => {
  desk = makeDesk();
});
afterEach(() => desk.close());

const cursorFile = '.cursor/mcp.json';
const codeFile = '.claude.json';
const vscodeFile = '.config/Code/User/mcp.json';

const scanNow = (more: Partial<ScanInput> = {}) =>
  scan({ ...desk.ports.machine, ...hiding, connections: desk.connections(), ...more });
const files = async () => {
  const { clients } = await scanNow();
  return clients.flatMap((client) => client.files);
};
const entries = async () => (await files()).flatMap((file) => file.entries);
const errors = async () => (await files()).map(({ error }: FileView) => error ?? '');

describe('a scan', () => {
  test('of an empty home finds nothing', async () => {
    expect(await scanNow()).toEqual({ clients: [], servers: [] });
  });

  test('finds every client with a config, in the shape of the contract', async () => {
    desk.put(
      '.config/Claude/claude_desktop_config.json',
      '{"mcpServers": {"f": {"command": "npx", "args": ["files"]}}}',
    );
    desk.put(
      codeFile,
      '{"mcpServers": {"f": {"command": "npx", "args": ["files"]}}, "projects": {"/w": {"mcpServers": {"p": {"command": "node"}}}}}',
    );
    desk.put(cursorFile, '{"mcpServers": {}}');
    desk.put(
      vscodeFile,
      '{"servers": {"w": {"type": "sse", "url": "https://u:p@a.example/sse?key=1"}}}',
    );
    desk.put('.config/Code - Insiders/User/profiles/abc/mcp.json', '{}');
    const report = await scanNow();
    expect(ScanReport.parse(report)).toEqual(report);
    expect(report.clients.map(({ id, files }) => [id, files.map(({ scope }) => scope)])).toEqual([
      ['claude-desktop', ['user']],
      ['claude-code', ['user']],
      ['cursor', ['user']],
      ['vscode', ['user', 'profile']],
    ]);
    expect(
      report.servers.map(({ label, transport, usedBy }) => [label, transport, usedBy]),
    ).toEqual([
      ['npx files', 'stdio', ['claude-desktop', 'claude-code']],
      ['node', 'stdio', ['claude-code']],
      ['https://a.example/sse', 'sse', ['vscode']],
    ]);
    for (const client of report.clients) expect(client.reload).not.toBe('');
  });

  test('shows what an entry is, without its secrets', async () => {
    desk.put(
      vscodeFile,
      `{"servers": {
      "crm": {"command": "node", "args": ["crm.js", "sk-1234567890"], "env": {"T": "literal-1", "U": "\${env:U}"}},
      "wiki": {"type": "http", "url": "https://a.example/mcp?k=sk-1234567890", "headers": {"X": "literal-2"}},
      "odd": 7, "a\u202eb": {"command": "x"}}}`,
    );
    const found = await entries();
    expect(JSON.stringify(found)).not.toMatch(/literal|sk-1234567890/);
    expect(found).toMatchObject([
      {
        name: 'crm',
        transport: 'stdio',
        command: 'node',
        args: ['crm.js', '••••••'],
        protected: false,
        routeState: 'direct',
        secrets: [
          { location: 'args[1]', kind: 'api key' },
          { location: 'env.T', kind: 'value' },
        ],
        server: expect.stringMatching(/^srv_/),
      },
      {
        name: 'wiki',
        transport: 'http',
        url: 'https://a.example/mcp',
        routeState: 'direct',
        notGovernable: expect.stringContaining('this version routes only'),
        secrets: [
          { location: 'url', kind: 'api key' },
          { location: 'headers.X', kind: 'value' },
        ],
      },
      {
        name: 'odd',
        transport: 'unknown',
        routeState: 'unknown',
        server: '',
        notGovernable: expect.any(String),
      },
      { name: 'a\\u{202e}b' },
    ]);
    expect(found[0]).not.toHaveProperty('notGovernable');
  });

  test('shows a protected entry as what it stands for, and as the same server as before', async () => {
    desk.put(
      cursorFile,
      '{"mcpServers": {"f": {"command": "npx", "args": ["files", "sk-1234567890"], "env": {"T": "x"}}}}',
    );
    const [before] = await entries();
    await protect(desk.ports, await previewProtect(desk.ports, {}));
    const report = await scanNow();
    const [after] = await entries();
    expect(after).toEqual({
      name: 'f',
      transport: 'stdio',
      command: 'npx',
      args: ['files', '••••••'],
      disabled: false,
      protected: true,
      routeState: 'unknown',
      secrets: [],
      server: before?.server,
      connectionId: desk.connections()[0]?.id,
    });
    expect(report.servers).toMatchObject([{ id: before?.server, label: 'npx files ••••••' }]);
  });

  test('says so when an entry leads to us by a connection nobody knows', async () => {
    desk.put(
      cursorFile,
      `{"mcpServers": {"f": {"command": "${bridgeFile}", "args": ["con_foreign"]}, "g": {"command": "${bridgeFile}"}}}`,
    );
    expect(await entries()).toMatchObject([
      {
        protected: true,
        notGovernable: expect.stringContaining('does not know the connection'),
        server: '',
      },
      { protected: true, notGovernable: expect.stringContaining('does not know the connection') },
    ]);
  });

  test('counts a file that two paths lead to once', async () => {
    const real = desk.put(cursorFile, '{"mcpServers": {"f": {"command": "x"}}}');
    desk.put('.config/Code/User/profiles/a/mcp.json', '{}');
    symlinkSync(
      path.join(desk.home, '.config/Code/User/profiles/a'),
      path.join(desk.home, '.config/Code/User/profiles/b'),
    );
    symlinkSync(real, path.join(desk.home, codeFile));
    expect(await errors()).toEqual([
      '',
      expect.stringContaining(
        `It is the same file as ${path.join(desk.home, codeFile)} of Claude Code`,
      ),
      '',
      expect.stringContaining('of VS Code and is handled there'),
    ]);
    expect((await scanNow()).servers).toHaveLength(1);
  });
});

test('thirty clients and two hundred servers are found in well under a second', async () => {
  const [pattern] = catalogue;
  if (pattern === undefined) throw new Error('empty catalogue');
  const clients: Client[] = Array.from({ length: 30 }, (_, index) => ({
    ...pattern,
    id: `c${index}`,
    paths: { ...pattern.paths, linux: [{ path: `\${HOME}/c${index}.json`, scope: 'user' }] },
  }));
  for (const { id } of clients) {
    const servers = Array.from({ length: 7 }, (_, n) => [
      `s${n}`,
      { command: 'npx', args: [`${id}-${n}`], env: { T: 'x' } },
    ]);
    desk.put(`${id}.json`, JSON.stringify({ mcpServers: Object.fromEntries(servers) }, null, 2));
  }
  await scanNow({ clients });
  const start = performance.now();
  const report = await scanNow({ clients });
  expect(report.servers).toHaveLength(210);
  // The budget is 300 ms on a quiet machine; this one may be busy with other tests.
  expect(performance.now() - start).toBeLessThan(1_000);
});
