import { sign, verify } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makeBackupKey } from '../../../main/credentials/backup-key.ts';
import {
  chunkedKeychain,
  chunkLimit,
  chunksOf,
} from '../../../main/credentials/chunked-keychain.ts';
import { makeConnectionSecrets } from '../../../main/credentials/connection-secrets.ts';
import { makeDeviceKey } from '../../../main/credentials/device-key.ts';
import type { Keychain } from '../../../main/credentials/keychain.ts';
import { memoryKeychain } from './memory-keychain.ts';

describe('cutting a secret into parts', () => {
  test('only Windows needs it', () => {
    expect(chunkLimit('win32')).toBeLessThan(2560);
    expect(chunkLimit('linux')).toBeUndefined();
    expect(chunkLimit('darwin')).toBeUndefined();
  });

  test('parts join to the whole, stay below the bound, and never split a character', () => {
    const text = fc
      .array(fc.constantFrom('a', 'é', '天', '😀', '"', '\\'), { maxLength: 200 })
      .map((all) => all.join(''));
    fc.assert(
      fc.property(text, fc.integer({ min: 4, max: 50 }), (whole, most) => {
        const parts = chunksOf(whole, most);
        expect(parts.join('')).toBe(whole);
        for (const part of parts) {
          expect(Buffer.byteLength(part)).toBeLessThanOrEqual(most);
          expect(part.isWellFormed()).toBe(true);
        }
      }),
    );
  });

  const small = () => {
    const memory = memoryKeychain(100);
    return { ...memory, chunked: chunkedKeychain(memory.keychain, 100) };
  };

  test('secrets of any length come back as they were, and leave no part behind', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: 'grapheme', maxLength: 400 }), { minLength: 1, maxLength: 4 }),
        async (all) => {
          const { chunked, secrets } = small();
          for (const secret of all) {
            expect(await chunked.set('a', secret)).toMatchObject({ ok: true });
            expect(await chunked.get('a')).toEqual({ ok: true, value: secret });
          }
          expect(await chunked.remove('a')).toMatchObject({ ok: true });
          expect([...secrets.keys()]).toEqual([]);
        },
      ),
      { numRuns: 40 },
    );
  });

  test('a write that fails half-way leaves the old value', async () => {
    const memory = memoryKeychain(100);
    let writes = 0;
    const failing: Keychain = {
      ...memory.keychain,
      async set(account, secret) {
        writes += 1;
        if (writes === 8) memory.state.locked = true;
        return memory.keychain.set(account, secret);
      },
    };
    const chunked = chunkedKeychain(failing, 100);
    await chunked.set('a', 'o'.repeat(350));
    expect(await chunked.set('a', 'n'.repeat(350))).toMatchObject({ ok: false });
    memory.state.locked = false;
    expect(await chunked.get('a')).toEqual({ ok: true, value: 'o'.repeat(350) });
  });

  test('a missing or changed part is damage, not a shorter secret', async () => {
    for (const harm of ['remove', 'change', 'manifest'] as const) {
      const { chunked, secrets } = small();
      await chunked.set('a', 'x'.repeat(350));
      const part = [...secrets.keys()].find((name) => name.endsWith('.1')) ?? '';
      if (harm === 'remove') secrets.delete(part);
      if (harm === 'change') secrets.set(part, 'y'.repeat(100));
      if (harm === 'manifest') secrets.set('a', 'airlock-chunks:zz');
      expect(await chunked.get('a'), harm).toMatchObject({
        ok: false,
        problem: { code: 'keychain-damaged' },
      });
    }
  });

  test('a secret that looks like a manifest is kept as a secret', async () => {
    const { chunked } = small();
    const secret = `airlock-chunks:${'0'.repeat(16)}:1:x`;
    await chunked.set('a', secret);
    expect(await chunked.get('a')).toEqual({ ok: true, value: secret });
  });

  test('without a bound nothing stands in between', () => {
    const { keychain } = memoryKeychain();
    expect(chunkedKeychain(keychain, undefined)).toBe(keychain);
  });
});

describe('the secrets of connections', () => {
  test('come back by their place, per connection', async () => {
    const { keychain, secrets } = memoryKeychain();
    const store = makeConnectionSecrets(keychain);
    await store.store('con_1', { 'env.TOKEN': 'a"\u0000b', 'args[2]': '天' });
    await store.store('con_2', { 'env.X': 'y' });
    expect(await store.load('con_1')).toEqual({
      ok: true,
      value: { 'env.TOKEN': 'a"\u0000b', 'args[2]': '天' },
    });
    expect(await store.load('con_3')).toEqual({ ok: true, value: undefined });
    expect([...secrets.keys()]).toEqual(['connection/con_1', 'connection/con_2']);
    expect([...secrets.values()].join()).not.toContain('\u0000');
    await store.remove('con_1');
    await store.store('con_2', {});
    expect(secrets.size).toBe(0);
  });

  test('what cannot be read is damage, a locked keychain is told as such', async () => {
    const { keychain, secrets, state } = memoryKeychain();
    const store = makeConnectionSecrets(keychain);
    for (const bad of ['{', '[]', '{"a":1}', 'null']) {
      secrets.set('connection/c', bad);
      expect(await store.load('c'), bad).toMatchObject({
        ok: false,
        problem: { code: 'keychain-damaged' },
      });
    }
    state.locked = true;
    for (const answer of [
      await store.load('c'),
      await store.store('c', { a: 'b' }),
      await store.remove('c'),
    ]) {
      expect(answer).toMatchObject({ ok: false, problem: { code: 'keychain-locked' } });
    }
  });
});

describe('keys that are made once', () => {
  test('the backup key is 32 bytes, the same for all who ask at once and after a restart', async () => {
    const { keychain, secrets } = memoryKeychain();
    const get = makeBackupKey(keychain);
    const [a, b] = await Promise.all([get(), get()]);
    const later = await makeBackupKey(keychain)();
    if (!a.ok || !b.ok || !later.ok) throw new Error('no key');
    expect(a.value).toHaveLength(32);
    expect(b.value).toEqual(a.value);
    expect(later.value).toEqual(a.value);
    expect([...secrets.keys()]).toEqual(['backup-key']);
    expect((await makeBackupKey(memoryKeychain().keychain)()).ok).toBe(true);
  });

  test('two processes that start at once agree on the key that is kept', async () => {
    const { keychain, secrets } = memoryKeychain();
    const other = Buffer.alloc(32, 7).toString('base64');
    const raced: Keychain = {
      ...keychain,
      async set(account, secret) {
        const written = await keychain.set(account, secret);
        secrets.set(account, other);
        return written;
      },
    };
    expect(await makeBackupKey(raced)()).toEqual({ ok: true, value: new Uint8Array(32).fill(7) });
  });

  test('the device key signs, and is the same key after a restart', async () => {
    const { keychain } = memoryKeychain();
    const first = await makeDeviceKey(keychain)();
    const again = await makeDeviceKey(keychain)();
    if (!first.ok || !again.ok) throw new Error('no key');
    expect(first.value.asymmetricKeyType).toBe('ed25519');
    const data = Buffer.from('checkpoint');
    expect(verify(null, data, again.value, sign(null, data, first.value))).toBe(true);
  });

  test('a damaged key is told and never replaced', async () => {
    for (const [account, make] of [
      ['backup-key', makeBackupKey],
      ['device-key', makeDeviceKey],
    ] as const) {
      const { keychain, secrets } = memoryKeychain();
      secrets.set(account, 'not a key');
      expect(await make(keychain)()).toMatchObject({
        ok: false,
        problem: { code: 'keychain-damaged' },
      });
      expect(secrets.get(account)).toBe('not a key');
    }
  });

  test('a locked keychain makes no key, and the next attempt can succeed', async () => {
    const { keychain, secrets, state } = memoryKeychain();
    const get = makeDeviceKey(keychain);
    state.locked = true;
    expect(await get()).toMatchObject({ ok: false, problem: { code: 'keychain-locked' } });
    state.locked = false;
    expect(secrets.size).toBe(0);
    expect(await get()).toMatchObject({ ok: true });
  });
});
