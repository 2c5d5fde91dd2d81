import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  macCommandQuery,
  parseMacCommands,
  parseProcCommand,
  parseWindowsCommands,
  readCommands,
  windowsCommandQuery,
  windowsWords,
} from '../../../main/inventory/process-commands.ts';
import { tempFolder } from '../storage/temp-folder.ts';

const never = () => Promise.reject(new Error('not asked'));

describe('the command lines of Linux', () => {
  test('are parted by NUL, spaces and all', () => {
    expect(parseProcCommand('node\0/a b/x.js\0--y\0')).toEqual(['node', '/a b/x.js', '--y']);
  });

  test('a title in its place is parted by spaces', () => {
    expect(parseProcCommand('npm exec foo-mcp /tmp\0\0\0')).toEqual([
      'npm',
      'exec',
      'foo-mcp',
      '/tmp',
    ]);
  });

  test('a kernel thread has none', () => {
    expect(parseProcCommand('')).toEqual([]);
  });

  test('are read from /proc; what ended meanwhile is left out', async () => {
    const proc = tempFolder();
    mkdirSync(join(proc, '10'));
    mkdirSync(join(proc, '11'));
    mkdirSync(join(proc, 'sys'));
    writeFileSync(join(proc, '10', 'cmdline'), 'npx\0foo-mcp\0');
    const read = await readCommands('linux', { run: never, proc });
    expect(read).toEqual({ ok: true, value: new Map([[10, ['npx', 'foo-mcp']]]) });
  });

  test('of this very process can be read', async () => {
    const read = await readCommands(process.platform, { run: never });
    if (process.platform === 'linux') {
      expect(read.ok && read.value.get(process.pid)?.[0]).toMatch(/node/);
    }
  });

  test('that cannot be listed are a problem', async () => {
    const read = await readCommands('linux', { run: never, proc: join(tempFolder(), 'none') });
    expect(read).toMatchObject({ ok: false, problem: { code: 'commands-unreadable' } });
  });
});

describe('the command lines of macOS', () => {
  const list = [
    '    1 /sbin/launchd',
    '  501 /Applications/Visual Studio Code.app/Contents/MacOS/Electron --type=x -y',
    '  502 /Applications/Claude.app/Contents/MacOS/Claude',
    '  600 npm exec foo-mcp   /tmp ',
    'nonsense',
    '',
  ].join('\n');

  test('are read from ps, apps with spaces in their path whole', async () => {
    const asked: unknown[] = [];
    const read = await readCommands('darwin', {
      run: async (query) => {
        asked.push(query);
        return list;
      },
    });
    expect(asked).toEqual([macCommandQuery]);
    expect(read).toEqual({ ok: true, value: parseMacCommands(list) });
    expect([...parseMacCommands(list)]).toEqual([
      [1, ['/sbin/launchd']],
      [501, ['/Applications/Visual Studio Code.app/Contents/MacOS/Electron', '--type=x', '-y']],
      [502, ['/Applications/Claude.app/Contents/MacOS/Claude']],
      [600, ['npm', 'exec', 'foo-mcp', '/tmp']],
    ]);
  });
});

describe('the command lines of Windows', () => {
  test.each([
    ['a b', ['a', 'b']],
    ['"C:\\Program Files\\node.exe" x\\y  -z', ['C:\\Program Files\\node.exe', 'x\\y', '-z']],
    ['a "b \\"c\\" d" e=\\"f\\"', ['a', 'b "c" d', 'e="f"']],
    ['--x="a b"c', ['--x=a bc']],
    ['', []],
  ])('%s', (line, words) => {
    expect(windowsWords(line)).toEqual(words);
  });

  test('come as JSON, one or many, with or without a byte order mark', () => {
    const one = { ProcessId: 7, CommandLine: 'npx foo-mcp' };
    expect(parseWindowsCommands(`\uFEFF${JSON.stringify(one)}`)).toEqual(
      new Map([[7, ['npx', 'foo-mcp']]]),
    );
    expect(
      parseWindowsCommands(JSON.stringify([one, { ProcessId: 8, CommandLine: null }, null]))?.size,
    ).toBe(1);
    expect(parseWindowsCommands('no')).toBeUndefined();
  });

  test('that are no JSON are a problem', async () => {
    expect(await readCommands('win32', { run: async () => 'no' })).toMatchObject({ ok: false });
    expect(await readCommands('win32', { run: never })).toMatchObject({ ok: false });
    expect(windowsCommandQuery('D:\\Win').command).toMatch(/^D:\\Win\\System32\\/);
  });
});
