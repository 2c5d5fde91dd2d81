import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chunkCount, joinChunks, splitChunks } from '../../../main/credentials/chunks.ts';
import { connectionSecrets } from '../../../main/credentials/connection-secrets.ts';
import { deviceKeys } from '../../../main/credentials/device-keys.ts';
import {
  keychainProblem,
  type NativeKeychain,
  openKeychain,
} from '../../../main/credentials/keychain.ts';

/** Stands where the native module stands; the real keychain has its own test beside this one. */
function aNative() {
  const items = new Map<string, string>();
  let failure: Error | undefined;
  const use = async <T>(work: () => T): Promise<T> => {
    if (failure) throw failure;
    return work();
  };
  const native: NativeKeychain = {
    getPassword: (service, account) => use(() => items.get(`${service} ${account}`) ?? null),
    setPassword: (service, account, value) =>
      use(() => void items.set(`${service} ${account}`, value)),
    deletePassword: (service, account) => use(() => items.delete(`${service} ${account}`)),
  };
  return {
    native,
    items,
    failWith: (error: Error | undefined) => {
      failure = error;
    },
  };
}

const opened = (native: NativeKeychain, timeoutMs?: number) =>
  openKeychain('test', 'linux', async () => native, timeoutMs);

describe('the keychain', () => {
  test.each([
    ['Cannot autolaunch D-Bus without X11 $DISPLAY', 'keychain-unavailable'],
    ['libsecret-1.so.0: cannot open shared object file', 'keychain-unavailable'],
    [
      'The name org.freedesktop.secrets was not provided by any .service files',
      'keychain-unavailable',
    ],
    ['Cannot create an item in a locked collection', 'keychain-locked'],
    ['User interaction is not allowed.', 'keychain-locked'],
    ['The quota was exceeded', 'keychain-failed'],
  ])('"%s" is %s', (text, code) => {
    expect(keychainProblem(new Error(text), 'linux').code).toBe(code);
  });

  test('that cannot be loaded is a problem with what to do, and is tried again', async () => {
    const { native } = aNative();
    let tries = 0;
    const keychain = openKeychain('test', 'linux', async () => {
      tries += 1;
      if (tries === 1) throw new Error('libsecret-1.so.0: cannot open shared object file');
      return native;
    });
    expect(await keychain.probe()).toMatchObject({
      ok: false,
      problem: { code: 'keychain-unavailable' },
    });
    expect(await keychain.probe()).toEqual({ ok: true, value: null });
  });

  test('that never answers is locked, not a hang', async () => {
    const never: NativeKeychain = {
      ...aNative().native,
      getPassword: () => new Promise(() => undefined),
    };
    expect(await opened(never, 10).get('a')).toMatchObject({
      ok: false,
      problem: { code: 'keychain-locked' },
    });
  });

  test('gives what was set, and removing what is not there is no problem', async () => {
    const keychain = opened(aNative().native);
    expect(await keychain.get('a')).toEqual({ ok: true, value: undefined });
    await keychain.set('a', 'secret');
    expect(await keychain.get('a')).toEqual({ ok: true, value: 'secret' });
    expect(await keychain.remove('a')).toEqual({ ok: true, value: null });
    expect(await keychain.remove('a')).toEqual({ ok: true, value: null });
  });
});

/** The places secrets have in an entry. */
const name = fc.stringMatching(/^(env\.[A-Za-z_]\w{0,20}|args\[\d{1,2}\])$/);

describe('the secrets of a connection', () => {
  test('come back whatever they hold, however long, and are gone when removed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(name, fc.string({ maxLength: 4_000 }), { maxKeys: 3 }),
        async (secrets) => {
          const { native, items } = aNative();
          const store = connectionSecrets(opened(native));
          await store.store('con_1', secrets);
          for (const value of items.values()) expect(value.length).toBeLessThanOrEqual(1_210);
          expect(await store.load('con_1')).toEqual({ ok: true, value: { ...secrets } });
          await store.remove('con_1');
          expect(items.size).toBe(0);
        },
      ),
      { numRuns: 25 },
    );
  });

  test('that were cut or overwritten are a problem, never half a secret', async () => {
    const { native, items } = aNative();
    const store = connectionSecrets(opened(native));
    await store.store('con_1', { 'env.TOKEN': 'x'.repeat(5_000) });
    items.delete('test connection/con_1/2');
    expect(await store.load('con_1')).toMatchObject({
      ok: false,
      problem: { code: 'secret-damaged' },
    });
    items.set('test connection/con_1', 'not ours');
    expect(await store.load('con_1')).toMatchObject({
      ok: false,
      problem: { code: 'secret-damaged' },
    });
  });

  test('of a locked keychain are a problem', async () => {
    const { native, failWith } = aNative();
    const store = connectionSecrets(opened(native));
    failWith(new Error('Cannot get secret of a locked object'));
    expect(await store.load('con_1')).toMatchObject({
      ok: false,
      problem: { code: 'keychain-locked' },
    });
    expect(await store.store('con_1', { a: 'b' })).toMatchObject({ ok: false });
  });
});

test('pieces join to the text they were cut from', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.integer({ min: 1, max: 20 }),
      (text, length) => {
        const pieces = splitChunks(text, length);
        expect(chunkCount(pieces[0] ?? '')).toBe(pieces.length);
        expect(joinChunks(pieces)).toBe(text);
      },
    ),
  );
});

describe('the keys of the device', () => {
  test('are made once and stay', async () => {
    const { native } = aNative();
    const first = deviceKeys(opened(native));
    const second = deviceKeys(opened(native));
    const [a, b] = [await first.backupKey(), await second.backupKey()];
    expect(a.ok && a.value).toHaveLength(32);
    expect(b).toEqual(a);
    const [one, two] = [await first.signingKey(), await second.signingKey()];
    expect(one.ok && two.ok && one.value.equals(two.value)).toBe(true);
  });

  test('that are damaged are a problem and are not made anew', async () => {
    const { native, items } = aNative();
    items.set('test device-key', 'AAAA');
    items.set('test backup-key', 'AAAA');
    const keys = deviceKeys(opened(native));
    expect(await keys.signingKey()).toMatchObject({ ok: false, problem: { code: 'key-damaged' } });
    expect(await keys.backupKey()).toMatchObject({ ok: false, problem: { code: 'key-damaged' } });
    expect(items.get('test device-key')).toBe('AAAA');
  });

  test('of a keychain that comes back are read then', async () => {
    const { native, failWith } = aNative();
    const keys = deviceKeys(opened(native));
    failWith(new Error('Cannot autolaunch D-Bus'));
    expect(await keys.backupKey()).toMatchObject({
      ok: false,
      problem: { code: 'keychain-unavailable' },
    });
    failWith(undefined);
    expect(await keys.backupKey()).toMatchObject({ ok: true });
  });
});
