import { afterEach, describe, expect, test, vi } from 'vitest';
import type { OAuthPorts, RemoteServer } from '../../../main/oauth/ports.ts';
import { fail, ok } from '../../../shared/outcome.ts';
import { type Behaviour, issuerOf, mark, rawServer } from './raw-server.ts';
import { call, rig } from './rig.ts';

/** When the browser may open, when a token may be used, and what happens where a neighbour fails. */
let server: Awaited<ReturnType<typeof rawServer>>;
let r: ReturnType<typeof rig>;

async function begin(
  changed: Partial<Behaviour> = {},
  overrides: Partial<OAuthPorts> = {},
): Promise<void> {
  server = await rawServer(changed);
  const entry = { resourceUrl: server.resource, name: 'Notes' };
  r = rig({ c: entry, d: entry }, overrides);
}

const tried = (more: Parameters<typeof call>[3] = {}) => call(r.oauth, 'c', server.resource, more);
const header = () => r.oauth.headersFor({ connectionId: 'c', resourceUrl: server.resource });
const refusal = (code: string) => ({ ok: false, problem: { code } });
const asked = (path: string) => server.paths.filter((seen) => seen === path).length;

afterEach(async () => {
  await r.person.browsing.catch(() => undefined);
  const texts = r.pages.map(({ text }) => text);
  const shown = JSON.stringify([r.events, r.questions, await r.oauth.status('c'), texts]);
  await r.end();
  await server.stop();
  expect(shown).not.toContain(mark);
});

describe('a call', () => {
  test('sends nothing to a server that never asked for it', async () => {
    await begin();
    expect(await header()).toEqual({ ok: true, value: null });
    expect(await r.oauth.status('c')).toEqual({ state: 'none' });
    expect(server.paths).toEqual([]);
  });

  test('asks a person before the browser opens, and takes no for an answer', async () => {
    await begin();
    r.person.agrees = false;
    expect(await tried()).toMatchObject(refusal('sign-in-declined'));
    expect(await tried({ sessionId: 'another' })).toMatchObject(refusal('needs-sign-in'));
    expect(r.opened).toEqual([]);
    expect(r.questions).toHaveLength(1);
    expect(r.events.map(({ kind }) => kind)).toEqual(['sign-in.failed']);
  });

  test('of another session asks again once the person had their rest', async () => {
    await begin();
    r.person.agrees = false;
    await tried();
    r.pass(600_001);
    expect(await tried()).toMatchObject(refusal('needs-sign-in'));
    expect(await tried({ sessionId: 'later' })).toMatchObject(refusal('sign-in-declined'));
    expect(r.questions).toHaveLength(2);
  });

  test('takes a question that fails as no', async () => {
    const ask = () => Promise.reject(new Error('no window'));
    await begin({}, { ask });
    expect(await tried()).toMatchObject(refusal('sign-in-declined'));
  });

  test('goes on where the person clicks Sign in while the question stands', async () => {
    const open = vi.fn();
    const ask = () => new Promise<boolean>(open);
    await begin({}, { ask });
    const calling = tried();
    await vi.waitFor(() => expect(open).toHaveBeenCalled(), 15_000);
    expect(await r.oauth.signIn('c')).toMatchObject({ ok: true });
    expect(await calling).toMatchObject({ ok: true });
    expect(r.opened).toHaveLength(1);
  });

  test('opens no browser while the trail cannot be written', async () => {
    await begin();
    r.person.trailWorks = false;
    expect(await tried()).toMatchObject(refusal('not-recorded'));
    expect(r.opened).toEqual([]);
    expect(asked('/register')).toBe(0);
  });

  test('ends with a sentence where no browser opens', async () => {
    const openBrowser = async () => fail('no-browser', 'There is no browser.');
    await begin({}, { openBrowser });
    expect(await tried()).toMatchObject(refusal('browser-failed'));
  });

  test('ends with a sentence where nothing can listen', async () => {
    const listenOnLoopback = async () => fail('listener-failed', 'No port is free.');
    await begin({}, { listenOnLoopback });
    expect(await tried()).toMatchObject(refusal('listener-failed'));
    expect(r.opened).toEqual([]);
  });

  test('does not begin what another process has begun', async () => {
    await begin();
    const held = r.ports.lock;
    const names: string[] = [];
    const other = rig(
      { c: { resourceUrl: server.resource, name: 'Notes' } },
      {
        lock(name) {
          names.push(name);
          return held(name);
        },
      },
    );
    r.person.does = undefined;
    const calling = tried();
    await vi.waitFor(() => expect(r.opened).toHaveLength(1), 15_000);
    expect(await call(other.oauth, 'c', server.resource)).toMatchObject(refusal('busy-elsewhere'));
    expect(names.some((name) => name.startsWith('oauth-browser-'))).toBe(true);
    await other.end();
    await r.oauth.stop();
    expect(await calling).toMatchObject(refusal('stopped'));
  });
});

describe('a refused token', () => {
  test('that was just given ends in a sentence, not in a second sign-in', async () => {
    await begin({ accepts: () => false });
    expect(await tried({ most: 5 })).toMatchObject(refusal('token-refused'));
    expect(r.opened).toHaveLength(1);
  });

  test('that is old is renewed; one that was just renewed needs the person', async () => {
    let accepted = true;
    await begin({ accepts: () => accepted });
    await tried();
    accepted = false;
    r.pass(35_000);
    r.person.agrees = false;
    expect(await tried({ most: 5, sessionId: 'later' })).toMatchObject(refusal('sign-in-declined'));
    expect(asked('/token')).toBe(2);
    expect(r.opened).toHaveLength(1);
  });

  test('that is not the one there is now is no reason for anything', async () => {
    await begin();
    await tried();
    const challenge = { connectionId: 'c', resourceUrl: server.resource, status: 401 };
    for (const sent of [undefined, 'Bearer old']) {
      const met = await r.oauth.challenged({ ...challenge, wwwAuthenticate: 'Bearer', sent });
      expect(met).toEqual({ ok: true, value: 'retry' });
    }
    expect(asked('/token')).toBe(1);
  });

  test('is not needed where another process has signed in meanwhile', async () => {
    await begin();
    await header();
    const other = rig(
      { c: { resourceUrl: server.resource, name: 'Notes' } },
      {},
      { secrets: r.vault, folder: r.folder },
    );
    await other.oauth.signIn('c');
    expect(await tried()).toMatchObject({ ok: true });
    expect(r.opened).toEqual([]);
  });

  test('for two kinds of access at once opens the browser for one after the other', async () => {
    await begin();
    await tried();
    const asking = async (scope: string) => {
      const given = await header();
      const sent = given.ok ? given.value?.Authorization : undefined;
      const wwwAuthenticate = `Bearer error="insufficient_scope", scope="${scope}"`;
      const at = { connectionId: 'c', resourceUrl: server.resource, status: 403 };
      return r.oauth.challenged({ ...at, wwwAuthenticate, sent });
    };
    const both = await Promise.all([asking('x'), asking('y')]);
    expect(both).toEqual([ok('retry'), ok('retry')]);
    expect(r.opened).toHaveLength(2);
    expect(await asking('y')).toEqual(ok('retry'));
    const scope = new URL(r.opened[2] ?? '').searchParams.get('scope')?.split(' ').sort();
    expect(scope).toEqual(['x', 'y']);
    expect(await asking('y')).toMatchObject(refusal('scope-refused'));
    expect(r.opened).toHaveLength(3);
  });

  test('with a 403 that names no scopes is not ours to deal with', async () => {
    await begin({ status: 403, challenge: () => 'Bearer error="access_denied"' });
    expect(await tried()).toMatchObject(refusal('not-a-challenge'));
    expect(r.opened).toEqual([]);
  });
});

describe('renewal', () => {
  const renewing =
    (reply: Behaviour['token']): Behaviour['token'] =>
    (body, origin, authorization) =>
      body.get('grant_type') === 'refresh_token'
        ? reply(body, origin, authorization)
        : {
            body: {
              access_token: `access-${mark}`,
              refresh_token: `refresh-${mark}`,
              token_type: 'bearer',
              expires_in: 600,
            },
          };

  test('that fails for now leaves the old token in use until it ends, and is not tried at each call', async () => {
    await begin({ token: renewing(() => ({ status: 503 })) });
    await tried();
    r.pass(560_000);
    expect(await header()).toMatchObject({
      ok: true,
      value: { Authorization: `Bearer access-${mark}` },
    });
    expect(await header()).toMatchObject({ ok: true });
    expect(asked('/token')).toBe(2);
    expect(await r.oauth.status('c')).toMatchObject({ problem: { code: 'server-error' } });
    r.pass(41_000);
    expect(await header()).toMatchObject(refusal('server-error'));
  });

  test('keeps the refresh token where the issuer gives no new one', async () => {
    const again = () => ({ body: { access_token: `next-${mark}`, token_type: 'bearer' } });
    await begin({ token: renewing(again) });
    await tried();
    r.pass(560_000);
    expect(await header()).toMatchObject({ value: { Authorization: `Bearer next-${mark}` } });
    expect(r.secrets().sort()).toEqual([`next-${mark}`, `refresh-${mark}`]);
  });

  test('is not tried without a refresh token: the token serves to its end, then nothing is sent', async () => {
    const token = () => ({
      body: { access_token: `only-${mark}`, token_type: 'bearer', expires_in: 600 },
    });
    await begin({ token });
    await tried();
    r.pass(560_000);
    expect(await header()).toMatchObject({ value: { Authorization: `Bearer only-${mark}` } });
    r.pass(41_000);
    expect(await header()).toEqual({ ok: true, value: null });
  });

  test('that is not possible leads to a new sign-in by the next session that calls', async () => {
    let given = 0;
    const token = () => {
      given += 1;
      return {
        body: { access_token: `only-${given}-${mark}`, token_type: 'bearer', expires_in: 600 },
      };
    };
    await begin({ token });
    await tried();
    r.pass(601_000);
    expect(await tried({ sessionId: 'next' })).toMatchObject({ ok: true });
    expect(given).toBe(2);
    expect(r.opened).toHaveLength(2);
    expect(await header()).toMatchObject({ value: { Authorization: `Bearer only-2-${mark}` } });
  });

  test('goes to the issuer that gave the token, whatever the server says now', async () => {
    await begin();
    await tried();
    server.behaviour.resourceMetadata = (origin) => ({
      body: { resource: `${origin}/mcp`, authorization_servers: ['https://evil.example'] },
    });
    r.pass(50_000);
    expect(await header()).toMatchObject({ ok: true });
    expect(asked('/token')).toBe(2);
  });
});

describe('the keychain', () => {
  test('that is locked does not stop a server that needs no sign-in', async () => {
    await begin();
    r.vault.state.locked = true;
    expect(await header()).toEqual({ ok: true, value: null });
    r.vault.state.locked = false;
  });

  test('that is locked refuses a server that does, with the reason, and opens no browser', async () => {
    await begin();
    r.vault.state.locked = true;
    expect(await tried()).toMatchObject(refusal('keychain-locked'));
    expect(await r.oauth.status('c')).toMatchObject({ state: 'problem' });
    expect(r.opened).toEqual([]);
    r.vault.state.locked = false;
  });

  test('that locks during the sign-in keeps the tokens waiting, used only once they are kept', async () => {
    const token = () => {
      r.vault.state.locked = true;
      return { body: { access_token: `late-${mark}`, token_type: 'bearer' } };
    };
    await begin({ token });
    expect(await tried()).toMatchObject(refusal('keychain-locked'));
    expect(await header()).toMatchObject(refusal('keychain-locked'));
    await r.person.browsing;
    expect(r.pages[0]?.text).toContain('Not signed in');
    expect(r.events.at(-1)).toMatchObject({ kind: 'sign-in.failed' });
    r.vault.state.locked = false;
    expect(await header()).toMatchObject({ value: { Authorization: `Bearer late-${mark}` } });
    expect(r.secrets()).toEqual([`late-${mark}`]);
    expect(await r.oauth.status('c')).toMatchObject({ state: 'signed-in', problem: undefined });
  });

  test('that holds a damaged entry says so, and a new sign-in repairs it', async () => {
    await begin();
    await tried();
    for (const account of r.vault.secrets.keys()) {
      if (!account.startsWith('oauth/client/')) r.vault.secrets.set(account, '{');
    }
    const again = rig(
      { c: { resourceUrl: server.resource, name: 'Notes' } },
      {},
      { secrets: r.vault, folder: r.folder },
    );
    expect(await again.oauth.status('c')).toMatchObject({ problem: { code: 'keychain-damaged' } });
    expect(await again.oauth.signIn('c')).toMatchObject({ ok: true });
    expect(await again.oauth.status('c')).toMatchObject({ state: 'signed-in' });
  });

  test('with an entry that was moved to another server is not believed', async () => {
    await begin();
    await tried();
    const other = await rawServer();
    const { secrets } = r.vault;
    const { pointerAccount } = await import('../../../main/oauth/kept.ts');
    secrets.set(pointerAccount(other.resource), secrets.get(pointerAccount(server.resource)) ?? '');
    const thief = rig(
      { c: { resourceUrl: other.resource, name: 'Other' } },
      {},
      { secrets: r.vault, folder: r.folder },
    );
    expect(
      await thief.oauth.headersFor({ connectionId: 'c', resourceUrl: other.resource }),
    ).toEqual({
      ok: true,
      value: null,
    });
    expect(await thief.oauth.status('c')).toMatchObject({ problem: { code: 'keychain-damaged' } });
    await other.stop();
  });
});

describe('a token', () => {
  test('is not given for another address than the connection’s', async () => {
    await begin();
    await tried();
    for (const resourceUrl of [`${server.origin}/other`, 'https://evil.example/mcp', 'nonsense']) {
      const given = await r.oauth.headersFor({ connectionId: 'c', resourceUrl });
      expect(given).toMatchObject(refusal('not-this-server'));
    }
    const unknown = await r.oauth.headersFor({ connectionId: 'x', resourceUrl: server.resource });
    expect(unknown).toMatchObject(refusal('unknown-connection'));
  });

  test('is neither asked for nor sent without https', async () => {
    await begin();
    const resourceUrl = 'http://mcp.example/mcp';
    const open = rig({ o: { resourceUrl, name: 'Open' } });
    expect(await open.oauth.headersFor({ connectionId: 'o', resourceUrl })).toEqual(ok(null));
    const challenge = { connectionId: 'o', resourceUrl, status: 401, sent: undefined };
    const met = await open.oauth.challenged({ ...challenge, wwwAuthenticate: 'Bearer' });
    expect(met).toMatchObject(refusal('insecure-server'));
    expect(await open.oauth.signIn('o')).toMatchObject(refusal('insecure-server'));
    expect(open.requests).toEqual([]);
    await open.end();
  });
});

describe('a server outside', () => {
  const outside = (issuer: string, hint?: string, address = '203.0.113.7') => {
    const resourceUrl = 'https://mcp.example.com/mcp';
    const asked: string[] = [];
    const fetch: OAuthPorts['fetch'] = async (url, init) => {
      asked.push(url);
      expect(init.allows('10.0.0.5')).toBe(address.startsWith('10.'));
      expect(init.allows('169.254.169.254')).toBe(false);
      const resource = { resource: resourceUrl, authorization_servers: [issuer] };
      const body = url.includes('protected-resource') ? resource : issuerOf(issuer);
      return Response.json(body);
    };
    const resolve = async () => [address];
    const entry: RemoteServer = { resourceUrl, name: 'Outside' };
    const out = rig({ o: entry }, { fetch, resolve });
    const challenge = { connectionId: 'o', resourceUrl, status: 401, sent: undefined };
    const wwwAuthenticate = hint === undefined ? 'Bearer' : `Bearer resource_metadata="${hint}"`;
    return { asked, out, met: () => out.oauth.challenged({ ...challenge, wwwAuthenticate }) };
  };

  test.each([
    'https://10.0.0.5',
    'https://[::1]',
    'https://localhost:8443',
    'https://169.254.169.254',
    'https://intranet.corp',
    'https://2130706433',
  ])('must not lead to %s', async (issuer) => {
    await begin();
    const { asked, out, met } = outside(issuer);
    expect(await met()).toMatchObject(refusal('address-refused'));
    expect(asked).toEqual(['https://mcp.example.com/.well-known/oauth-protected-resource/mcp']);
    await out.end();
  });

  test('must not lead there by its challenge either, nor into the clear', async () => {
    await begin();
    for (const hint of [
      'https://10.0.0.5/x',
      'http://other.example/x',
      'file:///etc/passwd',
      '::',
    ]) {
      const { asked, out, met } = outside('https://192.168.1.1', hint);
      expect(await met()).toMatchObject(refusal('address-refused'));
      expect(asked).toEqual(['https://mcp.example.com/.well-known/oauth-protected-resource/mcp']);
      await out.end();
    }
  });

  test('may lead into the network where its own name does', async () => {
    await begin();
    const { out, met } = outside('https://10.0.0.6', undefined, '10.0.0.5');
    out.person.does = undefined;
    out.person.agrees = false;
    expect(await met()).toMatchObject(refusal('sign-in-declined'));
    expect(out.questions[0]?.issuer).toBe('https://10.0.0.6');
    await out.end();
  });
});

describe('signing out', () => {
  test.each<[string, Partial<Behaviour>, string]>([
    [
      'does not offer revocation',
      {
        issuerMetadata: (origin) => ({
          body: { ...issuerOf(origin), revocation_endpoint: undefined },
        }),
      },
      'not-offered',
    ],
    ['fails to revoke', { revoke: () => ({ status: 503 }) }, 'failed'],
  ])('forgets all the same where the issuer %s', async (_, changed, revoked) => {
    await begin(changed);
    await tried();
    expect(await r.oauth.signOut('c')).toEqual({ ok: true, value: { revoked } });
    expect(r.secrets()).toEqual([]);
    expect(r.events.at(-1)).toMatchObject({ kind: 'signed-out' });
  });

  test('revokes the refresh token before the access token', async () => {
    const sent: (string | null)[] = [];
    await begin({
      revoke: (body) => {
        sent.push(body.get('token_type_hint'));
        return { body: {} };
      },
    });
    await tried();
    expect(await r.oauth.signOut('d')).toEqual({ ok: true, value: { revoked: 'yes' } });
    expect(sent).toEqual(['refresh_token', 'access_token']);
    expect(await r.oauth.status('c')).toEqual({ state: 'none' });
  });

  test('where nobody is signed in does no harm', async () => {
    await begin();
    expect(await r.oauth.signOut('c')).toEqual({
      ok: true,
      value: { revoked: 'nothing-to-revoke' },
    });
    expect(server.paths).toEqual([]);
  });

  test('says so where the keychain still has the entry, which a later call does not bring back', async () => {
    await begin();
    await tried();
    r.vault.keychain.remove = async () => ok(null);
    expect(await r.oauth.signOut('c')).toMatchObject(refusal('forgetting-failed'));
    expect(r.secrets()).toHaveLength(2);
    expect(await header()).toEqual({ ok: true, value: null });
    r.person.agrees = false;
    expect(await tried({ sessionId: 'later' })).toMatchObject(refusal('sign-in-declined'));
    expect(await r.oauth.status('c')).toMatchObject({ state: 'needs-sign-in' });
  });

  test('stops a sign-in that is under way', async () => {
    await begin();
    r.person.does = undefined;
    const calling = tried();
    await vi.waitFor(() => expect(r.opened).toHaveLength(1), 15_000);
    expect(await r.oauth.signOut('c')).toMatchObject({ ok: true });
    expect(await calling).toMatchObject(refusal('stopped'));
  });
});
