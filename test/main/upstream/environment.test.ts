import { DEFAULT_INHERITED_ENV_VARS } from '@modelcontextprotocol/client/stdio';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { childEnvironment, variable } from '../../../main/upstream/environment.ts';

const from = (over: Partial<Parameters<typeof childEnvironment>[0]> = {}) =>
  childEnvironment({
    platform: 'linux',
    parent: {},
    path: '/usr/bin',
    entry: {},
    sessionId: 'ses_1',
    ...over,
  });

describe('the environment of a server', () => {
  test('holds what a program needs and nothing else of the app', () => {
    const parent = {
      HOME: '/home/ada',
      USER: 'ada',
      LOGNAME: 'ada',
      SHELL: '/bin/zsh',
      LANG: 'de_DE.UTF-8',
      LC_TIME: 'C',
      TERM: 'xterm',
      TMPDIR: '/tmp',
      TZ: 'UTC',
      PATH: '/app/only',
      NODE_OPTIONS: '--require /evil.js',
      ELECTRON_RUN_AS_NODE: '1',
      LD_PRELOAD: '/evil.so',
      AWS_SECRET_ACCESS_KEY: 'k',
      SSH_AUTH_SOCK: '/run/agent',
      AIRLOCK_SESSION: 'outer',
      UNSET: undefined,
    };
    expect(from({ parent })).toEqual({
      HOME: '/home/ada',
      USER: 'ada',
      LOGNAME: 'ada',
      SHELL: '/bin/zsh',
      LANG: 'de_DE.UTF-8',
      LC_TIME: 'C',
      TERM: 'xterm',
      TMPDIR: '/tmp',
      TZ: 'UTC',
      PATH: '/usr/bin',
      AIRLOCK_SESSION: 'ses_1',
    });
  });

  test('holds at least what the SDKs would pass', () => {
    const windows = [
      ...['APPDATA', 'COMSPEC', 'HOMEDRIVE', 'HOMEPATH', 'LOCALAPPDATA', 'PATH', 'PATHEXT'],
      ...['PROCESSOR_ARCHITECTURE', 'PROGRAMDATA', 'PROGRAMFILES', 'PROGRAMFILES(X86)'],
      ...['PROGRAMW6432', 'SYSTEMDRIVE', 'SYSTEMROOT', 'TEMP', 'USERNAME', 'USERPROFILE', 'WINDIR'],
    ];
    const unix = ['HOME', 'LOGNAME', 'PATH', 'SHELL', 'TERM', 'USER'];
    expect(process.platform === 'win32' ? windows : unix).toEqual(
      expect.arrayContaining([...DEFAULT_INHERITED_ENV_VARS]),
    );
    for (const [platform, names] of [
      ['win32', windows],
      ['linux', unix],
      ['darwin', unix],
    ] as const) {
      const parent = Object.fromEntries(names.map((name) => [name, 'x']));
      expect(Object.keys(from({ platform, parent }))).toEqual(expect.arrayContaining([...names]));
    }
  });

  test('lets a server find the screen of a Linux desktop, and of no other', () => {
    const parent = {
      DISPLAY: ':0',
      WAYLAND_DISPLAY: 'wayland-0',
      XAUTHORITY: '/run/user/1000/xauth',
      XDG_RUNTIME_DIR: '/run/user/1000',
      XDG_SESSION_TYPE: 'wayland',
      XDG_CURRENT_DESKTOP: 'GNOME',
      DBUS_SESSION_BUS_ADDRESS: 'unix:path=/run/user/1000/bus',
    };
    expect(from({ parent })).toMatchObject(parent);
    for (const platform of ['darwin', 'win32'] as const)
      expect(Object.keys(from({ platform, parent })).sort()).toEqual(['AIRLOCK_SESSION', 'PATH']);
  });

  test('knows the way out of a company network, without the password to it', () => {
    const parent = {
      HTTPS_PROXY: 'http://proxy.example:3128',
      https_proxy: 'http://ada:hunter2@proxy.example:3128',
      no_proxy: 'localhost,.example',
      NODE_EXTRA_CA_CERTS: '/etc/ssl/company.pem',
    };
    const { https_proxy: _secret, ...passes } = parent;
    const child = from({ parent });
    expect(child).toMatchObject(passes);
    expect(child).not.toHaveProperty('https_proxy');
  });

  test('takes anything the entry names, which wins over ours', () => {
    const entry = { NODE_OPTIONS: '--max-old-space-size=64', PATH: '/entry', HOME: '/other' };
    expect(from({ parent: { HOME: '/home/ada' }, entry })).toMatchObject(entry);
  });

  test('passes no exported shell function', () => {
    expect(from({ parent: { TERM: '() { :; }; touch /tmp/x' } })).not.toHaveProperty('TERM');
  });

  test('keeps its marker whatever the entry says', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<NodeJS.Platform>('linux', 'darwin', 'win32'),
        fc.dictionary(fc.constantFrom('AIRLOCK_SESSION', 'airlock_session', 'A'), fc.string()),
        (platform, entry) => {
          const child = from({ platform, entry });
          return variable(platform, child, 'AIRLOCK_SESSION') === 'ses_1';
        },
      ),
    );
  });

  test('compares names on Windows without case and keeps one of each', () => {
    const child = from({
      platform: 'win32',
      parent: {
        Path: 'C:\\app',
        SYSTEMROOT: 'C:\\Windows',
        Temp: 'C:\\t',
        ProgramFiles: 'C:\\Program Files',
        HOME: 'C:\\x',
        NODE_OPTIONS: '--inspect',
      },
      path: 'C:\\bin',
      entry: { path: 'C:\\entry', airlock_session: 'mine' },
    });
    expect(child).toEqual({
      SYSTEMROOT: 'C:\\Windows',
      Temp: 'C:\\t',
      ProgramFiles: 'C:\\Program Files',
      path: 'C:\\entry',
      AIRLOCK_SESSION: 'ses_1',
    });
  });
});

test('a variable is looked up as the platform does', () => {
  expect(variable('win32', { Path: 'a' }, 'PATH')).toBe('a');
  expect(variable('linux', { Path: 'a' }, 'PATH')).toBeUndefined();
});
