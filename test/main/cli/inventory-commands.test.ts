import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { doctor } from '../../../main/cli/doctor.ts';
import { inventory, inventoryExport } from '../../../main/cli/inventory.ts';
import { scan } from '../../../main/cli/scan.ts';
import { status } from '../../../main/cli/status.ts';
import type { Workplace } from '../../../main/cli/workplace.ts';
import { openStateStore, type StateStore } from '../../../main/storage/state-store.ts';
import { type Connection, ScanReport } from '../../../shared/client.ts';
import { Inventory } from '../../../shared/inventory.ts';
import { commandHome, heard } from './command-home.ts';

const token = 'ghp_abcdefghijklmnopqrstuvwxyz0123456789';
const cursor = {
  mcpServers: {
    files: { command: 'npx', args: ['-y', '@scope/files-mcp@1.0.0'], env: { TOKEN: token } },
    far: { url: 'https://mcp.example.com/mcp', headers: { Authorization: `Bearer ${token}` } },
  },
};
const home = () => commandHome({ '.cursor/mcp.json': cursor });

/** The same home with its first entry under Airlock, through which a call came. */
function protectedHome(more: (state: StateStore) => void = () => undefined): Workplace {
  const place = commandHome({});
  const { bridgeFile } = place;
  const entry = { command: bridgeFile, args: ['con_1'] };
  const file = join(place.machine.home, '.cursor/mcp.json');
  const whole = commandHome({ '.cursor/mcp.json': { mcpServers: { files: entry } } });
  const at = { ...whole, bridgeFile };
  mkdirSync(at.data, { recursive: true });
  const opened = openStateStore(join(at.data, 'state.db'));
  if (!opened.ok) throw new Error(opened.problem.message);
  const connection: Connection = {
    id: 'con_1',
    clientId: 'cursor',
    clientName: 'Cursor',
    file,
    keyPath: ['mcpServers', 'files'],
    name: 'files',
    serverId: 'srv_1',
    serverLabel: 'npx files-mcp',
    command: 'npx',
    args: ['files-mcp'],
    secretEnv: [],
    forwardedEnv: [],
    argvInFile: false,
    createdAt: 1,
  };
  opened.value.connections.save(connection);
  more(opened.value);
  opened.value.close();
  return at;
}

const called = (state: StateStore): void =>
  state.sightings.save({
    serverId: 'srv_1',
    label: 'npx files-mcp',
    transport: 'stdio',
    firstSeenAt: 5,
    lastSeenAt: 9,
    versions: [],
    calls: { con_1: 9 },
  });

/** Runs a command and gives its exit code and its document. */
async function told<T>(
  run: (out: ReturnType<typeof heard>['out']) => Promise<{ ok: boolean; value?: unknown }>,
  schema: { parse(value: unknown): T },
) {
  const { out, documents, texts, notes } = heard();
  const done = await run(out);
  if (!done.ok) throw new Error(JSON.stringify(done));
  const [document] = documents;
  return { code: done.value, document: schema.parse(document), text: texts[0] ?? '', notes };
}
const anything = { parse: (value: unknown) => value as Record<string, unknown> };

describe('scan', () => {
  test('gives clients, files, entries and servers, with secrets by place and kind alone', async () => {
    const { document, code } = await told((out) => scan(home(), {}, out), ScanReport);
    expect(code).toBe(0);
    const [client] = document.clients;
    expect(client).toMatchObject({ id: 'cursor', name: 'Cursor' });
    expect(client?.files).toMatchObject([
      {
        scope: 'user',
        format: 'json',
        entries: [
          {
            name: 'files',
            transport: 'stdio',
            command: 'npx',
            args: ['-y', '@scope/files-mcp@1.0.0'],
            disabled: false,
            routeState: 'direct',
            secrets: [{ location: 'env.TOKEN', kind: 'github-token' }],
            server: document.servers[0]?.id,
          },
          {
            name: 'far',
            transport: 'http',
            url: 'https://mcp.example.com/mcp',
            secrets: [{ location: 'headers.Authorization' }],
          },
        ],
      },
    ]);
    expect(JSON.stringify(document)).not.toContain(token.slice(4));
  });

  test('leaves no trace', async () => {
    const place = home();
    await told((out) => scan(place, {}, out), ScanReport);
    expect(existsSync(place.data)).toBe(false);
  });

  test('shows a route that a call has proven, and that a kill blocks', async () => {
    const routes = async (place: Workplace) => {
      const { document } = await told((out) => scan(place, {}, out), ScanReport);
      return document.clients.flatMap(({ files }) =>
        files.flatMap(({ entries }) => entries.map(({ routeState }) => routeState)),
      );
    };
    expect(await routes(protectedHome())).toEqual(['unknown']);
    expect(await routes(protectedHome(called))).toEqual(['routed']);
    const killed = protectedHome((state) => {
      called(state);
      state.kills.save({ id: 'k', scope: { kind: 'all' }, origin: 'tray', by: 'ada', at: 1 });
    });
    expect(await routes(killed)).toEqual(['blocked']);
  });
});

describe('doctor', () => {
  const servers = (document: Record<string, unknown>) =>
    (document.checks as { name: string; result: string; detail: string }[]).find(
      ({ name }) => name === 'servers',
    );

  test('notes what is direct, and leaves no trace', async () => {
    const place = home();
    const { document } = await told((out) => doctor(place, { strict: false }, out), anything);
    expect(servers(document)).toMatchObject({ result: 'note' });
    expect(existsSync(place.data)).toBe(false);
  });

  test('--strict ends with 1 while anything is direct, and names each', async () => {
    const place = commandHome({
      '.cursor/mcp.json': cursor,
      '.codeium/windsurf/mcp_config.json': {
        mcpServers: { off: { command: 'npx', args: ['x'], disabled: true } },
      },
    });
    const { document, code } = await told((out) => doctor(place, { strict: true }, out), anything);
    expect(code).toBe(1);
    expect(servers(document)?.result).toBe('problem');
    expect(servers(document)?.detail).toMatch(/^3 server\(s\) start without Airlock: /);
    for (const name of [
      'files (Cursor',
      'far (Cursor',
      'off (Windsurf (Devin Desktop), switched off',
    ]) {
      expect(servers(document)?.detail).toContain(name);
    }
  });

  test('--strict has nothing against servers where all are protected', async () => {
    const { document } = await told(
      (out) => doctor(protectedHome(), { strict: true }, out),
      anything,
    );
    expect(servers(document)).toMatchObject({ result: 'ok', detail: '1 protected, none direct.' });
  });

  test('reads the rules of the person, and says which cannot be read', async () => {
    const place = commandHome({ 'data/policy.cedar': 'permit (' });
    const { document, code } = await told((out) => doctor(place, { strict: false }, out), anything);
    expect(code).toBe(1);
    expect(JSON.stringify(document.checks)).toContain('policy and state');
  });

  test('tells of a config that cannot be read', async () => {
    const place = commandHome({ '.cursor/mcp.json': '{' });
    const { document } = await told((out) => doctor(place, { strict: false }, out), anything);
    expect(document.checks).toContainEqual(
      expect.objectContaining({ name: 'config', result: 'problem' }),
    );
  });
});

describe('status without the app', () => {
  test('says what the data folder knows, and makes none', async () => {
    const place = home();
    const { document, code } = await told((out) => status(place, out), anything);
    expect(code).toBe(1);
    expect(document).toMatchObject({ running: false, kills: [], connections: 0 });
    expect(existsSync(place.data)).toBe(false);
  });

  test('counts connections and kills', async () => {
    const place = protectedHome((state) =>
      state.kills.save({ id: 'k', scope: { kind: 'all' }, origin: 'tray', by: 'ada', at: 1 }),
    );
    const { document, text } = await told((out) => status(place, out), anything);
    expect(document).toMatchObject({ connections: 1, kills: [{ id: 'k' }] });
    expect(text).toContain('1 kill(s) in force.');
  });
});

describe('inventory', () => {
  test('lists servers with what is known of them', async () => {
    const { document, text } = await told((out) => inventory(home(), {}, out), Inventory);
    expect(document.servers.map(({ target }) => target)).toEqual([
      'https://mcp.example.com/mcp',
      'npx -y @scope/files-mcp@1.0.0',
    ]);
    expect(document.servers[1]).toMatchObject({
      package: { kind: 'npm', name: '@scope/files-mcp', version: '1.0.0' },
      owner: { name: '@scope', from: 'package' },
      route: { state: 'direct' },
    });
    expect(text).toContain('direct');
    expect(JSON.stringify(document)).not.toContain(token.slice(4));
  });

  test('remembers when a server was first seen, and its route; it writes nothing itself', async () => {
    const place = protectedHome(called);
    const before = readFileSync(join(place.data, 'state.db'));
    const { document } = await told((out) => inventory(place, {}, out), Inventory);
    expect(document.servers).toMatchObject([
      { id: 'srv_1', firstSeenAt: 5, route: { state: 'routed', at: 9 } },
    ]);
    expect(readFileSync(join(place.data, 'state.db')).equals(before)).toBe(true);
  });

  test('of an empty home says so', async () => {
    const { text } = await told((out) => inventory(commandHome({}), {}, out), Inventory);
    expect(text).toBe('No MCP server was seen here.');
  });

  test.each(['json', 'csv', 'cyclonedx'] as const)(
    'is exported to a file as %s',
    async (format) => {
      const place = home();
      const output = join(place.machine.home, 'out.txt');
      const { out, notes } = heard();
      expect(await inventoryExport(place, { format, output }, out)).toEqual({ ok: true, value: 0 });
      const text = readFileSync(output, 'utf8');
      expect(text).toContain(
        { json: '"servers"', csv: 'kind,label', cyclonedx: '"CycloneDX"' }[format],
      );
      expect(text).not.toContain(token.slice(4));
      expect(statSync(output).mode & 0o777).toBe(0o600);
      expect(notes).toEqual([`2 servers written to ${output}.`]);
    },
  );

  test('that cannot be written is a problem', async () => {
    const place = home();
    const output = join(place.machine.home, 'none', 'out.txt');
    const done = await inventoryExport(place, { format: 'csv', output }, heard().out);
    expect(done).toMatchObject({ ok: false, problem: { code: 'not-written' } });
  });
});
