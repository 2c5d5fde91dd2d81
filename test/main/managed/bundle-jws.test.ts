import { createHmac } from 'node:crypto';
import { CompactSign, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';
import { describe, expect, test } from 'vitest';
import { bundleType, signBundleJws, verifyBundleJws } from '../../../main/managed/bundle-jws.ts';
import type { EnrolledKey } from '../../../shared/managed.ts';
import { aKeyPair } from './signing.ts';

const payload = { serial: 7, organisation: 'Acme', text: 'grün' };
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const codeOf = async (compact: string, keys: readonly EnrolledKey[]) => {
  const result = await verifyBundleJws(compact, keys);
  return result.ok ? 'ok' : result.problem.code;
};

describe('a signed bundle', () => {
  test('is verified by the enrolled key, and gives its payload, its hash and its key', async () => {
    const key = await aKeyPair('2026');
    const result = await verifyBundleJws(await signBundleJws(payload, key.secret), [key.enrolled]);
    expect(result).toMatchObject({ ok: true, value: { kid: '2026', json: payload } });
  });

  test('has the same hash whichever of two keys signed it', async () => {
    const [a, b] = [await aKeyPair('a'), await aKeyPair('b')];
    const keys = [a.enrolled, b.enrolled];
    const hashes = await Promise.all(
      [a, b].map(async ({ secret }) => {
        const result = await verifyBundleJws(await signBundleJws(payload, secret), keys);
        return result.ok ? result.value.hash : 'refused';
      }),
    );
    expect(hashes[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(hashes[1]).toBe(hashes[0]);
  });

  test('is refused when a single character of it was changed or cut', async () => {
    const key = await aKeyPair('k');
    const good = await signBundleJws(payload, key.secret);
    const [header = '', body = '', signature = ''] = good.split('.');
    const flip = (text: string, at: number) =>
      `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`;
    for (let at = 0; at < body.length; at += 5) {
      const changed = `${header}.${flip(body, at)}.${signature}`;
      expect(await codeOf(changed, [key.enrolled])).toBe('bundle-signature');
    }
    for (let cut = 1; cut < good.length; cut += 17) {
      expect(await codeOf(good.slice(0, -cut), [key.enrolled])).toBe('bundle-not-jws');
    }
  });

  test('is refused when it is not JSON or not UTF-8', async () => {
    const key = await aKeyPair('k');
    for (const bytes of [new TextEncoder().encode('{'), new Uint8Array([0x22, 0xff, 0x22])]) {
      const compact = await new CompactSign(bytes)
        .setProtectedHeader({ alg: 'EdDSA', kid: 'k', typ: bundleType })
        .sign(await importJWK(key.secret, 'EdDSA'));
      expect(await codeOf(compact, [key.enrolled])).toBe('bundle-not-json');
    }
  });

  test('is refused where two enrolled keys have its name', async () => {
    const [a, b] = [await aKeyPair('same'), await aKeyPair('same')];
    const good = await signBundleJws(payload, a.secret);
    expect(await codeOf(good, [a.enrolled, b.enrolled])).toBe('bundle-key');
  });
});

describe('signing', () => {
  test('wants a private Ed25519 key with a name', async () => {
    const key = await aKeyPair('k');
    const { d: _d, ...open } = key.secret;
    const { kid: _kid, ...nameless } = key.secret;
    const rsa: JWK = await exportJWK(
      (await generateKeyPair('RS256', { extractable: true })).privateKey,
    );
    for (const wrong of [open, nameless, { ...rsa, kid: 'k' }]) {
      await expect(signBundleJws(payload, wrong)).rejects.toThrow('private Ed25519');
    }
  });
});

describe('headers that play with the algorithm', () => {
  const good = { alg: 'EdDSA', kid: 'k', typ: bundleType };

  test.each([
    ['alg none', { ...good, alg: 'none' }],
    ['alg none in capitals', { ...good, alg: 'NONE' }],
    ['HS256', { ...good, alg: 'HS256' }],
    ['another type', { ...good, typ: 'JWT' }],
    ['no type', { alg: 'EdDSA', kid: 'k' }],
    ['crit', { ...good, crit: ['b64'], b64: false }],
    ['b64 without crit', { ...good, b64: false }],
    ['a key of its own', { ...good, jwk: { kty: 'OKP' } }],
    ['an address of keys', { ...good, jku: 'https://attacker.example/keys' }],
    ['no kid', { alg: 'EdDSA', typ: bundleType }],
    ['a list', [good]],
  ])('%s is refused', async (_, header) => {
    const key = await aKeyPair('k');
    const input = `${encode(header)}.${encode(payload)}`;
    const mac = createHmac('sha512', Buffer.from(key.enrolled.x, 'base64url'))
      .update(input)
      .digest('base64url');
    expect(await codeOf(`${input}.${mac}`, [key.enrolled])).toBe('bundle-header');
  });
});
