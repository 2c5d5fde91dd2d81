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
      XDG_RUNTIME_DIR: '/run/user/1',
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
