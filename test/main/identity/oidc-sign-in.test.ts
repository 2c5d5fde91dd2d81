import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { OidcPolicy } from '../../../main/identity/oidc-ports.ts';
import { makePolicy } from '../../../main/policy/policy.ts';
import { compileRules } from '../../../main/policy/rule-set.ts';
import { ManagedSignIn } from '../../../shared/managed.ts';
import { personInTrail, personKey, personLabel } from '../../../shared/person.ts';
import { aToolCall } from '../policy/a-policy.ts';
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
  const groups = ['staff', 'dev'];
  const claims = { name: 'Ada Lovelace', email: 'ada@example.com', groups };
  await provider.control({ gone: [], person: { id: 'ada', claims } });
});
afterAll(() => provider.stop());

const make = (...args: Parameters<typeof rig> extends [string, ...infer Rest] ? Rest : never) => {
  const made = rig(provider.issuer, ...args);
  rigs.push(made);
  return made;
};
const problemOf = (outcome: { ok: boolean; problem?: { code: string } }) => outcome.problem?.code;

describe('before a sign-in', () => {
  test('the OS account counts, marked as such', () => {
    const { signIn } = make();
    expect(signIn.person()).toEqual({ kind: 'os', name: 'ada-os', groups: [] });
    expect(personInTrail(signIn.person())).toBe('ada-os (OS account)');
    expect(personLabel(signIn.person())).toBe('ada-os (OS account)');
    expect(signIn.groups('ada-os')).toEqual([]);
    expect(signIn.view().status).toEqual({
      state: 'signed-out',
      issuer: provider.issuer,
      required: false,
    });
    expect(signIn.refusal()).toBeUndefined();
  });

  test('a company may require one', () => {
    const { signIn } = make({ required: true });
    expect(signIn.refusal()).toContain('choose Sign in');
  });

  test('without a provider none is offered', async () => {
    const { signIn, set } = make();
    set.policy = undefined;
    expect(signIn.view().status).toEqual({ state: 'not-offered' });
    expect(problemOf(await signIn.signIn())).toBe('not-offered');
    expect(signIn.refusal()).toBeUndefined();
  });
});

describe('a sign-in', () => {
  test('names the person by issuer and subject, with name, email and groups', async () => {
    const r = make();
    const done = await r.signIn.signIn();
    const { issuer } = provider;
    const ada = {
      kind: 'oidc',
      name: 'Ada Lovelace',
      subject: 'ada',
      issuer,
      email: 'ada@example.com',
      groups: ['dev', 'staff'],
      authenticatedAt: expect.any(Number),
    };
    expect(done).toEqual({ ok: true, value: ada });
    expect(r.signIn.person()).toEqual(ada);
    expect(personKey(r.signIn.person())).toBe(`${issuer}#ada`);
    expect(personInTrail(r.signIn.person())).toBe(`${issuer}#ada (Ada Lovelace)`);
    expect(personLabel(r.signIn.person())).toBe('Ada Lovelace (ada@example.com)');
    expect(r.signIn.groups(`${issuer}#ada`)).toEqual(['dev', 'staff']);
    expect(r.signIn.groups('ada-os')).toEqual([]);
    expect(r.signIn.view().status).toMatchObject({ state: 'signed-in', checked: true });
    await r.browsed();
    expect(r.pages).toMatchObject([{ status: 200, text: expect.stringContaining('Signed in') }]);
    expect(r.kinds()).toEqual(['sign-in.started', 'sign-in.finished']);
    expect(r.events[1]?.person).toBe(`${issuer}#ada (Ada Lovelace)`);
  });

  test('asks with PKCE, state and nonce, at a random port of 127.0.0.1', async () => {
    const r = make();
    await r.signIn.signIn();
    const asked = new URL(r.opened[0] ?? '').searchParams;
    expect(asked.get('code_challenge_method')).toBe('S256');
    expect(asked.get('response_type')).toBe('code');
    expect(asked.get('redirect_uri')).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/callback$/);
    expect(asked.get('max_age')).toBe('43200');
    for (const name of ['state', 'nonce', 'code_challenge']) {
      expect(asked.get(name)?.length).toBeGreaterThanOrEqual(43);
    }
  });

  test('puts the person into the groups that rules name', async () => {
    const r = make();
    await r.signIn.signIn();
    const policy = makePolicy({
      userFile: '/nonexistent/policy.cedar',
      managedText: () =>
        '@id("devs") permit (principal in Group::"dev", action, resource); @id("in") forbid (principal, action, resource) unless { principal.signedIn };',
      mode: () => 'enforce',
      trustedServers: () => new Set(),
      groups: r.signIn.groups,
      places: { platform: 'linux', home: '/home/ada', ownFolders: [], protectedFolders: [] },
    });
    const decide = () => {
      const who = r.signIn.person();
      const call = aToolCall('read_file');
      const agent = { ...call.agent, person: personKey(who), signedIn: who.kind === 'oidc' };
      return policy.decide({ ...call, agent }, []).decision;
    };
    expect(decide()).toBe('allow');
    await r.signIn.signOut();
    expect(decide()).toBe('deny');
  });

  test('is there again after a restart', async () => {
    const r = make();
    await r.signIn.signIn();
    const next = make({}, r.vault);
    expect(next.signIn.person().kind).toBe('os');
    await next.signIn.load();
    expect(next.signIn.person()).toEqual(r.signIn.person());
  });

  test('of several clicks is one, and a further click opens the browser again', async () => {
    const r = make();
    r.set.play = undefined;
    const first = r.signIn.signIn();
    await expect.poll(() => r.opened.length).toBe(1);
    expect(r.signIn.view().status.state).toBe('signing-in');
    r.set.play = { as: 'ada' };
    const second = r.signIn.signIn();
    expect(await first).toMatchObject({ ok: true });
    expect(await second).toEqual(await first);
    expect(r.opened).toHaveLength(2);
    expect(new Set(r.opened).size).toBe(1);
  });

  test('can be cancelled', async () => {
    const r = make();
    r.set.play = undefined;
    const waiting = r.signIn.signIn();
    await expect.poll(() => r.opened.length).toBe(1);
    await r.signIn.cancel();
    expect(problemOf(await waiting)).toBe('stopped');
  });

  test('that the person leaves at the provider says so', async () => {
    const r = make();
    r.set.play = { as: 'cancel' };
    expect(problemOf(await r.signIn.signIn())).toBe('sign-in-refused');
    expect(r.signIn.view().status).toMatchObject({ problem: { code: 'sign-in-refused' } });
    await r.browsed();
    expect(r.pages[0]?.text).toContain('Not signed in');
  });

  test('does not begin where it cannot be recorded', async () => {
    const r = make();
    r.set.trailWorks = false;
    expect(problemOf(await r.signIn.signIn())).toBe('not-recorded');
    expect(r.opened).toEqual([]);
  });

  test('does not count where the keychain does not keep it', async () => {
    const r = make();
    r.vault.state.locked = true;
    expect(problemOf(await r.signIn.signIn())).toBe('keychain');
    expect(r.signIn.person().kind).toBe('os');
    await r.browsed();
    expect(r.pages[0]?.text).toContain('Not signed in');
  });

  test('keeps no access token, and nothing that is logged holds a secret', async () => {
    const r = make();
    await r.signIn.signIn();
    expect(Object.keys(r.kept())).not.toContain('accessToken');
    const said = JSON.stringify(r.events);
    expect(said).not.toContain(String(r.kept().refreshToken));
    expect(said).not.toContain(String(r.kept().idToken));
  });

  test('says clearly where Entra ID left the groups out', async () => {
    const claims = { name: 'Ada', _claim_names: { groups: 'src1' } };
    await provider.control({ person: { id: 'ada', claims } });
    const r = make();
    const done = await r.signIn.signIn();
    expect(done).toMatchObject({ ok: true, value: { groups: [] } });
    expect(r.signIn.person().groupsProblem).toContain('more groups than');
  });
});

describe('what IT sets', () => {
  test('fits what the managed policy holds', () => {
    const policy: OidcPolicy = ManagedSignIn.parse({
      issuer: provider.issuer,
      clientId: 'airlock',
      clientSecret: 's',
      redirectPort: 47810,
    });
    expect(policy).toMatchObject({ groupsClaim: 'groups', required: false });
  });

  test('may be a port for the redirect; another program at it is told', async () => {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const r = make({ redirectPort: port });
    const taken = await r.signIn.signIn();
    expect(problemOf(taken)).toBe('listener-failed');
    expect(r.opened).toEqual([]);
    await new Promise((resolve) => server.close(resolve));
    expect(await r.signIn.signIn()).toMatchObject({ ok: true });
    const asked = new URL(r.opened[0] ?? '').searchParams;
    expect(asked.get('redirect_uri')).toBe(`http://127.0.0.1:${port}/callback`);
  });
});

describe('somebody in between', () => {
  test('with another state only gets a bare refusal; the true redirect still counts', async () => {
    const r = make();
    const meddled: number[] = [];
    r.set.play = {
      as: 'ada',
      meddle(url) {
        if (url.pathname !== '/callback') return url;
        const forged = new URL(url);
        forged.searchParams.set('state', 'x'.repeat(43));
        void fetch(forged).then(({ status }) => meddled.push(status));
        return url;
      },
    };
    expect(await r.signIn.signIn()).toMatchObject({ ok: true });
    await expect.poll(() => meddled).toEqual([400]);
  });

  test('with the code of another issuer (RFC 9207) is thrown out', async () => {
    const r = make();
    const meddle = (url: URL) => {
      if (url.pathname === '/callback') url.searchParams.set('iss', 'https://evil.example');
      return url;
    };
    r.set.play = { as: 'ada', meddle };
    expect(problemOf(await r.signIn.signIn())).toBe('wrong-issuer');
    expect(r.signIn.person().kind).toBe('os');
  });

  test.each([
    ['nonce', 'bad-id-token'],
    ['code_challenge', 'sign-in-refused'],
  ])('with a %s of their own gains nothing', async (parameter, code) => {
    const r = make();
    const meddle = (url: URL) => {
      if (url.pathname === '/auth') url.searchParams.set(parameter, 'M'.repeat(43));
      return url;
    };
    r.set.play = { as: 'ada', meddle };
    expect(problemOf(await r.signIn.signIn())).toBe(code);
    expect(r.signIn.person().kind).toBe('os');
    expect(r.vault.secrets.size).toBe(0);
  });

  test('cannot change the ID token', async () => {
    const r = make();
    r.set.wire = async (send, { pathname }) => {
      const answer = await send();
      if (pathname !== '/token') return answer;
      const tokens = (await answer.json()) as { id_token: string };
      const [head, body = '', mark] = tokens.id_token.split('.');
      const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as object;
      const forged = { ...claims, groups: ['admins'] };
      const text = Buffer.from(JSON.stringify(forged)).toString('base64url');
      return Response.json({ ...tokens, id_token: `${head}.${text}.${mark}` });
    };
    expect(problemOf(await r.signIn.signIn())).toBe('bad-id-token');
  });

  test('cannot answer for the issuer', async () => {
    const r = make();
    r.set.wire = async (send, { pathname }) => {
      const answer = await send();
      if (!pathname.includes('.well-known')) return answer;
      const document = (await answer.json()) as object;
      return Response.json({ ...document, issuer: 'https://evil.example' });
    };
    expect(problemOf(await r.signIn.signIn())).toBe('wrong-issuer');
    expect(r.opened).toEqual([]);
  });
});

describe('what cannot be used is said', () => {
  test.each([
    ['http://idp.example.com', 'bad-issuer'],
    ['nonsense', 'bad-issuer'],
    ['https://idp.example/?x=1', 'bad-issuer'],
  ])('the issuer %s', async (issuer, code) => {
    const { signIn } = make({ issuer });
    expect(problemOf(await signIn.signIn())).toBe(code);
  });

  test('a provider without S256', async () => {
    const r = make();
    r.set.wire = async (send) => {
      const document = (await (await send()).json()) as object;
      return Response.json({ ...document, code_challenge_methods_supported: ['plain'] });
    };
    expect(problemOf(await r.signIn.signIn())).toBe('no-pkce');
  });

  test.each<[string, () => Promise<Response>, string]>([
    ['out of reach', cut, 'unreachable'],
    ['ill', async () => new Response('', { status: 503 }), 'server-error'],
    ['a web page', async () => new Response('<h1>hi</h1>', { status: 200 }), 'bad-answer'],
    ['moved', async () => Response.redirect('https://other.example/', 302), 'bad-answer'],
    ['endless', async () => new Response('x'.repeat(1_100_000)), 'bad-answer'],
  ])('a provider that is %s', async (_, answer, code) => {
    const r = make();
    r.set.wire = answer;
    expect(problemOf(await r.signIn.signIn())).toBe(code);
  });

  test('a clock that is hours ahead; one that is seconds off does no harm', async () => {
    const r = make();
    r.set.clock = 2 * 3_600_000;
    expect(problemOf(await r.signIn.signIn())).toBe('clock-wrong');
    r.set.clock = -30_000;
    expect(await r.signIn.signIn()).toMatchObject({ ok: true });
  });

  test('a client id that the provider does not know', async () => {
    const r = make({ clientId: 'stranger' });
    r.set.play = undefined;
    const waiting = r.signIn.signIn();
    await expect.poll(() => r.opened.length).toBe(1);
    // The provider shows its own error page and sends nobody back.
    expect((await fetch(r.opened[0] ?? '')).status).toBe(400);
    await r.signIn.cancel();
    expect(problemOf(await waiting)).toBe('stopped');
  });
});

test('the rules in the guide to signing in can be used', () => {
  const guide = readFileSync(new URL('../../../docs/sign-in.md', import.meta.url), 'utf8');
  const blocks = [...guide.matchAll(/```cedar\n([\s\S]*?)```/g)].map(([, text]) => text ?? '');
  expect(blocks).toHaveLength(1);
  for (const block of blocks) {
    const { rules, problems } = compileRules(block, { source: 'managed', name: 'sign-in' });
    expect(problems).toEqual([]);
    expect(rules).toHaveLength(2);
  }
});
