// biome-ignore-all lint/suspicious/noTemplateCurlyInString: path templates
import { describe, expect, test } from 'vitest';
import { catalogue } from '../../../main/clients/catalogue.ts';
import type { Client } from '../../../main/clients/client-record.ts';
import { configPatterns, type Machine } from '../../../main/clients/config-paths.ts';
import { clientOf } from '../../fakes/configs/desk.ts';

const linux: Machine = { platform: 'linux', home: '/home/ada', env: {} };
const mac: Machine = { platform: 'darwin', home: '/Users/ada', env: {} };
const windows: Machine = { platform: 'win32', home: 'C:\\Users\\ada', env: {} };

/** The patterns as text, with a bar before the part that is matched on disk. */
const paths = (id: string, machine: Machine) =>
  configPatterns(clientOf(id), machine).map(({ base, tail }) => [base, ...tail].join('|'));

describe('the paths of Claude Desktop', () => {
  test('follow each system', () => {
    expect(paths('claude-desktop', linux)).toEqual([
      '/home/ada/.config/Claude/claude_desktop_config.json',
    ]);
    expect(paths('claude-desktop', mac)).toEqual([
      '/Users/ada/Library/Application Support/Claude/claude_desktop_config.json',
      '/Users/ada/Library/Application Support/Claude-3p/claude_desktop_config.json',
    ]);
    expect(paths('claude-desktop', windows)).toEqual([
      'C:\\Users\\ada\\AppData\\Local\\Packages|Claude_*|LocalCache|Roaming|Claude|claude_desktop_config.json',
      'C:\\Users\\ada\\AppData\\Roaming\\Claude\\claude_desktop_config.json',
      'C:\\Users\\ada\\AppData\\Local\\Claude-3p\\claude_desktop_config.json',
    ]);
  });

  test('follow the variables that move them, whatever their case on Windows', () => {
    expect(paths('claude-desktop', { ...linux, env: { XDG_CONFIG_HOME: '/cfg' } })).toEqual([
      '/cfg/Claude/claude_desktop_config.json',
    ]);
    const env = { AppData: 'D:\\Roam', LOCALAPPDATA: 'D:\\Local' };
    expect(paths('claude-desktop', { ...windows, env })).toEqual([
      'D:\\Local\\Packages|Claude_*|LocalCache|Roaming|Claude|claude_desktop_config.json',
      'D:\\Roam\\Claude\\claude_desktop_config.json',
      'D:\\Local\\Claude-3p\\claude_desktop_config.json',
    ]);
  });

  test.each(['relative/cfg', ''])('ignore the XDG folder %j, which is not absolute', (folder) => {
    expect(paths('claude-desktop', { ...linux, env: { XDG_CONFIG_HOME: folder } })).toEqual(
      paths('claude-desktop', linux),
    );
  });
});

test('Claude Code is looked for where its variable says and at home', () => {
  const env = { CLAUDE_CONFIG_DIR: '/srv/claude' };
  expect(paths('claude-code', { ...linux, env })).toEqual([
    '/srv/claude/.claude.json',
    '/home/ada/.claude.json',
    '/etc/claude-code/managed-mcp.json',
  ]);
  expect(paths('claude-code', { ...linux, env: { claude_config_dir: '/srv/claude' } })).toEqual([
    '/home/ada/.claude.json',
    '/etc/claude-code/managed-mcp.json',
  ]);
  expect(paths('claude-code', { ...linux, env: { CLAUDE_CONFIG_DIR: 'here' } })).toEqual([
    '/home/ada/.claude.json',
    '/etc/claude-code/managed-mcp.json',
  ]);
});

test('Cursor has one file on every system', () => {
  expect(paths('cursor', linux)).toEqual(['/home/ada/.cursor/mcp.json']);
  expect(paths('cursor', mac)).toEqual(['/Users/ada/.cursor/mcp.json']);
  expect(paths('cursor', windows)).toEqual(['C:\\Users\\ada\\.cursor\\mcp.json']);
});

test('VS Code is every build with its profiles, and the settings of older ones', () => {
  const base = '/Users/ada/Library/Application Support';
  expect(paths('vscode', mac)).toEqual([
    ...['Code', 'Code - Insiders', 'VSCodium', 'Code - OSS'].flatMap((build) => [
      `${base}/${build}/User/mcp.json`,
      `${base}/${build}/User/profiles|*|mcp.json`,
    ]),
    `${base}/Code/User/settings.json`,
    `${base}/Code - Insiders/User/settings.json`,
  ]);
  const env = { VSCODE_PORTABLE: '/usb/code' };
  const found = configPatterns(clientOf('vscode'), { ...linux, env }).slice(0, 2);
  expect(found.map(({ base, tail, from }) => [base, tail, from.scope])).toEqual([
    ['/usb/code/user-data/User/mcp.json', [], 'user'],
    ['/usb/code/user-data/User/profiles', ['*', 'mcp.json'], 'profile'],
  ]);
});

test('a home folder with a star in its name is no pattern', () => {
  const [found] = configPatterns(clientOf('cursor'), { ...linux, home: '/home/a*a' });
  expect(found).toMatchObject({ base: '/home/a*a/.cursor/mcp.json', tail: [] });
});

test('what belongs to the whole system lies where the system keeps it', () => {
  expect(paths('codex', { ...linux, systemRoot: '/fake' })).toContain(
    '/fake/etc/codex/config.toml',
  );
  expect(paths('gemini-cli', mac)).toContain(
    '/Library/Application Support/GeminiCli/settings.json',
  );
  expect(paths('codex', windows)).toContain('C:\\ProgramData\\OpenAI\\Codex\\config.toml');
  expect(paths('claude-code', { ...windows, env: { ProgramFiles: 'D:\\Programs' } })).toContain(
    'D:\\Programs\\ClaudeCode\\managed-mcp.json',
  );
});

test.each([
  ['codex', 'CODEX_HOME', 'config.toml'],
  ['copilot-cli', 'COPILOT_HOME', 'mcp-config.json'],
  ['gemini-cli', 'GEMINI_CLI_HOME', '.gemini/settings.json'],
  ['qwen-code', 'QWEN_HOME', 'settings.json'],
  ['cline', 'CLINE_DATA_DIR', 'settings/cline_mcp_settings.json'],
  ['continue', 'CONTINUE_GLOBAL_DIR', 'config.yaml'],
  ['goose', 'GOOSE_PATH_ROOT', 'config/config.yaml'],
  ['opencode', 'OPENCODE_CONFIG_DIR', 'opencode.json'],
  ['crush', 'CRUSH_GLOBAL_DATA', 'crush.json'],
  ['kimi-code', 'KIMI_CODE_HOME', 'mcp.json'],
  ['grok-build', 'GROK_HOME', 'config.toml'],
  ['pi', 'PI_CODING_AGENT_DIR', 'mcp.json'],
])('%s is moved by %s', (id, name, file) => {
  expect(paths(id, { ...linux, env: { [name]: '/moved' } })).toContain(`/moved/${file}`);
});

const ids =
  'claude-desktop claude-code cursor vscode copilot-cli copilot-jetbrains visual-studio windsurf zed cline roo-code kilo-code continue gemini-cli antigravity codex goose lm-studio jetbrains-ai junie amazon-q kiro opencode crush warp amp qwen-code trae factory-droid witsy cherry-studio 5ire raycast kimi-code grok-build mistral-vibe qoder augment rovo-dev mastra-code mcporter pi fx muse-code deepagents reasonix openclaw windows-odr boltai enconvo librechat hermes agents-generic';

describe('every client in the catalogue', () => {
  test('has an id of its own', () => {
    expect(new Set(catalogue.map(({ id }) => id)).size).toBe(catalogue.length);
  });

  test('is every client of the reference', () => {
    expect(catalogue.map(({ id }) => id).sort()).toEqual(ids.split(' ').sort());
  });

  test.each(catalogue.map((client): [string, Client] => [client.id, client]))(
    '%s can be found somewhere, and its sentences end',
    (_, client) => {
      const places = [linux, mac, windows].flatMap((machine) => configPatterns(client, machine));
      expect(places.length + client.workspace.length + client.beyond.length).toBeGreaterThan(0);
      for (const sentence of [
        client.reload,
        client.whenUnreadable,
        client.badEntry ?? '.',
        ...client.beyond.map(({ advice }) => advice),
        ...Object.values(client.shape.obstacles),
        ...[...client.lists, ...places.map(({ from }) => from)].map(
          ({ seenOnly }) => seenOnly ?? '.',
        ),
      ]) {
        expect(sentence).toMatch(/\.$/);
      }
      const forms = [...places.map(({ from }) => from), ...client.workspace].flatMap(({ form }) =>
        form === undefined ? [] : [form],
      );
      for (const form of forms) expect(Object.keys(client.forms)).toContain(form);
      expect(JSON.stringify(client)).not.toContain('undefined');
    },
  );
});
