import { afterEach, describe, expect, test } from 'vitest';
import { clientAccount } from '../../../main/oauth/kept.ts';
import { type Behaviour, issuerOf, mark, rawServer } from './raw-server.ts';
import { call, rig } from './rig.ts';

/** What servers answer to a dynamic registration, as RFC 7591 has it and otherwise. */
let server: Awaited<ReturnType<typeof rawServer>>;
let r: ReturnType<typeof rig>;

async function begin(
  register: Behaviour['register'],
  methods: readonly string[] = ['client_secret_basic'],
): Promise<void> {
  server = await rawServer({
    register,
    issuerMetadata: (origin) => ({
      body: { ...issuerOf(origin), token_endpoint_auth_methods_supported: methods },
    }),
  });
  r = rig({ c: { resourceUrl: server.resource, name: 'Notes' } });
}

const tried = () => call(r.oauth, 'c', server.resource);
const kept = () => JSON.parse(r.vault.secrets.get(clientAccount(server.origin)) ?? 'null');
const asked = (path: string) => server.paths.filter((seen) => seen === path).length;
const secret = `client-${mark}`;
const given = { client_id: 'client-1', client_secret: secret };

afterEach(async () => {
  await r.person.browsing.catch(() => undefined);
  await r.end();
  await server.stop();
});

describe('a secret', () => {
  test.each([
    ['without its end', { ...given }],
    ['with null for its end', { ...given, client_secret_expires_at: null }],
    ['with 0 for its end', { ...given, client_secret_expires_at: 0 }],
  ])('%s never ends', async (_, body) => {
    await begin(() => ({ status: 201, body }));
    expect(await tried()).toMatchObject({ ok: true });
    expect(kept().client).toEqual({ id: 'client-1', secret, method: 'client_secret_basic' });
    expect(kept()).not.toHaveProperty('secretEndsAt');
  });

  test('without its end is taken from an answer of 200 as well', async () => {
    await begin(() => ({ status: 200, body: given }));
    expect(await tried()).toMatchObject({ ok: true });
    expect(kept().client.secret).toBe(secret);
  });

  test('with an end is not used beyond it', async () => {
    const ends = Math.floor(Date.now() / 1000) + 600;
    await begin(() => ({ status: 201, body: { ...given, client_secret_expires_at: ends } }));
    expect(await tried()).toMatchObject({ ok: true });
    expect(kept().secretEndsAt).toBe(ends * 1000);
    expect(await r.oauth.signIn('c')).toMatchObject({ ok: true });
    expect(asked('/register')).toBe(1);
    r.pass(601_000);
    expect(await r.oauth.signIn('c')).toMatchObject({ ok: true });
    expect(asked('/register')).toBe(2);
  });

  test('that nobody asked for is not kept', async () => {
    await begin(() => ({ status: 201, body: given }), ['none']);
    expect(await tried()).toMatchObject({ ok: true });
    expect(kept().client).toEqual({ id: 'client-1', method: 'none' });
    expect([...r.vault.secrets.values()].join()).not.toContain(secret);
  });
});

test.each<[string, Behaviour['register']]>([
  [
    'an end that is no time',
    () => ({ status: 201, body: { ...given, client_secret_expires_at: 'never' } }),
  ],
  [
    'an end before all time',
    () => ({ status: 201, body: { ...given, client_secret_expires_at: -1 } }),
  ],
  ['a secret that is no text', () => ({ status: 201, body: { ...given, client_secret: 1 } })],
  ['no secret where one is needed', () => ({ status: 201, body: { client_id: 'client-1' } })],
  ['a secret without an id', () => ({ status: 201, body: { client_secret: secret } })],
  ['a page', () => ({ status: 201, body: '<h1>Welcome</h1>' })],
  ['nothing', () => ({ status: 204 })],
  ['a secret and a refusal', () => ({ status: 400, body: given })],
])('an answer with %s registers nobody', async (_, register) => {
  await begin(register);
  const refused = { ok: false, problem: { code: 'registration-refused' } };
  expect(await tried()).toMatchObject(refused);
  expect(r.opened).toEqual([]);
  expect(kept()).toBeNull();
});
