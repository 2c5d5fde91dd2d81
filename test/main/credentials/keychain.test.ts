import { describe, expect, test } from 'vitest';
import { makeKeychain, serviceName } from '../../../main/credentials/keychain.ts';
import { keychainProblem } from '../../../main/credentials/keychain-problem.ts';
import { memoryNative } from './memory-keychain.ts';

describe('the keychain', () => {
  test('keeps, returns and removes a secret under its own service', async () => {
    const { native, secrets } = memoryNative();
    const keychain = makeKeychain({ suffix: 'test', load: async () => native });
    expect(await keychain.set('a', 's3cret')).toEqual({ ok: true, value: null });
    expect(await keychain.get('a')).toEqual({ ok: true, value: 's3cret' });
    expect([...secrets.keys()]).toContain('Airlock Desktop (test)|a');
    expect(await keychain.remove('a')).toEqual({ ok: true, value: null });
    expect(await keychain.remove('a')).toEqual({ ok: true, value: null });
    expect(await keychain.get('a')).toEqual({ ok: true, value: undefined });
    expect(serviceName('')).toBe('Airlock Desktop');
  });

  test('the native part is loaded at the first use, once, and again after a failure', async () => {
    const { native } = memoryNative();
    let loads = 0;
    const keychain = makeKeychain({
      suffix: 'test',
      load: async () => {
        loads += 1;
        if (loads === 1) throw new Error('libsecret-1.so.0: cannot open shared object file');
        return native;
      },
    });
    expect(loads).toBe(0);
    expect(await keychain.get('a')).toMatchObject({
      ok: false,
      problem: { code: 'keychain-unavailable' },
    });
    expect(await keychain.get('a')).toMatchObject({ ok: true });
    expect(await keychain.probe()).toMatchObject({ ok: true });
    expect(loads).toBe(2);
  });

  test('an absence counts only where the keychain proves to be open', async () => {
    const { native } = memoryNative();
    const dismissed: typeof native = {
      ...native,
      getPassword: async () => null,
      setPassword: async () => {
        throw new Error('Cannot create an item in a locked collection');
      },
    };
    const keychain = makeKeychain({ suffix: 'test', load: async () => dismissed });
    expect(await keychain.get('device-key')).toMatchObject({
      ok: false,
      problem: { code: 'keychain-locked' },
    });
    expect(await keychain.probe()).toMatchObject({
      ok: false,
      problem: { code: 'keychain-locked' },
    });
  });

  test('an answer that does not come is given up in time, and no second thread is taken for it', async () => {
    let release = () => {};
    const hang = new Promise<void>((resolve) => {
      release = resolve;
    });
    let hanging = true;
    const { native, calls } = memoryNative(() => (hanging ? hang : Promise.resolve()));
    const keychain = makeKeychain({ suffix: 'test', load: async () => native, timeoutMs: 30 });
    const answers = await Promise.all([
      keychain.get('a'),
      keychain.get('b'),
      keychain.set('c', 'x'),
    ]);
    for (const answer of answers) {
      expect(answer).toMatchObject({ ok: false, problem: { code: 'keychain-locked' } });
    }
    expect(calls).toEqual(['get a']);
    hanging = false;
    release();
    await hang;
    await expect.poll(async () => (await keychain.set('c', 'x')).ok).toBe(true);
  });

  test('operations run one after the other', async () => {
    let running = 0;
    let most = 0;
    const { native } = memoryNative(async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
    });
    const keychain = makeKeychain({ suffix: 'test', load: async () => native });
    await Promise.all(['a', 'b', 'c', 'd'].map((account) => keychain.set(account, 'x')));
    expect(most).toBe(1);
  });

  test('an error never carries the secret or the account to the person', async () => {
    const { native } = memoryNative(async () => {
      throw new Error('failed for connection/con_1 with value s3cret');
    });
    const keychain = makeKeychain({ suffix: 'test', load: async () => native });
    const answer = await keychain.set('connection/con_1', 's3cret');
    expect(JSON.stringify(answer)).not.toMatch(/s3cret|con_1/);
  });
});

describe('what a native error means', () => {
  test.each([
    ['linux', 'Cannot create an item in a locked collection', 'keychain-locked'],
    ['linux', 'The prompt was dismissed', 'keychain-locked'],
    ['darwin', 'User interaction is not allowed.', 'keychain-locked'],
    ['darwin', 'The user name or passphrase you entered is not correct.', 'keychain-locked'],
    ['darwin', 'User canceled the operation.', 'keychain-locked'],
    ['win32', 'Access is denied.', 'keychain-locked'],
    ['linux', 'Cannot autolaunch D-Bus without X11 $DISPLAY', 'keychain-unavailable'],
    [
      'linux',
      'The name org.freedesktop.secrets was not provided by any .service files',
      'keychain-unavailable',
    ],
    [
      'linux',
      'Object does not exist at path “/org/freedesktop/secrets/collection/login”',
      'keychain-unavailable',
    ],
    ['darwin', 'A default keychain could not be found.', 'keychain-unavailable'],
    ['win32', 'A specified logon session does not exist.', 'keychain-unavailable'],
  ] as const)('%s: %s', (platform, message, code) => {
    expect(keychainProblem(new Error(message), platform).code).toBe(code);
  });

  test('each system is told what to do, an unknown one too', () => {
    const texts = (['linux', 'darwin', 'win32', 'freebsd'] as const).map(
      (platform) => keychainProblem('x', platform).message,
    );
    expect(new Set(texts).size).toBe(4);
    for (const text of texts) expect(text).toMatch(/start Airlock again\.$/);
  });
});
