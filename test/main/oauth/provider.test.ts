import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { OAuthPorts } from '../../../main/oauth/ports.ts';
import { startProvider } from './provider.ts';
import { call, rig } from './rig.ts';

/** The whole way against a real authorization server: PKCE, resource indicators, registration, rotation, revocation. */
let provider: Awaited<ReturnType<typeof startProvider>>;
let r: ReturnType<typeof rig>;

beforeAll(async () => {
  provider = await startProvider(60);
});
afterAll(() => provider.stop());
afterEach(() => r.end());

const server = () => ({ resourceUrl: provider.resource, name: 'Notes' });
const begin = (overrides: Partial<OAuthPorts> = {}): void => {
  r = rig({ cursor: server(), claude: server() }, overrides);
};

describe('the first call', () => {
  test('signs in after the person agreed, and goes through', async () => {
    begin();
    const result = await call(r.oauth, 'cursor', provider.resource);
    expect(result).toEqual({ ok: true, value: { account: 'ada', scope: 'mcp:read' } });
    expect(r.questions).toMatchObject([
      { connectionId: 'cursor', serverName: 'Notes', why: 'sign-in', issuer: provider.issuer },
    ]);
    expect(r.opened).toHaveLength(1);
    await r.person.browsing;
    expect(r.pages[0]?.text).toContain('You are signed in.');
  });

  test('asks with PKCE, state, resource and a redirect to 127.0.0.1 at a path of its own', async () => {
    begin();
    await call(r.oauth, 'cursor', provider.resource);
    const asked = new URL(r.opened[0] ?? '').searchParams;
    expect(asked.get('code_challenge_method')).toBe('S256');
    expect(asked.get('code_challenge')).toMatch(/^[\w-]{43}$/);
    expect(asked.get('state')).toMatch(/^[\w-]{43}$/);
    expect(asked.get('resource')).toBe(provider.resource);
    expect(asked.get('redirect_uri')).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{24}$/);
    const traded = r.requests.find(({ body }) => body.get('grant_type') === 'authorization_code');
    expect(traded?.body.get('resource')).toBe(provider.resource);
    expect(traded?.body.get('code_verifier')).toMatch(/^[\w-]{43}$/);
  });

  test('leaves a trail of who signed in where, and no secret in it', async () => {
    begin();
    await call(r.oauth, 'cursor', provider.resource);
    expect(r.events.map(({ kind }) => kind)).toEqual(['sign-in.started', 'sign-in.finished']);
    expect(r.events[1]).toMatchObject({ issuer: provider.issuer, server: provider.resource });
    expect(r.secrets()).toHaveLength(2);
    for (const secret of r.secrets()) expect(JSON.stringify(r.events)).not.toContain(secret);
  });

  test('serves the other connections to the same server too, without a second sign-in', async () => {
    begin();
    await call(r.oauth, 'cursor', provider.resource);
    expect(await call(r.oauth, 'claude', provider.resource)).toMatchObject({ ok: true });
    expect(r.opened).toHaveLength(1);
  });

  test('signs in once for ten calls at once', async () => {
    begin();
    const calls = Array.from({ length: 10 }, () => call(r.oauth, 'cursor', provider.resource));
    for (const result of await Promise.all(calls)) expect(result.ok).toBe(true);
    expect(r.opened).toHaveLength(1);
    expect(r.questions).toHaveLength(1);
  });
});

describe('registration', () => {
  test('is done once for an issuer; the next sign-in uses it again with the same redirect URI', async () => {
    begin();
    await r.oauth.signIn('cursor');
    const before = (await provider.seen()).registered;
    await r.oauth.signOut('cursor');
    expect(await r.oauth.signIn('cursor')).toMatchObject({ ok: true });
    expect((await provider.seen()).registered).toBe(before);
    const [a, b] = r.opened.map((url) => new URL(url).searchParams.get('redirect_uri'));
    expect(b).toBe(a);
  });

  test('is repeated where the port of the first one is taken', async () => {
    begin();
    await r.oauth.signIn('cursor');
    await r.oauth.signOut('cursor');
    const port = Number(
      new URL(new URL(r.opened[0] ?? '').searchParams.get('redirect_uri') ?? '').port,
    );
    const squatter = await r.ports.listenOnLoopback(port, async () => ({ status: 200 }));
    const before = (await provider.seen()).registered;
    try {
      expect(await r.oauth.signIn('cursor')).toMatchObject({ ok: true });
    } finally {
      if (squatter.ok) await squatter.value.close();
    }
    expect((await provider.seen()).registered).toBe(before + 1);
  });
});

describe('renewal', () => {
  test('happens ahead of the end, once for all, and the rotated token is kept before it is used', async () => {
    begin();
    await call(r.oauth, 'cursor', provider.resource);
    const first = r.secrets();
    r.pass(50_000);
    const order: string[] = [];
    const { keychain } = r.vault;
    const { set } = keychain;
    keychain.set = async (account, secret) => {
      order.push('kept');
      return set(account, secret);
    };
    const asked = Array.from({ length: 8 }, () =>
      r.oauth
        .headersFor({ connectionId: 'cursor', resourceUrl: provider.resource })
        .then((header) => {
          order.push('used');
          return header;
        }),
    );
    const headers = await Promise.all(asked);
    expect(order).toEqual(['kept', ...Array.from({ length: 8 }, () => 'used')]);
    expect(new Set(headers.map((header) => JSON.stringify(header))).size).toBe(1);
    expect(r.secrets().some((secret) => first.includes(secret))).toBe(false);
    expect(
      r.requests.filter(({ body }) => body.get('grant_type') === 'refresh_token'),
    ).toHaveLength(1);
    expect(await call(r.oauth, 'cursor', provider.resource)).toMatchObject({ ok: true });
    expect(r.opened).toHaveLength(1);
  });

  test('is done once where two processes want it', async () => {
    begin();
    await call(r.oauth, 'cursor', provider.resource);
    const other = rig({ cursor: server() }, {}, { secrets: r.vault, folder: r.folder });
    await other.oauth.headersFor({ connectionId: 'cursor', resourceUrl: provider.resource });
    r.pass(50_000);
    other.pass(50_000);
    const both = await Promise.all(
      [r, other].map(({ oauth }) =>
        oauth.headersFor({ connectionId: 'cursor', resourceUrl: provider.resource }),
      ),
    );
    expect(both[0]).toEqual(both[1]);
    const renewals = [...r.requests, ...other.requests].filter(
      ({ body }) => body.get('grant_type') === 'refresh_token',
    );
    expect(renewals).toHaveLength(1);
  });

  test('that the keychain would not keep is not used until it does, and is not done twice', async () => {
    begin();
    await call(r.oauth, 'cursor', provider.resource);
    r.pass(50_000);
    const { keychain } = r.vault;
    const { set } = keychain;
    keychain.set = async () => ({
      ok: false,
      problem: {
        code: 'keychain-locked',
        message: 'The keychain is locked. Unlock it, then try again.',
      },
    });
    const ask = () =>
      r.oauth.headersFor({ connectionId: 'cursor', resourceUrl: provider.resource });
    expect(await ask()).toMatchObject({ ok: false, problem: { code: 'keychain-locked' } });
    expect(await ask()).toMatchObject({ ok: false, problem: { code: 'keychain-locked' } });
    keychain.set = set;
    expect(await ask()).toMatchObject({ ok: true });
    expect(await call(r.oauth, 'cursor', provider.resource)).toMatchObject({ ok: true });
    expect(
      r.requests.filter(({ body }) => body.get('grant_type') === 'refresh_token'),
    ).toHaveLength(1);
  });

  test('with a refresh token that was used before ends the sign-in, and the person is asked again', async () => {
    begin();
    await call(r.oauth, 'cursor', provider.resource);
    const stale = new Map(r.vault.secrets);
    r.pass(50_000);
    await r.oauth.headersFor({ connectionId: 'cursor', resourceUrl: provider.resource });
    for (const [account, secret] of stale) r.vault.secrets.set(account, secret);
    const again = rig({ cursor: server() }, {}, { secrets: r.vault, folder: r.folder });
    again.pass(50_000);
    const header = await again.oauth.headersFor({
      connectionId: 'cursor',
      resourceUrl: provider.resource,
    });
    expect(header).toEqual({ ok: true, value: null });
    expect(again.secrets()).toEqual([]);
    expect(again.events.map(({ kind }) => kind)).toEqual(['token.lost']);
    expect(await again.oauth.status('cursor')).toMatchObject({
      state: 'needs-sign-in',
      problem: { code: 'grant-refused' },
    });
    expect(await call(again.oauth, 'cursor', provider.resource)).toMatchObject({ ok: true });
  });
});

describe('a server that wants more', () => {
  test('gets the union of the scopes after the person agreed', async () => {
    begin();
    await call(r.oauth, 'cursor', provider.resource);
    const result = await call(r.oauth, 'cursor', provider.resource, { query: '?need=mcp:write' });
    expect(result).toEqual({ ok: true, value: { account: 'ada', scope: 'mcp:read mcp:write' } });
    expect(r.questions.map(({ why }) => why)).toEqual(['sign-in', 'more-access']);
    expect(new URL(r.opened[1] ?? '').searchParams.get('scope')?.split(' ').sort()).toEqual([
      'mcp:read',
      'mcp:write',
      'offline_access',
    ]);
    expect(await r.oauth.status('cursor')).toMatchObject({
      state: 'signed-in',
      scopes: expect.arrayContaining(['mcp:read', 'mcp:write']),
    });
  });

  test('does not open the browser where the person says no', async () => {
    begin();
    await call(r.oauth, 'cursor', provider.resource);
    r.person.agrees = false;
    const ask = () => call(r.oauth, 'cursor', provider.resource, { query: '?need=mcp:write' });
    expect(await ask()).toMatchObject({ ok: false, problem: { code: 'sign-in-declined' } });
    expect(await ask()).toMatchObject({ ok: false, problem: { code: 'needs-sign-in' } });
    expect(r.questions).toHaveLength(2);
    expect(r.opened).toHaveLength(1);
  });

  test('is not asked for what the issuer does not give, again and again', async () => {
    begin();
    await call(r.oauth, 'cursor', provider.resource);
    const ask = () => call(r.oauth, 'cursor', provider.resource, { query: '?need=mcp:admin' });
    const results = [await ask(), await ask(), await ask()];
    for (const result of results) expect(result.ok).toBe(false);
    expect(r.opened.length).toBeLessThanOrEqual(3);
  });
});

describe('signing out', () => {
  test('revokes at the issuer and leaves nothing in the keychain', async () => {
    begin();
    await r.oauth.signIn('cursor');
    const header = await r.oauth.headersFor({
      connectionId: 'cursor',
      resourceUrl: provider.resource,
    });
    expect(await r.oauth.signOut('cursor')).toEqual({ ok: true, value: { revoked: 'yes' } });
    expect([...r.vault.secrets.keys()].filter((name) => !name.startsWith('oauth/client/'))).toEqual(
      [],
    );
    const sent = header.ok ? header.value : null;
    expect((await fetch(provider.resource, { headers: { ...sent } })).status).toBe(401);
    expect(await r.oauth.status('cursor')).toEqual({ state: 'none' });
    expect((await provider.seen()).revoked).toContain('refresh_token');
  });

  test('forgets here even where the keychain does not, and says so', async () => {
    begin();
    await r.oauth.signIn('cursor');
    r.vault.state.locked = true;
    expect(await r.oauth.signOut('cursor')).toMatchObject({ problem: { code: 'keychain-locked' } });
    r.vault.state.locked = false;
    const header = await r.oauth.headersFor({
      connectionId: 'cursor',
      resourceUrl: provider.resource,
    });
    expect(header).toEqual({ ok: true, value: null });
    expect(await r.oauth.signOut('cursor')).toMatchObject({ ok: true });
  });
});

describe('a person', () => {
  test('who cancels at the issuer is not asked again by calls for a while', async () => {
    begin();
    r.person.does = { choose: 'cancel' };
    const first = await call(r.oauth, 'cursor', provider.resource);
    expect(first).toMatchObject({ ok: false, problem: { code: 'sign-in-declined' } });
    await r.person.browsing;
    expect(r.pages[0]?.text).toContain('Not signed in');
    expect(await call(r.oauth, 'claude', provider.resource)).toMatchObject({
      problem: { code: 'needs-sign-in' },
    });
    expect(r.opened).toHaveLength(1);
    r.person.does = { choose: 'agree' };
    expect(await r.oauth.signIn('cursor')).toMatchObject({ ok: true });
    expect(await call(r.oauth, 'claude', provider.resource)).toMatchObject({ ok: true });
  });

  test('who does nothing in the browser lets the call end with a sentence, and the sign-in go on', async () => {
    begin({ limits: { callWaitMs: 50 } });
    r.person.does = undefined;
    const first = await call(r.oauth, 'cursor', provider.resource);
    expect(first).toMatchObject({ ok: false, problem: { code: 'sign-in-waiting' } });
    expect(await r.oauth.status('cursor')).toMatchObject({ state: 'signing-in' });
    await vi.waitFor(() => expect(r.opened).toHaveLength(1), 15_000);
    r.person.does = { choose: 'agree' };
    expect(await r.oauth.signIn('cursor')).toMatchObject({ ok: true });
    expect(r.opened[1]).toBe(r.opened[0]);
    expect(await call(r.oauth, 'cursor', provider.resource)).toMatchObject({ ok: true });
  });

  test('can stop a sign-in, and its listener is gone', async () => {
    begin({ limits: { callWaitMs: 50 } });
    r.person.does = undefined;
    await call(r.oauth, 'cursor', provider.resource);
    await vi.waitFor(() => expect(r.opened).toHaveLength(1), 15_000);
    await r.oauth.cancelSignIn('cursor');
    const redirect = new URL(r.opened[0] ?? '').searchParams.get('redirect_uri') ?? '';
    await expect(fetch(redirect)).rejects.toThrow();
    expect(await r.oauth.status('cursor')).toMatchObject({ state: 'needs-sign-in' });
  });
});
