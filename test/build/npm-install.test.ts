import { describe, expect, test } from 'vitest';
import { installedMatches } from '../../build/npm-install.mjs';

const zod = { version: '4.0.0', integrity: 'sha512-a' };
const lock = (packages: Record<string, object>) => ({ packages: { '': {}, ...packages } });

describe('what npm installed is taken as it is', () => {
  test('when it is exactly what the lock names', () => {
    expect(
      installedMatches(lock({ 'node_modules/zod': zod }), {
        packages: { 'node_modules/zod': zod },
      }),
    ).toBe(true);
  });

  test('when only packages for other systems are absent', () => {
    const wanted = lock({
      'node_modules/zod': zod,
      'node_modules/esbuild-win32': { version: '1.0.0', optional: true },
    });
    expect(installedMatches(wanted, { packages: { 'node_modules/zod': zod } })).toBe(true);
  });
});

describe('npm has to install', () => {
  const wanted = lock({ 'node_modules/zod': zod });

  test.each([
    ['nothing was installed', undefined],
    ['a package is absent', { packages: {} }],
    ['a version differs', { packages: { 'node_modules/zod': { ...zod, version: '4.0.1' } } }],
    ['a content differs', { packages: { 'node_modules/zod': { ...zod, integrity: 'sha512-b' } } }],
    ['a package is too many', { packages: { 'node_modules/zod': zod, 'node_modules/left': zod } }],
  ])('when %s', (_, installed) => {
    expect(installedMatches(wanted, installed)).toBe(false);
  });
});
