import { afterEach, describe, expect, test, vi } from 'vitest';
import type { OAuthPorts, RemoteServer } from '../../../main/oauth/ports.ts';
import { type Behaviour, issuerOf, mark, rawServer } from './raw-server.ts';
import { call, rig } from './rig.ts';

/** Servers that say odd or hostile things: each ends in a sentence, none in a leak. */
let server: Awaited<ReturnType<typeof rawServer>>;
let r: ReturnType<typeof rig>;

async function begin(
  changed: Partial<Behaviour> = {},
  overrides: Partial<OAuthPorts> = {},
  authorization?: RemoteServer['authorization'],
): Promise<void> {
  server = await rawServer(changed);
  const entry = { resourceUrl: server.resource, name: 'Notes' };
  const known = authorization === undefined ? entry : { ...entry, authorization };
  r = rig({ c: known, d: known }, overrides);
}

const tried = () => call(r.oauth, 'c', server.resource);
const refusal = (code: string) => ({ ok: false, problem: { code } });
const asked = (path: string) => server.paths.filter((seen) => seen === path).length;

afterEach(async () => {
  await r.person.browsing.catch(() => undefined);
  const status = await r.oauth.status('c');
  const shown = JSON.stringify([r.events, r.questions, status, r.pages.map(({ text }) => text)]);
  await r.end();
  await server.stop();
  expect(shown).not.toContain(mark);
});

const answer = (changes: object) => (origin: string) => ({
  body: { ...issuerOf(origin), ...changes },
});

describe('metadata', () => {
  test.each([
    ['that does not speak of PKCE', { code_challenge_methods_supported: undefined }, 'no-pkce'],
    ['with plain PKCE alone', { code_challenge_methods_supported: ['plain'] }, 'no-pkce'],
    ['of another issuer', { issuer: 'https://issuer.example' }, 'wrong-issuer'],
    ['whose issuer is no address', { issuer: 'nonsense' }, 'wrong-issuer'],
    [
      'with a scheme that starts a program',
      { authorization_endpoint: 'file:///bin/sh' },
      'bad-address',
    ],
    [
      'with a token endpoint in the clear',
      { token_endpoint: 'http://issuer.example/t' },
      'bad-address',
    ],
    [
      'that wants pushed requests',
      { require_pushed_authorization_requests: true },
      'no-sign-in-offered',
    ],
    ['without an authorization endpoint', { authorization_endpoint: undefined }, 'server-error'],
    ['without the code flow', { response_types_supported: ['token'] }, 'no-sign-in-offered'],
  ])('%s opens no browser', async (_, changes, code) => {
    await begin({ issuerMetadata: answer(changes) });
    expect(await tried()).toMatchObject(refusal(code));
    expect(r.opened).toEqual([]);
    expect(r.questions).toEqual([]);
    expect(asked('/register')).toBe(0);
  });

  test.each<[string, Behaviour['issuerMetadata'], string]>([
    ['HTML', () => ({ body: '<h1>Welcome</h1>' }), 'no-sign-in-offered'],
    ['nothing', () => ({ status: 404 }), 'no-sign-in-offered'],
    ['an error', () => ({ status: 500 }), 'server-error'],
    ['silence', () => 'hang', 'too-slow'],
    ['a flood', () => ({ body: { padding: 'x'.repeat(300_000) } }), 'too-large'],
    ['a list', () => ({ body: [1] }), 'server-error'],
    [
      'a move in circles',
      (_, path) => ({ status: 302, headers: { location: path } }),
      'bad-answer',
    ],
    [
      'a move to a file',
      () => ({ status: 302, headers: { location: 'file:///etc/passwd' } }),
      'bad-address',
    ],
    [
      'a move into the clear',
      () => ({ status: 302, headers: { location: 'http://a.example/' } }),
      'bad-address',
    ],
    [
      'a move to the cloud',
      () => ({ status: 302, headers: { location: 'https://169.254.169.254/' } }),
      'address-refused',
    ],
  ])('answered by %s opens no browser', async (_, issuerMetadata, code) => {
    await begin({ issuerMetadata }, code === 'too-slow' ? { limits: { requestMs: 300 } } : {});
    expect(await tried()).toMatchObject(refusal(code));
    expect(r.opened).toEqual([]);
  });

  test('that has moved on the same host is followed', async () => {
    const issuerMetadata: Behaviour['issuerMetadata'] = (origin, path) =>
      path.endsWith('/')
        ? { body: issuerOf(origin) }
        : { status: 301, headers: { location: `${path}/` } };
    await begin({ issuerMetadata });
    expect(await tried()).toMatchObject({ ok: true });
  });

  test('of an issuer with a path is looked for at its three places, in order', async () => {
    await begin({
      resourceMetadata: (origin) => ({
        body: { resource: `${origin}/mcp`, authorization_servers: [`${origin}/tenant`] },
      }),
      issuerMetadata: (origin, path) =>
        path === '/tenant/.well-known/openid-configuration'
          ? { body: { ...issuerOf(origin), issuer: `${origin}/tenant` } }
          : { status: 404 },
      authorize: (query, origin) => ({
        code: `code-${mark}`,
        state: query.get('state') ?? '',
        iss: `${origin}/tenant`,
      }),
    });
    expect(await tried()).toMatchObject({ ok: true });
    expect(server.paths.filter((path) => /oauth-auth|openid/.test(path))).toEqual([
      '/.well-known/oauth-authorization-server/tenant',
      '/.well-known/openid-configuration/tenant',
      '/tenant/.well-known/openid-configuration',
    ]);
  });

  test('of a second issuer is used where the first does not work', async () => {
    await begin({
      resourceMetadata: (origin) => ({
        body: { resource: `${origin}/mcp`, authorization_servers: [`${origin}/gone`, origin] },
      }),
      issuerMetadata: (origin, path) =>
        path.includes('gone') ? { status: 404 } : { body: issuerOf(origin) },
    });
    expect(await tried()).toMatchObject({ ok: true });
  });
});

describe('the resource', () => {
  test('of another server ends the search', async () => {
    await begin({
      resourceMetadata: (origin) => ({
        body: { resource: 'https://bank.example/mcp', authorization_servers: [origin] },
      }),
    });
    expect(await tried()).toMatchObject(refusal('wrong-resource'));
    expect(server.paths.some((path) => path.includes('oauth-authorization-server'))).toBe(false);
  });

  test('may be the whole host where the host itself says so at its root', async () => {
    await begin({
      resourceMetadata: (origin, path) =>
        path === '/.well-known/oauth-protected-resource'
          ? { body: { resource: origin, authorization_servers: [origin] } }
          : { status: 404 },
    });
    expect(await tried()).toMatchObject({ ok: true });
    expect(new URL(r.opened[0] ?? '').searchParams.get('resource')).toBe(server.origin);
  });

  test('may not be the whole host on the word of one server alone', async () => {
    await begin({
      resourceMetadata: (origin) => ({
        body: { resource: origin, authorization_servers: [origin] },
      }),
    });
    expect(await tried()).toMatchObject(refusal('wrong-resource'));
  });

  test('is asked for where the challenge points, before the well-known places', async () => {
    await begin({
      challenge: (origin) =>
        `Bearer resource_metadata="${origin}/x/.well-known/oauth-protected-resource"`,
      resourceMetadata: (origin) => ({
        body: { resource: `${origin}/mcp`, authorization_servers: [origin] },
      }),
    });
    expect(await tried()).toMatchObject({ ok: true });
    expect(server.paths[1]).toBe('/x/.well-known/oauth-protected-resource');
    expect(asked('/.well-known/oauth-protected-resource/mcp')).toBe(0);
  });

  test('that nobody describes needs a configured issuer', async () => {
    await begin({ resourceMetadata: () => ({ status: 404 }) });
    expect(await tried()).toMatchObject(refusal('no-sign-in-offered'));
    expect(server.paths.slice(1, 3)).toEqual([
      '/.well-known/oauth-protected-resource/mcp',
      '/.well-known/oauth-protected-resource',
    ]);
  });
});

describe('the redirect', () => {
  test.each<[string, Behaviour['authorize'], string]>([
    [
      'from another issuer',
      (q) => ({ code: `code-${mark}`, state: q.get('state') ?? '', iss: 'https://evil.example' }),
      'wrong-issuer',
    ],
    [
      'without the issuer that was promised',
      (q) => ({ code: `code-${mark}`, state: q.get('state') ?? '' }),
      'wrong-issuer',
    ],
    [
      'with another issuer’s error',
      (q) => ({ error: 'access_denied', state: q.get('state') ?? '', iss: 'https://evil.example' }),
      'wrong-issuer',
    ],
    [
      'with access denied',
      (q, iss) => ({
        error: 'access_denied',
        error_description: mark,
        state: q.get('state') ?? '',
        iss,
      }),
      'sign-in-declined',
    ],
    [
      'with a server error',
      (q, iss) => ({ error: 'server_error', state: q.get('state') ?? '', iss }),
      'server-error',
    ],
    [
      'with an unknown error',
      (q, iss) => ({ error: `<b>${mark}</b>`, state: q.get('state') ?? '', iss }),
      'sign-in-refused',
    ],
    ['without a code', (q, iss) => ({ state: q.get('state') ?? '', iss }), 'bad-answer'],
  ])('%s trades no code', async (_, authorize, code) => {
    await begin({ authorize });
    expect(await tried()).toMatchObject(refusal(code));
    expect(asked('/token')).toBe(0);
    await r.person.browsing;
    expect(r.pages[0]?.text).toContain('Not signed in');
  });

  test('with another state changes nothing', async () => {
    const authorize: Behaviour['authorize'] = (_, iss) => ({
      code: `code-${mark}`,
      state: 'guessed',
      iss,
    });
    await begin({ authorize });
    const calling = tried();
    await vi.waitFor(() => expect(r.pages).toHaveLength(1), 15_000);
    expect(await r.oauth.status('c')).toMatchObject({ state: 'signing-in' });
    await r.oauth.cancelSignIn('c');
    expect(await calling).toMatchObject(refusal('stopped'));
    expect(asked('/token')).toBe(0);
    expect(r.pages[0]?.status).toBe(400);
  });
});

describe('the token endpoint', () => {
  test.each<[string, Behaviour['token'], string]>([
    [
      'an invalid grant',
      () => ({ status: 400, body: { error: 'invalid_grant', error_description: mark } }),
      'grant-refused',
    ],
    [
      'an unknown client',
      () => ({ status: 401, body: { error: 'invalid_client' } }),
      'client-refused',
    ],
    [
      'an invalid target',
      () => ({ status: 400, body: { error: 'invalid_target' } }),
      'sign-in-refused',
    ],
    ['an error of its own', () => ({ status: 502, body: '<h1>Bad gateway</h1>' }), 'server-error'],
    ['too many requests', () => ({ status: 429 }), 'server-error'],
    ['HTML', () => ({ body: '<h1>Welcome</h1>' }), 'bad-answer'],
    ['silence', () => 'hang', 'too-slow'],
    [
      'a redirect',
      () => ({ status: 307, headers: { location: 'https://evil.example/' } }),
      'bad-answer',
    ],
    [
      'a token of another kind',
      () => ({ body: { access_token: mark, token_type: 'mac' } }),
      'bad-answer',
    ],
    ['a bound token', () => ({ body: { access_token: mark, token_type: 'DPoP' } }), 'bad-answer'],
    [
      'a token that breaks the header',
      () => ({ body: { access_token: `${mark}\r\nX: y`, token_type: 'Bearer' } }),
      'bad-answer',
    ],
    ['no token', () => ({ body: { token_type: 'Bearer', refresh_token: mark } }), 'bad-answer'],
  ])('that gives %s signs nobody in', async (_, token, code) => {
    await begin({ token }, code === 'too-slow' ? { limits: { requestMs: 1500 } } : {});
    expect(await tried()).toMatchObject(refusal(code));
    expect(r.secrets()).toEqual([]);
    expect(r.events.map(({ kind }) => kind)).toEqual(['sign-in.started', 'sign-in.failed']);
  });

  const idToken = (claims: object) => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    return `${part({ alg: 'RS256' })}.${part(claims)}.${Buffer.from('x').toString('base64url')}`;
  };
  const openid = (nonce: (asked: string) => string): Partial<Behaviour> => {
    let seen = '';
    return {
      challenge: () => 'Bearer scope="openid"',
      authorize: (query, iss) => {
        seen = query.get('nonce') ?? '';
        return { code: `code-${mark}`, state: query.get('state') ?? '', iss };
      },
      token: (_, iss) => {
        const now = Math.floor(Date.now() / 1000);
        const claims = {
          iss,
          sub: 'u1',
          aud: 'client-1',
          iat: now,
          exp: now + 60,
          nonce: nonce(seen),
        };
        const email = 'ada\u202e@example.org\n';
        const tokens = { access_token: `a-${mark}`, token_type: 'Bearer' };
        return { body: { ...tokens, id_token: idToken({ ...claims, email }) } };
      },
    };
  };

  test('that gives an ID token with the nonce says who signed in, made harmless to read', async () => {
    await begin(openid((asked) => asked));
    expect(await tried()).toMatchObject({ ok: true });
    expect(await r.oauth.status('c')).toMatchObject({ account: 'ada @example.org', renews: false });
  });

  test('that gives an ID token with another nonce signs nobody in', async () => {
    await begin(openid(() => 'replayed'));
    expect(await tried()).toMatchObject(refusal('bad-answer'));
  });
});

describe('how we are known', () => {
  test('by the metadata document, where the issuer takes those', async () => {
    const url = 'https://airlock.example/oauth/client.json';
    await begin(
      { issuerMetadata: answer({ client_id_metadata_document_supported: true }) },
      { clientMetadata: { url, redirectPath: '/callback' } },
    );
    expect(await tried()).toMatchObject({ ok: true });
    const query = new URL(r.opened[0] ?? '').searchParams;
    expect(query.get('client_id')).toBe(url);
    expect(query.get('redirect_uri')).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/callback$/);
    expect(asked('/register')).toBe(0);
  });

  test('by an id registered beforehand, before everything else', async () => {
    const clientMetadata = { url: 'https://airlock.example/c.json', redirectPath: '/callback' };
    await begin(
      { issuerMetadata: answer({ client_id_metadata_document_supported: true }) },
      { clientMetadata },
      { clientId: 'from-it' },
    );
    expect(await tried()).toMatchObject({ ok: true });
    expect(new URL(r.opened[0] ?? '').searchParams.get('client_id')).toBe('from-it');
  });

  test('by nothing, where the issuer registers nobody', async () => {
    await begin({ issuerMetadata: answer({ registration_endpoint: undefined }) });
    expect(await tried()).toMatchObject(refusal('no-client-id'));
    expect(r.opened).toEqual([]);
  });

  test.each<[string, Behaviour['register'], string]>([
    [
      'refuses',
      () => ({ status: 400, body: { error: 'invalid_redirect_uri' } }),
      'registration-refused',
    ],
    ['has trouble', () => ({ status: 503 }), 'server-error'],
    ['gives no id', () => ({ status: 201, body: {} }), 'registration-refused'],
    [
      'wants a key we have not',
      () => ({
        status: 201,
        body: { client_id: 'c', token_endpoint_auth_method: 'private_key_jwt' },
      }),
      'registration-refused',
    ],
  ])('by nothing, where the issuer %s', async (_, register, code) => {
    await begin({ register });
    expect(await tried()).toMatchObject(refusal(code));
    expect(r.opened).toEqual([]);
  });

  test('a client the issuer forgot is registered again the next time', async () => {
    let forgot = true;
    await begin({
      token: () =>
        forgot
          ? { status: 401, body: { error: 'invalid_client' } }
          : { body: { access_token: `a-${mark}`, token_type: 'Bearer' } },
    });
    await r.oauth.signIn('c');
    await r.oauth.signIn('c');
    forgot = false;
    expect(await r.oauth.signIn('c')).toMatchObject({ ok: true });
    expect(asked('/register')).toBe(2);
  });
});

describe('a secret from IT', () => {
  const told = { clientId: 'from-it', clientSecret: `client-${mark}` };

  test('goes to the issuer it belongs to, in the header', async () => {
    const sent: (string | undefined)[] = [];
    server = await rawServer({
      issuerMetadata: answer({ token_endpoint_auth_methods_supported: ['client_secret_basic'] }),
      token(_, __, authorization) {
        sent.push(authorization);
        return { body: { access_token: `a-${mark}`, token_type: 'Bearer' } };
      },
    });
    const authorization = { ...told, issuer: server.origin };
    r = rig({ c: { resourceUrl: server.resource, name: 'Notes', authorization } });
    expect(await tried()).toMatchObject({ ok: true });
    const text = Buffer.from((sent[0] ?? '').replace('Basic ', ''), 'base64').toString();
    expect(decodeURIComponent(text)).toBe(`from-it:client-${mark}`);
    expect(sent).toHaveLength(1);
  });

  test('stays here where nobody says whom it belongs to', async () => {
    await begin({}, {}, told);
    expect(await tried()).toMatchObject(refusal('no-client-id'));
    expect(asked('/token')).toBe(0);
  });

  test('stays here where the server names another issuer', async () => {
    await begin({}, {}, { ...told, issuer: 'https://issuer.example' });
    expect(await tried()).toMatchObject(refusal('wrong-issuer'));
    expect(r.opened).toEqual([]);
  });
});
