import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { scan } from '../../../main/clients/discover.ts';
import { previewProtect, protect } from '../../../main/clients/protect.ts';
import { isGlob } from '../../../main/clients/vendor-matchers.ts';
import { type Desk, hiding, makeDesk } from '../../fakes/configs/desk.ts';

let desk: Desk;
beforeEach(() => {
  desk = makeDesk();
  desk = Object.assign(desk, {
    ports: { ...desk.ports, machine: { ...desk.ports.machine, systemRoot: desk.root } },
  });
});
afterEach(() => desk.close());

const system = (file: string, content: unknown) =>
  desk.put(path.join('..', file), typeof content === 'string' ? content : JSON.stringify(content));

async function found() {
  const { clients } = await scan({ ...desk.ports.machine, ...hiding, connections: [] });
  return clients
    .flatMap(({ files }) => files.filter(({ scope }) => scope !== 'managed'))
    .flatMap(({ entries }) => entries);
}
const states = async () =>
  (await found()).map(({ name, routeState, notGovernable }) => [
    name,
    routeState,
    notGovernable ?? '',
  ]);
/** Names of the entries a rewrite takes over. */
const rewritten = async () =>
  (await previewProtect(desk.ports, {})).flatMap(({ entries }) => entries);

const says = (part: string) => expect.stringContaining(part);

describe('Claude Code and its managed settings', () => {
  const settings = 'etc/claude-code/managed-settings.json';
  beforeEach(() => {
    desk.put(
      '.claude.json',
      JSON.stringify({
        mcpServers: {
          files: { command: 'npx', args: ['files'] },
          shell: { command: 'bash', args: ['-c', 'x'] },
          wiki: { type: 'http', url: 'https://wiki.example.net/mcp' },
        },
      }),
    );
  });

  test('a denied server is shown as blocked and never routed', async () => {
    system(settings, {
      deniedMcpServers: [
        { serverCommand: ['bash', '-c', 'x'] },
        { serverUrl: 'https://*.example.net/*' },
      ],
    });
    expect(await states()).toEqual([
      ['files', 'direct', ''],
      ['shell', 'blocked', says('Claude Code blocks it: it is on a deny list')],
      ['wiki', 'blocked', says('Claude Code blocks it')],
    ]);
    expect(await rewritten()).toEqual(['files']);
    await protect(desk.ports, await previewProtect(desk.ports, {}));
    const text = readFileSync(path.join(desk.home, '.claude.json'), 'utf8');
    expect(text).toContain('"shell":{"command":"bash","args":["-c","x"]}');
  });

  test('an allow list by exact command keeps the entry from being rewritten, and says what to do', async () => {
    system(settings, { allowedMcpServers: [{ serverCommand: ['npx', 'files'] }] });
    expect(await states()).toEqual([
      ['files', 'direct', says('Not rewritten: a rule in')],
      ['shell', 'blocked', says('it is not on the allow list')],
      ['wiki', 'blocked', says('it is not on the allow list')],
    ]);
    expect((await found())[0]?.notGovernable).toContain('Ask IT to allow the command');
    expect(await rewritten()).toEqual([]);
  });

  test('an allow list by name holds after a rewrite, too', async () => {
    system(settings, { allowedMcpServers: [{ serverName: 'files' }] });
    expect((await states()).map(([name, state]) => [name, state])).toEqual([
      ['files', 'direct'],
      ['shell', 'blocked'],
      ['wiki', 'blocked'],
    ]);
    expect(await rewritten()).toEqual(['files']);
  });

  test('an empty allow list blocks everything', async () => {
    system(settings, { allowedMcpServers: [] });
    expect((await states()).map(([, state]) => state)).toEqual(['blocked', 'blocked', 'blocked']);
  });

  test('rules of the drop-in folder and of MDM count as well', async () => {
    system('etc/claude-code/managed-settings.d/10.json', {
      deniedMcpServers: [{ serverName: 'files' }],
    });
    const managedSettings = async (domain: string) =>
      domain === 'com.anthropic.claudecode'
        ? { deniedMcpServers: [{ serverName: 'shell' }] }
        : undefined;
    Object.assign(desk, { ports: { ...desk.ports, managedSettings } });
    expect(await rewritten()).toEqual([]);
  });

  test('a managed list of servers leaves no others', async () => {
    system('etc/claude-code/managed-mcp.json', { mcpServers: { own: { command: 'y' } } });
    expect(await states()).toEqual([
      ['files', 'blocked', says('the administrator has set the servers')],
      ['shell', 'blocked', says('no others are loaded')],
      ['wiki', 'blocked', says('no others are loaded')],
    ]);
    const { clients } = await scan({ ...desk.ports.machine, ...hiding, connections: [] });
    expect(clients[0]?.files[1]).toMatchObject({
      scope: 'managed',
      entries: [{ name: 'own', notGovernable: says('administrator') }],
    });
  });

  test('rules that cannot be read stop every rewrite of that client alone', async () => {
    system(settings, '{"deniedMcpServers": [');
    desk.put('.cursor/mcp.json', '{"mcpServers": {"c": {"command": "x"}}}');
    expect(await rewritten()).toEqual(['c']);
    expect((await states())[0]?.[2]).toContain('could not be read');
  });
});

test('Copilot: every source that has an allow list must allow', async () => {
  desk.put('.copilot/mcp-config.json', '{"mcpServers": {"f": {"command": "npx", "args": []}}}');
  system('etc/github-copilot/managed-settings.json', { allowedMcpServers: [{ serverName: 'f' }] });
  expect(await rewritten()).toEqual(['f']);
});

test('Codex requirements compare name and command, and a rule for the bridge lets it be routed', async () => {
  desk.put(
    '.codex/config.toml',
    '[mcp_servers.a]\ncommand = "npx"\n[mcp_servers.b]\ncommand = "uvx"\n[mcp_servers.c]\ncommand = "x"\n[mcp_servers.d]\ncommand = "y"\n',
  );
  system(
    'etc/codex/requirements.toml',
    '[mcp_servers.a]\nidentity = { command = "npx" }\n[mcp_servers.b]\nidentity = { command = "other" }\n[mcp_servers.d]\n',
  );
  expect(await states()).toEqual([
    ['a', 'direct', says('Not rewritten')],
    ['b', 'blocked', says('not among the required servers')],
    ['c', 'blocked', says('OpenAI Codex blocks it')],
    ['d', 'direct', ''],
  ]);
  expect(await rewritten()).toEqual(['d']);
});

test('Amp permissions: the first rule that matches decides', async () => {
  desk.put(
    '.config/amp/settings.json',
    JSON.stringify({
      'amp.mcpServers': {
        a: { command: 'npx', args: ['x'] },
        b: { command: 'bash' },
        c: { command: 'uvx' },
      },
    }),
  );
  system('etc/ampcode/managed-settings.json', {
    'amp.mcpPermissions': [
      { matches: { command: 'npx', args: 'x*' }, action: 'allow' },
      { matches: { command: 'bash' }, action: 'reject' },
    ],
  });
  expect(await states()).toEqual([
    ['a', 'direct', says('Not rewritten')],
    ['b', 'blocked', says('a permission rule rejects it')],
    ['c', 'direct', ''],
  ]);
});

test('Gemini system settings exclude by name', async () => {
  desk.put(
    '.gemini/settings.json',
    '{"mcpServers": {"a": {"command": "x"}, "b": {"command": "y"}, "c": {"command": "z"}}, "mcp": {"excluded": ["c"]}}',
  );
  system('etc/gemini-cli/settings.json', { mcp: { allowed: ['a', 'c'] } });
  expect(await states()).toEqual([
    ['a', 'direct', ''],
    ['b', 'blocked', says('does not allow its name')],
    ['c', 'direct', ''],
  ]);
  expect((await found()).map(({ disabled }) => disabled)).toEqual([false, false, true]);
});

test.each([
  ['off', 'blocked', 'MCP is switched off'],
  ['registryOnly', 'direct', 'Not rewritten'],
  ['allowed', 'direct', ''],
])('VS Code access %s', async (access, state, reason) => {
  desk.put('.config/Code/User/mcp.json', '{"servers": {"a": {"command": "x"}}}');
  system('etc/vscode/policy.json', { ChatMCP: access });
  expect(await states()).toEqual([['a', state, reason === '' ? '' : says(reason)]]);
});

test('Factory lets in what its list names, which a rewrite is not', async () => {
  desk.put('.factory/mcp.json', '{"mcpServers": {"a": {"command": "x"}}}');
  system('etc/factory/settings.json', { mcpPolicy: { enabled: true, allowlist: ['x'] } });
  expect(await rewritten()).toEqual([]);
  system('etc/factory/settings.json', {
    mcpPolicy: { enabled: true, allowlist: [{ command: desk.ports.bridgeFile }] },
  });
  expect(await rewritten()).toEqual(['a']);
});

test('Goose with an allow list somewhere else is not rewritten', async () => {
  desk.put('.config/goose/config.yaml', 'extensions:\n  a: {type: stdio, cmd: x, args: []}\n');
  expect(await rewritten()).toEqual(['a']);
  const machine = { ...desk.ports.machine, env: { GOOSE_ALLOWLIST: 'https://it.example/list' } };
  const [preview] = await previewProtect({ ...desk.ports, machine }, {});
  expect(preview).toBeUndefined();
});

test('Claude Desktop whose local servers are switched off is blocked', async () => {
  desk.put('.config/Claude/claude_desktop_config.json', '{"mcpServers": {"a": {"command": "x"}}}');
  const managedSettings = async () => ({ isLocalDevMcpEnabled: false });
  expect(await previewProtect({ ...desk.ports, managedSettings }, {})).toEqual([]);
});

test.each([
  ['https://*.x.net/*', 'https://a.x.net/mcp', true],
  ['https://*.x.net/*', 'https://x.net/mcp', false],
  ['*', '', true],
  ['a*a', 'a', false],
  ['a', 'a', true],
  ['a*b*c', 'a-b-b-c', true],
  ['http://127.0.0.1:*/*', 'http://127.0.0.1:4567/mcp/con_1', true],
])('the pattern %s on %s', (pattern, text, fits) => {
  expect(isGlob(pattern, text)).toBe(fits);
});
