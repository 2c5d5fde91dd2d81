import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type BridgeSource,
  bridgeFiles,
  installBridge,
} from '../../../main/relay/bridge-install.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'airlock-install-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const target = () => path.join(root, '.airlock', 'bin', 'airlock-bridge');

/** A script that says which words it got, as a source for the bridge. */
function script(
  node = process.execPath,
  text = 'console.log(JSON.stringify(process.argv.slice(2)))',
): BridgeSource {
  const file = path.join(root, 'bridge.cjs');
  writeFileSync(file, `const { argv } = require('node:process'); void argv;\n${text}\n`);
  return { kind: 'script', file, node };
}

const install = (source: BridgeSource) => installBridge(target(), source, 'linux');
const run = (...words: string[]) => execFileSync(target(), words, { encoding: 'utf8' }).trim();

describe('an installed bridge', () => {
  test('is one file that runs, for its owner alone', () => {
    expect(install(script())).toEqual({ ok: true, value: { changed: true } });
    expect(run('con_1', '--', 'a b')).toBe('["con_1","--","a b"]');
    expect(statSync(target()).mode & 0o777).toBe(0o700);
    expect(statSync(path.dirname(target())).mode & 0o777).toBe(0o700);
    expect(readdirSync(path.dirname(target())).sort()).toEqual(['airlock-bridge', 'package.json']);
  });

  test('runs also where a folder above says that everything is an ES module', () => {
    writeFileSync(path.join(root, 'package.json'), '{"type":"module"}');
    install(script());
    expect(run('x')).toBe('["x"]');
  });

  test.each(['with space', "it's", 'x'.repeat(140)])('runs by a Node at %s', (name) => {
    const node = path.join(root, name, 'node');
    mkdirSync(path.dirname(node));
    symlinkSync(process.execPath, node);
    install(script(node));
    expect(run('a', "b'c")).toBe('["a","b\'c"]');
  });

  test('is left alone where it is current, and renewed where it is not', () => {
    install(script());
    const before = statSync(target());
    expect(install(script())).toEqual({ ok: true, value: { changed: false } });
    expect(statSync(target()).ino).toBe(before.ino);
    expect(install(script(process.execPath, 'console.log(2)'))).toEqual({
      ok: true,
      value: { changed: true },
    });
    expect(run()).toBe('2');
  });

  test('gets its mode back', () => {
    install(script());
    chmodSync(target(), 0o644);
    install(script());
    expect(statSync(target()).mode & 0o777).toBe(0o700);
  });

  test('replaces a link rather than what it points to', () => {
    const victim = path.join(root, 'victim');
    writeFileSync(victim, 'precious');
    mkdirSync(path.dirname(target()), { recursive: true });
    symlinkSync(victim, target());
    install(script());
    expect(readFileSync(victim, 'utf8')).toBe('precious');
    expect(run('x')).toBe('["x"]');
  });

  test('may be an executable, which is copied', () => {
    const file = path.join(root, 'packaged');
    copyFileSync('/bin/sh', file);
    install({ kind: 'executable', file });
    expect(run('-c', 'echo hi')).toBe('hi');
    expect(readdirSync(path.dirname(target()))).toEqual(['airlock-bridge']);
  });

  test('says what to do where it cannot be put', () => {
    writeFileSync(path.join(root, '.airlock'), 'a file in the way');
    const done = install(script());
    expect(done).toMatchObject({ ok: false, problem: { code: 'bridge-not-installed' } });
  });
});

test('on Windows a script gets a wrapper that cmd can start', () => {
  const source = { kind: 'script', file: '', node: 'C:\\Program Files\\nodejs\\node.exe' } as const;
  const files = bridgeFiles('airlock-bridge.cmd', source, Buffer.from('js'), 'win32');
  expect(files.map(({ name, content }) => [name, content.toString()])).toEqual([
    ['package.json', '{"type":"commonjs"}\n'],
    ['airlock-bridge.cjs', 'js'],
    [
      'airlock-bridge.cmd',
      '@echo off\r\n"C:\\Program Files\\nodejs\\node.exe" "%~dp0airlock-bridge.cjs" %*\r\n',
    ],
  ]);
});
