import { describe, expect, test } from 'vitest';
import {
  macQueries,
  parseMac,
  parseProc,
  parseWindows,
  windowsQuery,
} from '../../../main/identity/process-listing.ts';

const stat = (name: string) =>
  `4711 (${name}) S 4700 4711 4700 0 -1 4194304 100 0 0 0 1 2 0 0 20 0 11 0 987654 1 2 3`;

describe('Linux', () => {
  test.each<[string, string | undefined, string | undefined, object]>([
    [
      'node',
      '/usr/bin/node',
      'node\0server.js\0',
      { path: '/usr/bin/node', command: 'node server.js' },
    ],
    ['a) (b', undefined, '', {}],
    ['cursor', '/opt/Cursor/cursor (deleted)', undefined, { path: '/opt/Cursor/cursor' }],
  ])('reads %j', (name, exe, cmdline, more) => {
    expect(parseProc(stat(name), exe, cmdline)).toEqual({
      pid: 4711,
      parentPid: 4700,
      started: 987654,
      ...more,
    });
  });

  test.each(['', 'x', '1 (a', 'one (a) S two'])('does not take %j for a process', (text) => {
    expect(parseProc(text, undefined, undefined)).toBeUndefined();
  });
});

describe('macOS', () => {
  const programs = `    1     0 /sbin/launchd
  501     1 /Applications/Cursor.app/Contents/MacOS/Cursor
  502   501 /Applications/Cursor.app/Contents/Frameworks/Cursor Helper (Plugin).app/Contents/MacOS/Cursor Helper (Plugin)
  503   502 node
nonsense
`;
  const commands = `    1 /sbin/launchd
  501 /Applications/Cursor.app/Contents/MacOS/Cursor
  503 node /Users/ada/.airlock/bridge.mjs con_1
`;

  test('reads programs with spaces in their paths, and those without a path', () => {
    expect(parseMac(programs, commands)).toEqual([
      { pid: 1, parentPid: 0, path: '/sbin/launchd', command: '/sbin/launchd' },
      {
        pid: 501,
        parentPid: 1,
        path: '/Applications/Cursor.app/Contents/MacOS/Cursor',
        command: '/Applications/Cursor.app/Contents/MacOS/Cursor',
      },
      {
        pid: 502,
        parentPid: 501,
        path: '/Applications/Cursor.app/Contents/Frameworks/Cursor Helper (Plugin).app/Contents/MacOS/Cursor Helper (Plugin)',
      },
      { pid: 503, parentPid: 502, command: 'node /Users/ada/.airlock/bridge.mjs con_1' },
    ]);
  });

  test('is asked by the whole path of ps', () => {
    expect(macQueries.map(({ command }) => command)).toEqual(['/bin/ps', '/bin/ps']);
  });
});

describe('Windows', () => {
  const row = {
    ProcessId: 4100,
    ParentProcessId: 4000,
    ExecutablePath: 'C:\\Users\\Ada\\AppData\\Local\\Programs\\cursor\\Cursor.exe',
    CommandLine: '"C:\\Users\\Ada\\AppData\\Local\\Programs\\cursor\\Cursor.exe" --type=utility',
    CreationDate: '/Date(1764000000000)/',
  };
  const read = {
    pid: 4100,
    parentPid: 4000,
    path: row.ExecutablePath,
    command: row.CommandLine,
    started: 1_764_000_000_000,
  };

  test.each<[string, unknown, unknown]>([
    ['a list', [row, { ...row, ProcessId: 'x' }, null], [read]],
    ['one alone', row, [read]],
    ['a later PowerShell', { ...row, CreationDate: '2025-11-24T16:00:00+00:00' }, [read]],
    [
      'what may not be seen',
      { ...row, ExecutablePath: null, CommandLine: null, CreationDate: null },
      [{ pid: 4100, parentPid: 4000 }],
    ],
    ['something else', 'text', []],
  ])('reads %s', (_, answer, rows) => {
    expect(parseWindows(`\uFEFF${JSON.stringify(answer)}`)).toEqual(rows);
  });

  test('does not take a message for an answer', () => {
    expect(parseWindows('Get-CimInstance : Access denied')).toEqual([]);
  });

  test('is asked by the whole path of PowerShell', () => {
    expect(windowsQuery('D:\\Windows').command).toBe(
      'D:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe',
    );
  });
});
