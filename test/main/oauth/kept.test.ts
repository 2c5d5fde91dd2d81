import { beforeEach, describe, expect, test } from 'vitest';
import { chunkedKeychain } from '../../../main/credentials/chunked-keychain.ts';
import { makeExclusive } from '../../../main/oauth/exclusive.ts';
import {
  clientAccount,
  type KeptSignIn,
  makeKept,
  pointerAccount,
  tokenAccount,
} from '../../../main/oauth/kept.ts';
import { fail, ok } from '../../../shared/outcome.ts';
import { memoryKeychain } from '../credentials/memory-keychain.ts';

const signIn: KeptSignIn = {
  server: 'https://mcp.example/mcp',
  resource: 'https://mcp.example/mcp',
  issuer: 'https://issuer.example',
  client: { id: 'c', method: 'none' },
  accessToken: 'a',
  refreshToken: 'r',
  expiresAt: 2000,
  obtainedAt: 1000,
  by: 'sign-in',
  requested: ['x'],
  granted: ['x'],
};

let vault: ReturnType<typeof memoryKeychain>;
let kept: ReturnType<typeof makeKept>;
beforeEach(() => {
  vault = memoryKeychain();
  kept = makeKept(vault.keychain);
});

describe('a kept sign-in', () => {
  test('is found for its server and for no other', async () => {
    await kept.keepSignIn(signIn);
    expect(await kept.signIn(signIn.server)).toEqual({ ok: true, value: signIn });
    expect(await kept.signIn(`${signIn.server}2`)).toEqual({ ok: true, value: undefined });
  });

  test('stands under accounts that name neither server nor issuer', async () => {
    await kept.keepSignIn(signIn);
    for (const account of vault.secrets.keys()) {
      expect(account).toMatch(/^oauth\/(server|token)\/[0-9a-f]{32}$/);
    }
  });

  test('has an account of its own for each issuer, resource and server', () => {
    const accounts = [
      tokenAccount(signIn),
      tokenAccount({ ...signIn, issuer: 'https://other.example' }),
      tokenAccount({ ...signIn, resource: 'https://mcp.example' }),
      tokenAccount({ ...signIn, server: 'https://mcp.example/b' }),
      tokenAccount({ ...signIn, issuer: `${signIn.issuer}","x`, resource: '' }),
    ];
    expect(new Set(accounts).size).toBe(accounts.length);
  });

  test('at another issuer takes the place of the one before, which is removed', async () => {
    await kept.keepSignIn(signIn);
    const next = { ...signIn, issuer: 'https://other.example' };
    await kept.keepSignIn(next);
    expect(await kept.signIn(signIn.server)).toEqual({ ok: true, value: next });
    expect(vault.secrets.has(tokenAccount(signIn))).toBe(false);
  });

  test.each([
    ['cut short', '{"server":'],
    ['of another issuer', JSON.stringify({ ...signIn, issuer: 'https://evil.example' })],
    ['of another server', JSON.stringify({ ...signIn, server: 'https://evil.example' })],
    ['of another resource', JSON.stringify({ ...signIn, resource: 'https://evil.example' })],
    ['without a token', JSON.stringify({ ...signIn, accessToken: undefined })],
  ])('that is %s counts as damaged, not as absent', async (_, text) => {
    await kept.keepSignIn(signIn);
    vault.secrets.set(tokenAccount(signIn), text);
    expect(await kept.signIn(signIn.server)).toMatchObject({
      problem: { code: 'keychain-damaged' },
    });
  });

  test('is forgotten whole, tokens first, and that is looked at', async () => {
    await kept.keepSignIn(signIn);
    const removed: string[] = [];
    const { remove } = vault.keychain;
    vault.keychain.remove = (account) => {
      removed.push(account);
      return remove(account);
    };
    expect(await kept.forgetSignIn(signIn.server)).toEqual({ ok: true, value: null });
    expect(removed).toEqual([tokenAccount(signIn), pointerAccount(signIn.server)]);
    expect(vault.secrets.size).toBe(0);
  });

  test('that is not gone after removing is a problem', async () => {
    await kept.keepSignIn(signIn);
    vault.keychain.remove = async () => ok(null);
    expect(await kept.forgetSignIn(signIn.server)).toMatchObject({
      problem: { code: 'forgetting-failed' },
    });
  });

  test('long as it may be fits where Windows bounds an entry', async () => {
    const small = memoryKeychain(2560);
    const onWindows = makeKept(chunkedKeychain(small.keychain, 2400));
    const long = { ...signIn, accessToken: 'é'.repeat(6000) };
    expect(await onWindows.keepSignIn(long)).toEqual({ ok: true, value: null });
    expect(await onWindows.signIn(signIn.server)).toEqual({ ok: true, value: long });
    await onWindows.forgetSignIn(signIn.server);
    expect(small.secrets.size).toBe(0);
  });

  test('is neither read nor written while the keychain is locked', async () => {
    vault.state.locked = true;
    const locked = { ok: false, problem: { code: 'keychain-locked' } };
    expect(await kept.signIn(signIn.server)).toMatchObject(locked);
    expect(await kept.keepSignIn(signIn)).toMatchObject(locked);
    expect(await kept.forgetSignIn(signIn.server)).toMatchObject(locked);
    expect(await kept.client(signIn.issuer)).toMatchObject(locked);
  });
});

describe('a kept client', () => {
  const client = {
    issuer: signIn.issuer,
    client: { id: 'c', secret: 's', method: 'client_secret_basic' as const },
    redirectPath: '/p',
    redirectPort: 1234,
  };

  test('is found for its issuer alone', async () => {
    await kept.keepClient(client);
    expect(await kept.client(signIn.issuer)).toEqual({ ok: true, value: client });
    expect(await kept.client('https://other.example')).toEqual({ ok: true, value: undefined });
    await kept.forgetClient(signIn.issuer);
    expect(await kept.client(signIn.issuer)).toEqual({ ok: true, value: undefined });
  });

  test('that is damaged or another issuer’s is registered anew', async () => {
    for (const text of ['{', JSON.stringify({ ...client, issuer: 'https://evil.example' })]) {
      vault.secrets.set(clientAccount(signIn.issuer), text);
      expect(await kept.client(signIn.issuer)).toEqual({ ok: true, value: undefined });
    }
  });
});

describe('one at a time', () => {
  const free = () => ok({ release: () => undefined });

  test('acts of one name follow each other, of two names they do not', async () => {
    const exclusive = makeExclusive(free, 1000);
    const order: string[] = [];
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const first = exclusive('a', async () => {
      await gate;
      order.push('a1');
      return ok(null);
    });
    const second = exclusive('a', async () => {
      order.push('a2');
      return ok(null);
    });
    await exclusive('b', async () => {
      order.push('b');
      return ok(null);
    });
    open();
    await Promise.all([first, second]);
    expect(order).toEqual(['b', 'a1', 'a2']);
  });

  test('an act that throws lets the next one run and gives the lock back', async () => {
    let held = 0;
    const exclusive = makeExclusive(() => {
      held += 1;
      return ok({
        release: () => {
          held -= 1;
        },
      });
    }, 1000);
    await expect(exclusive('a', () => Promise.reject(new Error('ours')))).rejects.toThrow('ours');
    expect(await exclusive('a', async () => ok(held))).toEqual({ ok: true, value: 1 });
    expect(held).toBe(0);
  });

  test('waits for another process, and says so where that takes too long', async () => {
    let tries = 0;
    const busyTwice = () => {
      tries += 1;
      return tries < 3 ? fail('lock-held', 'Held.') : ok({ release: () => undefined });
    };
    expect(await makeExclusive(busyTwice, 5000)('a', async () => ok('done'))).toEqual(ok('done'));
    const never = () => fail('lock-held', 'Held.');
    const refused = await makeExclusive(never, 150)('a', async () => ok('done'));
    expect(refused).toMatchObject({ problem: { code: 'busy-elsewhere' } });
    const broken = () => fail('disk-full', 'The disk is full.');
    expect(await makeExclusive(broken, 5000)('a', async () => ok('done'))).toMatchObject({
      problem: { message: 'The disk is full.' },
    });
  });
});
