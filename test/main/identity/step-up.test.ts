import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { KeptSession } from '../../../main/identity/oidc-kept.ts';
import { demandMet, heldMeets } from '../../../main/identity/oidc-step-up.ts';
import { startProvider } from './provider.ts';
import { rig } from './rig.ts';

let provider: Awaited<ReturnType<typeof startProvider>>;
let rigs: { end(): Promise<void> }[] = [];

beforeAll(async () => {
  provider = await startProvider();
}, 30_000);
afterEach(async () => {
  for (const one of rigs) await one.end();
  rigs = [];
});
afterAll(() => provider.stop());

const problemOf = (outcome: { ok: boolean; problem?: { code: string } }) => outcome.problem?.code;

async function signedIn() {
  const made = rig(provider.issuer);
  rigs.push(made);
  expect(await made.signIn.signIn()).toMatchObject({ ok: true });
  await made.browsed();
  return made;
}

describe('a step-up', () => {
  test('asks for the password although the browser still has a session, and carries auth_time', async () => {
    const r = await signedIn();
    const before = r.kept();
    const second = await r.signIn.signIn();
    await r.browsed();
    expect(second).toMatchObject({ ok: true, value: { authenticatedAt: before.authenticatedAt } });
    expect(r.pages.map(({ logins }) => logins)).toEqual([1, 0]);
    await expect.poll(() => Date.now()).toBeGreaterThan(Number(before.authenticatedAt) + 1000);
    const done = await r.signIn.stepUp({ maxAgeSeconds: 0 });
    await r.browsed();
    expect(r.pages.at(-1)?.logins).toBe(1);
    const asked = new URL(r.opened.at(-1) ?? '').searchParams;
    expect(asked.get('prompt')).toBe('login');
    expect(asked.get('max_age')).toBe('0');
    expect(asked.get('login_hint')).toBe('ada@example.com');
    if (!done.ok) throw new Error(done.problem.message);
    expect(done.value.authenticatedAt).toBeGreaterThan(Number(before.authenticatedAt));
    expect(r.signIn.person()).toEqual(done.value);
  });

  test('is what `fresh` is about: the same person, not too long ago, in the demanded way', async () => {
    const r = await signedIn();
    const who = r.signIn.person();
    expect(r.signIn.fresh(who, 300)).toBe(true);
    expect(r.signIn.fresh({ ...who, subject: 'bob' }, 300)).toBe(false);
    expect(r.signIn.fresh({ kind: 'os', name: 'ada-os', groups: [] }, 300)).toBe(false);
    expect(r.signIn.fresh(who, 300, 'urn:example:mfa')).toBe(false);
    r.pass(0.2);
    expect(r.signIn.fresh(who, 300)).toBe(false);
    r.set.clock = 0;
    await r.signIn.signOut();
    expect(r.signIn.fresh(who, 300)).toBe(false);
  });

  test('by somebody else does not count and changes nothing', async () => {
    const r = await signedIn();
    const before = r.kept();
    r.set.play = { as: 'bob' };
    expect(problemOf(await r.signIn.stepUp({ maxAgeSeconds: 300 }))).toBe('wrong-person');
    expect(r.kept()).toEqual(before);
    await r.browsed();
    expect(r.pages.at(-1)?.text).toContain('Somebody else');
  });

  test('without the class that policy wants does not count', async () => {
    const r = await signedIn();
    const demand = { maxAgeSeconds: 300, acr: 'urn:example:mfa' };
    expect(problemOf(await r.signIn.stepUp(demand))).toBe('acr-refused');
    expect(new URL(r.opened.at(-1) ?? '').searchParams.get('acr_values')).toBe(demand.acr);
  });

  test('at a provider that leaves the old session in place does not count', async () => {
    const r = await signedIn();
    r.pass(0.1);
    const meddle = (url: URL) => {
      for (const name of ['prompt', 'max_age']) url.searchParams.delete(name);
      return url;
    };
    r.set.play = { as: 'ada', meddle };
    // Without max_age this provider leaves auth_time out, as Google does.
    expect(problemOf(await r.signIn.stepUp({ maxAgeSeconds: 60 }))).toBe('not-fresh');
  });

  test('needs a sign-in first, and waits for no other', async () => {
    const r = rig(provider.issuer);
    rigs.push(r);
    expect(problemOf(await r.signIn.stepUp({ maxAgeSeconds: 60 }))).toBe('needs-sign-in');
    await r.signIn.signIn();
    r.set.play = undefined;
    const waiting = r.signIn.signIn();
    expect(problemOf(await r.signIn.stepUp({ maxAgeSeconds: 60 }))).toBe('busy');
    await r.signIn.cancel();
    await waiting;
  });
});

describe('the judgement of a step-up', () => {
  const now = 1_800_000_000_000;
  const session: KeptSession = {
    issuer: 'https://idp.example',
    clientId: 'airlock',
    subject: 'ada',
    name: 'Ada',
    groups: [],
    authenticatedAt: now - 10_000,
    acr: 'mfa',
    signedInAt: now,
    checkedAt: now,
  };
  const about = { subject: 'ada', host: 'idp.example', since: now - 30_000, now };
  const limits = { clockToleranceSeconds: 60 };
  const { authenticatedAt: _, ...silent } = session;

  test.each<[string, KeptSession, string | undefined]>([
    ['a proof within the demand', session, undefined],
    ['another subject', { ...session, subject: 'bob' }, 'wrong-person'],
    ['no auth_time', silent, 'not-fresh'],
    ['auth_time before it', { ...session, authenticatedAt: now - 91_000 }, 'not-fresh'],
    [
      'auth_time before it by less than clocks differ',
      { ...session, authenticatedAt: now - 89_000 },
      undefined,
    ],
    ['auth_time to come', { ...session, authenticatedAt: now + 61_000 }, 'clock-wrong'],
    ['another class', { ...session, acr: 'pwd' }, 'acr-refused'],
  ])('%s', (_name, next, code) => {
    expect(problemOf(demandMet(next, { maxAgeSeconds: 30, acr: 'mfa' }, about, limits))).toBe(code);
  });

  test.each([
    [10, true],
    [90, true],
    [91, false],
    [-60, true],
    [-61, false],
  ])('a proof that is %d s old meets 30 s: %s', (age, meets) => {
    const held = { ...session, authenticatedAt: now - age * 1000 };
    expect(heldMeets(held, { maxAgeSeconds: 30 }, now, limits)).toBe(meets);
  });
});
