import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RemoteServer } from '../../../main/oauth/ports.ts';
import { fail } from '../../../shared/outcome.ts';
import { type Behaviour, issuerOf, mark, type Reply, rawServer } from './raw-server.ts';
import { call, rig } from './rig.ts';

/** A server that names another issuer from one call to the next (MCP, authorization server binding). */
type Server = Awaited<ReturnType<typeof rawServer>>;

/** Server and first issuer in one. */
let server: Server;
let next: Server;
let r: ReturnType<typeof rig>;
let entry: RemoteServer;
const servers: Record<string, RemoteServer> = {};
/** The clients that the next issuer heard of. */
let clients: (string | null)[];

beforeEach(async () => {
  clients = [];
  server = await rawServer();
  next = await rawServer({
    register: () => ({ status: 201, body: { client_id: 'client-2' } }),
    authorize(query, iss) {
      clients.push(query.get('client_id'));
      return { code: `code-${mark}`, state: query.get('state') ?? '', iss };
    },
    token(body) {
      clients.push(body.get('client_id'));
      return { body: { access_token: `next-${mark}`, token_type: 'bearer', expires_in: 600 } };
    },
  });
  entry = { resourceUrl: server.resource, name: 'Notes' };
  servers.c = entry;
  r = rig(servers);
});

afterEach(async () => {
  await r.person.browsing.catch(() => undefined);
  const status = await r.oauth.status('c');
  const shown = JSON.stringify([r.events, r.questions, status, r.pages.map(({ text }) => text)]);
  await r.end();
  await Promise.all([server.stop(), next.stop()]);
  expect(shown).not.toContain(mark);
});

const tried = (more: Parameters<typeof call>[3] = {}) => call(r.oauth, 'c', server.resource, more);
const header = () => r.oauth.headersFor({ connectionId: 'c', resourceUrl: server.resource });
const refusal = (code: string) => ({ ok: false, problem: { code } });
const asked = (path: string) => server.paths.filter((seen) => seen === path).length;
const kinds = () => r.events.map(({ kind }) => kind);

const names =
  (...issuers: string[]): Behaviour['resourceMetadata'] =>
  (origin, path): Reply =>
    path === '/.well-known/oauth-protected-resource/mcp'
      ? { body: { resource: `${origin}/mcp`, authorization_servers: issuers } }
      : { status: 404 };

/** From now on the server takes the tokens of the next issuer alone, and says so. */
function move(issuer = next.origin): void {
  server.behaviour.accepts = (token) => token.startsWith('next-');
  server.behaviour.resourceMetadata = names(issuer);
}

describe('a server that moved', () => {
  test('is signed in to at the new issuer, as a new client, even by the call right after', async () => {
    expect(await tried()).toMatchObject({ ok: true });
    move();
    expect(await tried()).toMatchObject({ ok: true });
    expect(r.opened.map((url) => new URL(url).origin)).toEqual([server.origin, next.origin]);
    expect(clients).toEqual(['client-2', 'client-2']);
    expect(asked('/token')).toBe(1);
    expect(r.secrets()).toEqual([`next-${mark}`]);
    expect(await r.oauth.status('c')).toMatchObject({ state: 'signed-in', issuer: next.origin });
  });

  test('is left only after a person was asked, who sees the new issuer, and the trail tells it', async () => {
    await tried();
    move();
    await tried();
    expect(r.questions.map(({ issuer }) => issuer)).toEqual([server.origin, next.origin]);
    const told = ['token.lost', 'sign-in.started', 'sign-in.finished'];
    expect(kinds().slice(2)).toEqual(told);
    expect(r.events[2]).toMatchObject({ issuer: server.origin });
    expect(r.events[2]?.detail).toContain('another sign-in server');
  });

  test('costs the old issuer nothing: it may be gone, and an old token is not renewed there', async () => {
    await tried();
    move();
    server.behaviour.issuerMetadata = () => ({ status: 500 });
    server.behaviour.token = () => ({ status: 500 });
    r.pass(35_000);
    expect(await tried()).toMatchObject({ ok: true });
    expect(asked('/token')).toBe(1);
    expect(r.requests.filter(({ body }) => body.has('refresh_token'))).toEqual([]);
  });

  test('is found by the metadata that its challenge points to', async () => {
    await tried();
    move();
    server.behaviour.challenge = (origin) =>
      `Bearer resource_metadata="${origin}/x/.well-known/oauth-protected-resource"`;
    server.behaviour.resourceMetadata = (origin, path) =>
      path.startsWith('/x/')
        ? { body: { resource: `${origin}/mcp`, authorization_servers: [next.origin] } }
        : names(origin)(origin, path);
    expect(await tried()).toMatchObject({ ok: true });
    expect(clients).toEqual(['client-2', 'client-2']);
  });

  test('opens one browser for all the calls that it refuses at once', async () => {
    await tried();
    move();
    const all = await Promise.all([tried(), tried(), tried({ sessionId: 'another' })]);
    expect(all.every(({ ok }) => ok)).toBe(true);
    expect(r.opened).toHaveLength(2);
    expect(kinds().filter((kind) => kind === 'token.lost')).toHaveLength(1);
  });

  test('gets no token any more where the person says no, and is not asked about again', async () => {
    await tried();
    move();
    r.person.agrees = false;
    expect(await tried()).toMatchObject(refusal('sign-in-declined'));
    expect(await header()).toEqual({ ok: true, value: null });
    expect(r.secrets()).toEqual([]);
    expect(await tried({ sessionId: 'another' })).toMatchObject(refusal('needs-sign-in'));
    r.pass(600_001);
    expect(await tried()).toMatchObject(refusal('needs-sign-in'));
    expect(r.questions).toHaveLength(2);
    expect(r.opened).toHaveLength(1);
    const status = await r.oauth.status('c');
    expect(status).toMatchObject({ state: 'needs-sign-in', problem: { code: 'needs-sign-in' } });
    expect(JSON.stringify(status)).toContain('another sign-in server');
  });

  test('does not open a browser while the trail cannot be written', async () => {
    await tried();
    move();
    r.person.trailWorks = false;
    expect(await tried()).toMatchObject(refusal('not-recorded'));
    expect(r.opened).toHaveLength(1);
  });

  test('says so where the keychain does not let the old token go, which is not sent again', async () => {
    await tried();
    move();
    r.vault.keychain.remove = async () => fail('keychain-locked', 'The keychain is locked.');
    expect(await tried()).toMatchObject(refusal('keychain-locked'));
    expect(await header()).toEqual({ ok: true, value: null });
    expect(r.opened).toHaveLength(1);
  });

  test('into the clear is not followed', async () => {
    await tried();
    move('http://issuer.example');
    expect(await tried()).toMatchObject(refusal('bad-address'));
    expect(r.opened).toHaveLength(1);
    expect(r.secrets()).toEqual([]);
  });
});

describe('a loop', () => {
  test('of ever new issuers ends after one further sign-in in a session', async () => {
    let moves = 0;
    server.behaviour.accepts = () => false;
    server.behaviour.resourceMetadata = (origin, path) =>
      names(`${origin}/issuer-${moves}`)(origin, path);
    server.behaviour.issuerMetadata = (origin, path) => ({
      body: {
        ...issuerOf(origin),
        issuer: `${origin}${path.replace('/.well-known/oauth-authorization-server', '')}`,
        authorization_response_iss_parameter_supported: false,
      },
    });
    server.behaviour.authorize = (query) => ({
      code: `code-${mark}`,
      state: query.get('state') ?? '',
    });
    server.behaviour.token = () => {
      moves += 1;
      return { body: { access_token: `access-${mark}-${moves}`, token_type: 'bearer' } };
    };
    expect(await tried({ most: 10 })).toMatchObject(refusal('needs-sign-in'));
    expect(await tried({ most: 10 })).toMatchObject(refusal('needs-sign-in'));
    expect(r.opened).toHaveLength(2);
    expect(r.secrets()).toEqual([]);
  });

  test('at the new issuer is the loop it always was', async () => {
    await tried();
    move();
    server.behaviour.accepts = () => false;
    expect(await tried({ most: 10 })).toMatchObject(refusal('token-refused'));
    expect(r.opened).toHaveLength(2);
  });
});

describe('a refused token stays what it was', () => {
  test.each<[string, (origin: string) => Behaviour['resourceMetadata']]>([
    ['names the same issuer', (origin) => names(origin)],
    ['spells the same issuer otherwise', (origin) => names(`${origin}/`)],
    ['names it among others', (origin) => names('https://issuer.example', origin)],
    ['has no metadata any more', () => () => ({ status: 404 })],
    ['has trouble', () => () => ({ status: 503 })],
    ['speaks in HTML', () => () => ({ body: '<h1>Welcome</h1>' })],
    [
      'speaks of another server',
      () => () => ({
        body: { resource: 'https://bank.example/mcp', authorization_servers: [next.origin] },
      }),
    ],
    ['names nobody', () => names()],
  ])('where the server %s', async (_, metadata) => {
    await tried();
    server.behaviour.accepts = () => false;
    server.behaviour.resourceMetadata = metadata(server.origin);
    expect(await tried()).toMatchObject(refusal('token-refused'));
    expect(r.opened).toHaveLength(1);
    expect(r.secrets()).toHaveLength(2);
    expect(next.paths).toEqual([]);
  });

  test('where the metadata cannot be read, and an old one is renewed all the same', async () => {
    await tried();
    server.behaviour.accepts = (token) => token.endsWith('-2');
    server.behaviour.resourceMetadata = () => ({ status: 503 });
    r.pass(35_000);
    expect(await tried()).toMatchObject({ ok: true });
    expect(asked('/token')).toBe(2);
    expect(r.opened).toHaveLength(1);
  });

  test('where IT set up the issuer: the server must not be followed to another', async () => {
    servers.c = { ...entry, authorization: { issuer: server.origin } };
    await tried();
    move();
    expect(await tried()).toMatchObject(refusal('wrong-issuer'));
    expect(r.opened).toHaveLength(1);
    expect(r.secrets()).toHaveLength(2);
    expect(next.paths).toEqual([]);
  });
});

describe('a client id from IT', () => {
  test('does not follow the server to another issuer, not even by a click', async () => {
    servers.c = { ...entry, authorization: { clientId: 'from-it' } };
    await tried();
    move();
    expect(await tried()).toMatchObject(refusal('wrong-issuer'));
    expect(await r.oauth.signIn('c')).toMatchObject(refusal('wrong-issuer'));
    expect(clients).toEqual([]);
    expect(r.opened).toHaveLength(1);
  });

  test('for the new issuer does', async () => {
    servers.c = { ...entry, authorization: { clientId: 'from-it' } };
    await tried();
    move();
    servers.c = { ...entry, authorization: { clientId: 'from-it-2' } };
    expect(await tried()).toMatchObject({ ok: true });
    expect(clients).toEqual(['from-it-2', 'from-it-2']);
  });

  test('stays with its issuer where another one listed would answer', async () => {
    servers.c = { ...entry, authorization: { clientId: 'from-it' } };
    server.behaviour.resourceMetadata = names(server.origin, next.origin);
    await tried();
    r.pass(600_001);
    server.behaviour.issuerMetadata = () => ({ status: 503 });
    expect(await r.oauth.signIn('c')).toMatchObject(refusal('server-error'));
    expect(next.paths).toEqual([]);
  });
});
