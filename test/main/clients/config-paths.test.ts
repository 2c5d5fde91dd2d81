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
    ]);
    expect(paths('claude-desktop', windows)).toEqual([
      'C:\\Users\\ada\\AppData\\Local\\Packages|Claude_*|LocalCache|Roaming|Claude|claude_desktop_config.json',
      'C:\\Users\\ada\\AppData\\Roaming\\Claude\\claude_desktop_config.json',
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
  ]);
  expect(paths('claude-code', { ...linux, env: { claude_config_dir: '/srv/claude' } })).toEqual([
    '/home/ada/.claude.json',
  ]);
  expect(paths('claude-code', { ...linux, env: { CLAUDE_CONFIG_DIR: 'here' } })).toEqual([
    '/home/ada/.claude.json',
  ]);
});

test('Cursor has one file on every system', () => {
  expect(paths('cursor', linux)).toEqual(['/home/ada/.cursor/mcp.json']);
  expect(paths('cursor', mac)).toEqual(['/Users/ada/.cursor/mcp.json']);
  expect(paths('cursor', windows)).toEqual(['C:\\Users\\ada\\.cursor\\mcp.json']);
});

test('VS Code is every build with its profiles', () => {
  expect(paths('vscode', mac)).toEqual(
    ['Code', 'Code - Insiders', 'VSCodium', 'Code - OSS'].flatMap((build) => [
      `/Users/ada/Library/Application Support/${build}/User/mcp.json`,
      `/Users/ada/Library/Application Support/${build}/User/profiles|*|mcp.json`,
    ]),
  );
  const env = { VSCODE_PORTABLE: '/usb/code' };
  const scopes = configPatterns(clientOf('vscode'), { ...linux, env }).slice(0, 2);
  expect(scopes).toEqual([
    { base: '/usb/code/user-data/User/mcp.json', tail: [], scope: 'user' },
    { base: '/usb/code/user-data/User/profiles', tail: ['*', 'mcp.json'], scope: 'profile' },
  ]);
});

test('a home folder with a star in its name is no pattern', () => {
  expect(configPatterns(clientOf('cursor'), { ...linux, home: '/home/a*a' })).toEqual([
    { base: '/home/a*a/.cursor/mcp.json', tail: [], scope: 'user' },
  ]);
});

describe('every client in the catalogue', () => {
  test('has an id of its own', () => {
    expect(new Set(catalogue.map(({ id }) => id)).size).toBe(catalogue.length);
  });

  test.each(catalogue.map((client): [string, Client] => [client.id, client]))(
    '%s has paths on each system, a reload sentence and a servers list',
    (_, client) => {
      for (const machine of [linux, mac, windows]) {
        expect(configPatterns(client, machine).length).toBeGreaterThan(0);
      }
      expect(client.reload).toMatch(/\.$/);
      expect(client.whenUnreadable).toMatch(/\.$/);
      expect(client.lists.some(({ seenOnly }) => seenOnly === undefined)).toBe(true);
      expect(JSON.stringify(client)).not.toContain('undefined');
    },
  );
});
