import { readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../../..');

/** What a module loads when it is loaded: its imports that are neither types alone nor asked for later. */
function loads(file: string): {
  readonly files: readonly string[];
  readonly packages: readonly string[];
} {
  const source = readFileSync(file, 'utf8');
  const specifiers = [
    ...source.matchAll(/^(?:import|export) (?!type )[^;]*?from '([^']+)';/gms),
  ].map(([, specifier = '']) => specifier);
  return {
    files: specifiers
      .filter((one) => one.startsWith('.'))
      .map((one) => resolve(dirname(file), one)),
    packages: specifiers.filter((one) => !one.startsWith('.') && !one.startsWith('node:')),
  };
}

/** Every package that a module loads, with the way to it. */
function packagesBelow(start: string): ReadonlyMap<string, string> {
  const ways = new Map([[start, relative(root, start)]]);
  const found = new Map<string, string>();
  for (const [file, way] of ways) {
    const { files, packages } = loads(file);
    for (const one of packages) if (!found.has(one)) found.set(one, way);
    for (const one of files) if (!ways.has(one)) ways.set(one, `${way} > ${relative(root, one)}`);
  }
  return found;
}

test.each(['airlock', 'scan', 'doctor', 'status', 'inventory', 'kill'])(
  '%s loads no policy engine',
  (command) => {
    const found = packagesBelow(join(root, 'main/cli', `${command}.ts`));
    expect([...found].filter(([name]) => /cedar|openid|jose|electron/.test(name))).toEqual([]);
    expect(found.size).toBeGreaterThan(0);
  },
);

test('the way by which they would load it is seen', () => {
  expect(
    packagesBelow(join(root, 'main/cli/with-configs.ts')).get('@cedar-policy/cedar-wasm/nodejs'),
  ).toMatch(/policy\/cedar\.ts$/);
});
