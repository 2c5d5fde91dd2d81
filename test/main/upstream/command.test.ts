import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import {
  type CommandRequest,
  type FileKind,
  fileKind,
  resolveCommand,
} from '../../../main/upstream/command.ts';

/** Resolves a command among files that are told. */
function resolve(files: Record<string, FileKind>, over: Partial<CommandRequest>) {
  return resolveCommand({
    platform: 'linux',
    command: 'npx',
    args: ['-y', 'x'],
    cwd: '/work',
    environment: { PATH: '/a:/b' },
    clientName: 'Cursor',
    kindOf: (file) => files[file] ?? 'absent',
    ...over,
  });
}

const code = (result: ReturnType<typeof resolve>) => (result.ok ? undefined : result.problem.code);

describe('a command on unix', () => {
  test('is the first executable on PATH', () => {
    const files = { '/a/npx': 'not-executable', '/b/npx': 'executable' } as const;
    expect(resolve(files, {})).toEqual({
      ok: true,
      value: { file: '/b/npx', args: ['-y', 'x'], verbatim: false },
    });
  });

  test.each([
    ['absolute', '/opt/s', '/opt/s'],
    ['relative to its folder', './bin/s', '/work/bin/s'],
    ['relative upwards', '../s', '/s'],
  ])('may be %s', (_, command, file) => {
    expect(resolve({ [file]: 'executable' }, { command })).toMatchObject({ value: { file } });
  });

  test('is looked for in the working folder only where PATH has an empty part', () => {
    const files = { '/work/npx': 'executable' } as const;
    expect(code(resolve(files, {}))).toBe('command-not-found');
    expect(resolve(files, { environment: { PATH: '/a::/b' } })).toMatchObject({ ok: true });
  });

  test('that is nowhere is a problem that says what to do', () => {
    expect(resolve({}, {})).toEqual({
      ok: false,
      problem: {
        code: 'command-not-found',
        message:
          'The server command "npx" was not found on your PATH. Install it or correct the entry in Cursor.',
      },
    });
    expect(resolve({}, { command: '/opt/s' })).toMatchObject({
      problem: { message: expect.stringContaining('"/opt/s" does not exist') },
    });
  });

  test('that may not be run is told apart', () => {
    expect(code(resolve({ '/a/npx': 'not-executable' }, {}))).toBe('command-not-executable');
  });

  test.each(['', 'a\0b'])('that is no name is refused: %j', (command) => {
    expect(code(resolve({}, { command }))).toBe('command-empty');
  });
});

describe('a command on Windows', () => {
  const windows = {
    platform: 'win32',
    cwd: 'C:\\work',
    environment: { Path: '"C:\\node js";C:\\py', PATHEXT: '.EXE;.CMD;.JS', SystemRoot: 'D:\\Win' },
  } as const;

  test('is found by its extensions, and a batch file is run by cmd.exe', () => {
    // The file without extension beside npx.cmd is a shell script that Windows cannot run.
    const files = {
      'C:\\node js\\npx': 'executable',
      'C:\\node js\\npx.CMD': 'executable',
    } as const;
    expect(resolve(files, windows)).toEqual({
      ok: true,
      value: {
        file: 'D:\\Win\\System32\\cmd.exe',
        args: ['/d', '/e:ON', '/v:OFF', '/s', '/c', '""C:\\node js\\npx.CMD" -y x"'],
        verbatim: true,
      },
    });
  });

  test('that is a program is started as it is', () => {
    const files = { 'C:\\py\\uvx.EXE': 'executable' } as const;
    expect(resolve(files, { ...windows, command: 'uvx' })).toMatchObject({
      value: { file: 'C:\\py\\uvx.EXE', args: ['-y', 'x'], verbatim: false },
    });
  });

  test('may be the shell itself, which many entries name, also where PATH does not lead to it', () => {
    const files = { 'D:\\Win\\System32\\cmd.EXE': 'executable' } as const;
    const args = ['/c', 'npx', '-y', 'some server', 'a&b'];
    for (const command of ['cmd', 'cmd.EXE'])
      expect(resolve(files, { ...windows, command, args })).toEqual({
        ok: true,
        value: { file: 'D:\\Win\\System32\\cmd.EXE', args, verbatim: false },
      });
  });

  test('may carry its extension', () => {
    const files = { 'C:\\py\\npx.cmd': 'executable' } as const;
    const found = resolve(files, { ...windows, command: 'npx.cmd' });
    expect(found).toMatchObject({ value: { verbatim: true } });
  });

  test.each(['.\\s.exe', 'C:\\work\\s', 'sub/../s'])('may be a path: %s', (command) => {
    const files = { 'C:\\work\\s.exe': 'executable', 'C:\\work\\s.EXE': 'executable' } as const;
    expect(resolve(files, { ...windows, command })).toMatchObject({ ok: true });
  });

  test('is not taken from the working folder, nor by an extension that no process can be', () => {
    expect(code(resolve({ 'C:\\work\\npx.EXE': 'executable' }, windows))).toBe('command-not-found');
    expect(code(resolve({ 'C:\\py\\npx.JS': 'executable' }, windows))).toBe('command-not-found');
  });

  test('with a line break for a batch file is refused', () => {
    const files = { 'C:\\py\\npx.CMD': 'executable' } as const;
    expect(code(resolve(files, { ...windows, args: ['a\nb'] }))).toBe('argument-not-passable');
  });
});

describe('a file of this machine', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'airlock-command-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const at = (name: string) => path.join(folder, name);

  test('is known by what can be done with it', () => {
    writeFileSync(at('plain'), '');
    writeFileSync(at('program'), '');
    chmodSync(at('program'), 0o755);
    mkdirSync(at('folder'));
    expect(['plain', 'program', 'folder', 'nothing'].map((name) => fileKind(at(name)))).toEqual([
      'not-executable',
      'executable',
      'absent',
      'absent',
    ]);
  });
});
