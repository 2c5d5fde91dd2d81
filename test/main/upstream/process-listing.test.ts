import { describe, expect, test } from 'vitest';
import {
  environPlace,
  markerInEnviron,
  parseMacListing,
  parseProcStat,
  parseWindowsListing,
  windowsEnd,
} from '../../../main/upstream/process-listing.ts';

/** A stat line of pid 4242 with this name and state; the start is field 22. */
const stat = (name: string, state = 'S') =>
  `4242 (${name}) ${state} 77 4242 4200 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 987654 1000 200 1844\n`;

describe('a Linux stat line', () => {
  test('gives ids, start and name', () => {
    expect(parseProcStat(stat('node'))).toEqual({
      pid: 4242,
      ppid: 77,
      group: 4242,
      session: 4200,
      started: 987_654,
      name: 'node',
    });
  });

  test.each(['a b', 'x) S 1 1', ') R (', '(', 'tmux: server'])('may be named %j', (name) => {
    expect(parseProcStat(stat(name))).toMatchObject({ name, ppid: 77, started: 987_654 });
  });

  test.each(['Z', 'X'])('of a dead process (%s) is none', (state) => {
    expect(parseProcStat(stat('node', state))).toBeUndefined();
  });

  test.each(['', 'nonsense', '1 (x) S', '1 (x', 'a (b) S c d e f'])('%j is none', (text) => {
    expect(parseProcStat(text)).toBeUndefined();
  });
});

describe('the place of an environment', () => {
  const long = (stack: string, from: string, to: string) => {
    const fields = Array.from({ length: 50 }, () => '0');
    fields[25] = stack;
    fields[47] = from;
    fields[48] = to;
    return `4242 (a) b) ${fields.join(' ')}\n`;
  };

  test('changes with its address, its length and the stack', () => {
    const places = [
      long('9', '100', '200'),
      long('9', '100', '201'),
      long('9', '101', '200'),
      long('8', '100', '200'),
    ].map(environPlace);
    expect(new Set(places).size).toBe(4);
    expect(environPlace(long('9', '100', '200'))).toBe(places[0]);
  });

  test.each([
    ['is not told', long('0', '0', '0')],
    ['is empty', long('9', '100', '100')],
    ['is of an old system', stat('node')],
  ])('is unknown where it %s', (_, text) => {
    expect(environPlace(text)).toBeUndefined();
  });
});

describe('the marker in an environment', () => {
  test.each([
    ['first', 'AIRLOCK_SESSION=s1\0A=b\0', 's1'],
    ['later', 'A=b\0AIRLOCK_SESSION=s1\0C=d\0', 's1'],
    ['last, without its NUL', 'A=b\0AIRLOCK_SESSION=s1', 's1'],
    ['after one that looks like it', 'X_AIRLOCK_SESSION=no\0AIRLOCK_SESSION=s1\0', 's1'],
    ['nowhere', 'A=b\0', undefined],
    ['only inside another name', 'X_AIRLOCK_SESSION=no\0', undefined],
    ['only inside a value', 'A=AIRLOCK_SESSION=no\0', undefined],
    ['in an empty environment', '', undefined],
  ])('stands %s', (_, text, marker) => {
    expect(markerInEnviron(text)).toBe(marker);
  });
});

describe('the listing of macOS', () => {
  const list = [
    '    1     0     1 Ss   Mon Nov  2 09:00:01 2026 /sbin/launchd',
    '  501     1   501 S+   Tue Nov 24 11:18:03 2026 /Users/ada/My Apps/node',
    '  502   501   501 Z    Tue Nov 24 11:18:04 2026 (node)',
    '  503   501   503 S    Tue Nov 24 11:18:05 2026 npm exec files',
    'garbage',
    '',
  ].join('\n');
  const environments = [
    '    1 /sbin/launchd',
    '  501 /Users/ada/My Apps/node server.js --key s3cret PATH=/usr/bin AIRLOCK_SESSION=ses_1 HOME=/Users/ada',
    '  503 npm exec files AIRLOCK_SESSION=ses_1',
  ].join('\n');

  test('joins who is there with the marker, and shows no argument', () => {
    expect(parseMacListing(list, environments)).toEqual([
      { pid: 1, ppid: 0, group: 1, started: Date.parse('2026-11-02T09:00:01'), name: 'launchd' },
      {
        pid: 501,
        ppid: 1,
        group: 501,
        started: Date.parse('2026-11-24T11:18:03'),
        name: 'node',
        marker: 'ses_1',
      },
      {
        pid: 503,
        ppid: 501,
        group: 503,
        started: Date.parse('2026-11-24T11:18:05'),
        name: 'npm exec files',
        marker: 'ses_1',
      },
    ]);
  });

  test('of nothing is empty', () => {
    expect(parseMacListing('', '')).toEqual([]);
  });
});

describe('the listing of Windows', () => {
  test('reads the dates of old and new PowerShell', () => {
    const json =
      '\uFEFF[{"ProcessId":0,"ParentProcessId":0,"CreationDate":null,"Name":"System Idle Process"},' +
      '{"ProcessId":900,"ParentProcessId":4,"CreationDate":"/Date(1795519083000)/","Name":"node.exe"},' +
      '{"ProcessId":901,"ParentProcessId":900,"CreationDate":"2026-11-24T11:18:04.5Z","Name":"cmd.exe"}]';
    expect(parseWindowsListing(json)).toEqual([
      { pid: 900, ppid: 4, started: 1_795_519_083_000, name: 'node.exe' },
      { pid: 901, ppid: 900, started: Date.parse('2026-11-24T11:18:04.5Z'), name: 'cmd.exe' },
    ]);
  });

  test('reads one process alone', () => {
    const json = '{"ProcessId":9,"ParentProcessId":4,"CreationDate":"/Date(5)/","Name":"a.exe"}';
    expect(parseWindowsListing(json)).toEqual([{ pid: 9, ppid: 4, started: 5, name: 'a.exe' }]);
  });

  test('leaves out what is no process', () => {
    expect(parseWindowsListing('[null,3,{"ProcessId":"9"}]')).toEqual([]);
    expect(parseWindowsListing('Get-CimInstance : Access denied')).toBeUndefined();
  });

  test('is ended with everything below', () => {
    expect(windowsEnd(42)).toEqual({
      command: expect.stringMatching(/^[A-Z]:\\.*\\System32\\taskkill\.exe$/),
      args: ['/PID', '42', '/T', '/F'],
    });
  });
});
