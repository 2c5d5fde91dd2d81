import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startProvider } from './provider.ts';
import { cut, rig } from './rig.ts';

let provider: Awaited<ReturnType<typeof startProvider>>;
let rigs: { end(): Promise<void> }[] = [];

beforeAll(async () => {
  provider = await startProvider();
}, 30_000);
afterEach(async () => {
  for (const one of rigs) await one.end();
  rigs = [];
  await provider.control({ gone: [], person: { id: 'ada', claims: ada } });
});
afterAll(() => provider.stop());

const ada = { name: 'Ada Lovelace', email: 'ada@example.com', groups: ['staff', 'dev'] };
const problemOf = (outcome: { ok: boolean; problem?: { code: string } }) => outcome.problem?.code;

/** A rig whose person has signed in. */
async function signedIn(...args: Parameters<typeof rig> extends [string, ...infer R] ? R : never) {
  const made = rig(provider.issuer, ...args);
  rigs.push(made);
  expect(await made.signIn.signIn()).toMatchObject({ ok: true });
  return made;
}

describe('a check with the provider', () => {
  test('takes new groups over and a new refresh token, and tells of it once', async () => {
    const r = await signedIn();
    const before = r.kept().refreshToken;
    await provider.control({ person: { id: 'ada', claims: { ...ada, groups: ['staff'] } } });
    expect(await r.signIn.check()).toEqual({ ok: true, value: null });
    expect(r.signIn.person().groups).toEqual(['staff']);
    expect(r.kept().refreshToken).not.toBe(before);
    await r.signIn.check();
    expect(r.kinds().filter((kind) => kind === 'token.renewed')).toHaveLength(1);
  });

  test('is one request for all who ask at once', async () => {
    const r = await signedIn();
    const { refreshed } = await provider.seen();
    await Promise.all([r.signIn.check(), r.signIn.check(), r.signIn.check()]);
    expect((await provider.seen()).refreshed).toBe(refreshed + 1);
  });

  test('of a person the company took out ends the sign-in for good, with a sentence', async () => {
    const r = await signedIn({ required: true });
    await provider.control({ gone: ['ada'] });
    expect(problemOf(await r.signIn.check())).toBe('session-revoked');
    expect(r.signIn.person().kind).toBe('os');
    expect(r.vault.secrets.size).toBe(0);
    expect(r.kinds().at(-1)).toBe('token.lost');
    expect(r.signIn.view().status).toMatchObject({
      state: 'signed-out',
      problem: { code: 'session-revoked', message: expect.stringContaining('took it back') },
    });
    expect(r.signIn.refusal()).toContain('took it back');
  });

  test('that comes after a sign-out brings nothing back', async () => {
    const r = await signedIn();
    const out = r.signIn.signOut();
    expect(await r.signIn.check()).toEqual({ ok: true, value: null });
    await out;
    expect(r.signIn.person().kind).toBe('os');
    expect(r.vault.secrets.size).toBe(0);
  });

  test('whose new token the keychain refuses goes on with it and writes it later', async () => {
    const r = await signedIn();
    r.vault.state.locked = true;
    expect(problemOf(await r.signIn.check())).toBe('keychain');
    expect(r.signIn.person().kind).toBe('oidc');
    expect(r.signIn.view().status).toMatchObject({ problem: { code: 'keychain' } });
    r.vault.state.locked = false;
    const stale = r.kept().refreshToken;
    expect(await r.signIn.check()).toMatchObject({ ok: true });
    expect(r.kept().refreshToken).not.toBe(stale);
    expect(r.signIn.view().status).not.toHaveProperty('problem');
  });

  test('is not made where the provider gave no refresh token', async () => {
    const r = rig(provider.issuer);
    rigs.push(r);
    r.set.wire = async (send, { pathname }) => {
      const answer = await send();
      if (pathname !== '/token') return answer;
      const { refresh_token: _, ...rest } = (await answer.json()) as Record<string, unknown>;
      return Response.json(rest);
    };
    await r.signIn.signIn();
    const { refreshed } = await provider.seen();
    expect(await r.signIn.check()).toEqual({ ok: true, value: null });
    expect((await provider.seen()).refreshed).toBe(refreshed);
    expect(r.signIn.view().status).toMatchObject({ state: 'signed-in', checked: false });
  });
});

describe('a provider that is down', () => {
  test('leaves the person signed in and marked, until the grace ends', async () => {
    const r = await signedIn({ offlineGraceHours: 2 });
    r.set.wire = cut;
    r.pass(1);
    expect(problemOf(await r.signIn.check())).toBe('unreachable');
    expect(r.signIn.person().kind).toBe('oidc');
    expect(r.signIn.view().status).toMatchObject({
      state: 'signed-in',
      offline: { since: expect.any(Number), until: expect.any(Number) },
      problem: { code: 'unreachable' },
    });
    r.pass(1.5);
    expect(r.signIn.person().kind).toBe('os');
    expect(r.signIn.view().status).toMatchObject({ problem: { code: 'offline-too-long' } });
    expect(r.vault.secrets.size).toBe(1);
  });

  test('takes the person back as soon as it answers again', async () => {
    const r = await signedIn({ offlineGraceHours: 0 });
    r.set.wire = cut;
    r.pass(1);
    await r.signIn.check();
    expect(r.signIn.person().kind).toBe('os');
    r.set.wire = (send) => send();
    // The ID token is good for ten minutes; the provider's clock did not move with ours.
    r.pass(-0.9);
    expect(await r.signIn.check()).toMatchObject({ ok: true });
    expect(r.signIn.person().kind).toBe('oidc');
    expect(r.signIn.view().status).not.toHaveProperty('offline');
  });

  test.each<[string, () => Promise<Response>, string]>([
    ['is ill', async () => new Response('', { status: 502 }), 'server-error'],
    [
      'has no time',
      async () => Response.json({ error: 'temporarily_unavailable' }, { status: 400 }),
      'server-error',
    ],
    ['is a captive portal', async () => new Response('<p>Pay</p>'), 'bad-answer'],
  ])('that %s ends nothing', async (_, answer, code) => {
    const r = await signedIn();
    r.set.wire = answer;
    expect(problemOf(await r.signIn.check())).toBe(code);
    expect(r.signIn.person().kind).toBe('oidc');
  });

  test.each([
    ['invalid_grant', 400, 'session-revoked'],
    ['interaction_required', 400, 'session-revoked'],
    ['invalid_client', 401, 'client-refused'],
  ])('is another thing than one that says %s', async (error, status, code) => {
    const r = await signedIn();
    r.set.wire = (send, { pathname }) =>
      pathname === '/token' ? Promise.resolve(Response.json({ error }, { status })) : send();
    expect(problemOf(await r.signIn.check())).toBe(code);
    expect(r.signIn.person().kind).toBe('os');
  });
});

describe('a session', () => {
  test('ends after the hours that policy allows, with a sentence', async () => {
    const r = await signedIn({ sessionHours: 1, required: true });
    r.pass(1.01);
    expect(r.signIn.person().kind).toBe('os');
    expect(r.signIn.refusal()).toContain('older than the 1 hour that');
    const { refreshed } = await provider.seen();
    await r.signIn.check();
    expect((await provider.seen()).refreshed).toBe(refreshed);
  });

  test('of another issuer than policy names counts no longer', async () => {
    const r = await signedIn();
    r.set.policy = { ...r.set.policy, issuer: 'https://new.example' } as typeof r.set.policy;
    expect(r.signIn.person().kind).toBe('os');
    expect(r.signIn.view().status).toMatchObject({ problem: { code: 'other-issuer' } });
  });

  test('cannot be drawn out by setting the clock back', async () => {
    const r = await signedIn();
    r.pass(-1);
    expect(r.signIn.person().kind).toBe('os');
    expect(r.signIn.view().status).toMatchObject({ problem: { code: 'clock-wrong' } });
  });

  test('that cannot be read in the keychain counts as none', async () => {
    const r = rig(provider.issuer);
    rigs.push(r);
    r.vault.secrets.set('person/session', '{"issuer":1}');
    expect(await r.signIn.load()).toEqual({ ok: true, value: null });
    expect(r.signIn.person().kind).toBe('os');
    r.vault.state.locked = true;
    expect(problemOf(await r.signIn.load())).toBe('keychain');
    expect(r.signIn.view().status).toMatchObject({ problem: { code: 'keychain' } });
  });
});

describe('the watch', () => {
  test('checks now and then, sooner while the provider is away, and tells when the grace is over', async () => {
    const r = await signedIn({ offlineGraceHours: 1 });
    r.signIn.watch();
    await expect.poll(() => r.timers().length).toBe(1);
    const wait = () => (r.timers()[0]?.at ?? 0) - Date.now() - r.set.clock;
    expect(wait()).toBeGreaterThan(800_000);
    const fire = async () => {
      const [timer] = r.timers();
      timer?.call();
      await expect.poll(() => r.timers().length === 1 && r.timers()[0] !== timer).toBe(true);
    };
    r.set.wire = cut;
    await fire();
    expect(wait()).toBeLessThan(61_000);
    r.pass(2);
    await fire();
    expect(r.kinds().at(-1)).toBe('token.lost');
    expect(r.events.at(-1)?.detail).toContain('more than 1 hour.');
    await fire();
    expect(r.kinds().filter((kind) => kind === 'token.lost')).toHaveLength(1);
    await r.signIn.stop();
    expect(r.timers()).toEqual([]);
  });
});

describe('a sign-out', () => {
  test('revokes the token, forgets it, and leaves the OS account', async () => {
    const r = await signedIn();
    const { revoked } = await provider.seen();
    expect(await r.signIn.signOut()).toEqual({
      ok: true,
      value: { revoked: 'yes', browser: 'not-asked' },
    });
    expect((await provider.seen()).revoked.length).toBeGreaterThan(revoked.length);
    expect(r.vault.secrets.size).toBe(0);
    expect(r.signIn.person().kind).toBe('os');
    expect(r.signIn.view().status).toMatchObject({ state: 'signed-out' });
    expect(r.kinds().at(-1)).toBe('signed-out');
  });

  test('opens the provider’s own page where asked, which ends its session', async () => {
    const r = await signedIn();
    await r.browsed();
    const { ended } = await provider.seen();
    expect(await r.signIn.signOut({ browser: true })).toMatchObject({
      value: { browser: 'opened' },
    });
    await r.browsed();
    expect(new URL(r.opened.at(-1) ?? '').searchParams.get('client_id')).toBe('airlock');
    expect((await provider.seen()).ended).toBe(ended + 1);
  });

  test('forgets on this machine where the provider is down, and says what may live on', async () => {
    const r = await signedIn();
    r.set.wire = cut;
    expect(await r.signIn.signOut({ browser: false })).toMatchObject({
      value: { revoked: 'failed' },
    });
    expect(r.vault.secrets.size).toBe(0);
  });

  test('says where the keychain would not forget', async () => {
    const r = await signedIn();
    r.vault.state.locked = true;
    expect(problemOf(await r.signIn.signOut())).toBe('keychain');
    expect(r.signIn.person().kind).toBe('os');
  });
});

test('a provider that is really gone is unreachable', async () => {
  const own = await startProvider();
  const r = rig(own.issuer);
  rigs.push(r);
  await r.signIn.signIn();
  await own.stop();
  expect(problemOf(await r.signIn.check())).toBe('unreachable');
  expect(r.signIn.person().kind).toBe('oidc');
});
