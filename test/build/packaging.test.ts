import { readFileSync } from 'node:fs';
import path from 'node:path';
import { FuseV1Options } from '@electron/fuses';
import { expect, test } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
const config = readFileSync(path.join(root, 'electron-builder.yml'), 'utf8');

/** The settings below a top-level key, as `name: value`. */
function section(name: string): Map<string, string> {
  const [, body = ''] = new RegExp(`^${name}:\\n((?: .*\\n|\\n)*)`, 'm').exec(config) ?? [];
  const lines = [...body.matchAll(/^ {2}(\w+): (.*)$/gm)];
  return new Map(lines.map(([, key = '', value = '']) => [key, value]));
}

test('every fuse of a packaged app is set, each to its safe side', () => {
  expect(Object.fromEntries(section('electronFuses'))).toEqual({
    runAsNode: 'false',
    enableCookieEncryption: 'true',
    enableNodeOptionsEnvironmentVariable: 'false',
    enableNodeCliInspectArguments: 'false',
    enableEmbeddedAsarIntegrityValidation: 'true',
    onlyLoadAppFromAsar: 'true',
    loadBrowserProcessSpecificV8Snapshot: 'false',
    grantFileProtocolExtraPrivileges: 'false',
    resetAdHocDarwinSignature: 'true',
  });
});

test('no fuse that the tool knows is left to a default', () => {
  const known = Object.values(FuseV1Options).filter((name) => typeof name === 'string');
  const named = [...section('electronFuses').keys()].map((name) => name.toLowerCase());
  expect(known.length).toBeGreaterThan(7);
  for (const name of known) expect(named).toContain(name.toLowerCase());
});

test('a packaged app carries the bridge beside it, and nothing of the tests', () => {
  expect(config).toMatch(/from: out\/bridge\n\s+to: bridge/);
  const [, files = ''] = /^files:\n((?: .*\n)*)/m.exec(config) ?? [];
  const kept = [...files.matchAll(/^ {2}- (\w\S*)$/gm)].map(([, pattern]) => pattern);
  expect(kept).toEqual([
    'out/main/**',
    'out/preload/**',
    'out/renderer/**',
    'build/icons/*.png',
    'package.json',
  ]);
});
