import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Governance } from '../../main/compose-governance.ts';
import { openSignIns, takesSignIn } from '../../main/compose-sign-ins.ts';
import type { Connection, RemoteTemplate } from '../../shared/client.ts';
import { ok } from '../../shared/outcome.ts';
import { SignInStatus, SignInView, SignOutReport } from '../../shared/sign-in.ts';
import { memoryKeychain } from '../main/credentials/memory-keychain.ts';
import { visit } from '../main/oauth/browser.ts';
import { startProvider } from '../main/oauth/provider.ts';
import { patienceMs, until } from './until.ts';

let provider: Awaited<ReturnType<typeof startProvider>>;
const ends: (() => Promise<unknown> | unknown)[] = [];

beforeAll(async () => {
  provider = await startProvider(600);
}, patienceMs);
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});
afterAll(() => provider.stop());

const connection = (id: string, over: Partial<Connection> & { url?: string } = {}): Connection => {
  const { url = provider.resource, ...rest } = over;
  const remote: RemoteTemplate = {
    transport: 'http',
    url,
    secretHeaders: [],
    forwardedHeaders: [],
    via: 'endpoint',
    ownHeaders: [],
  };
  return {
    id,
    clientId: id,
    clientName: `Client ${id}`,
    file: '/f',
    keyPath: ['mcpServers', 'notes'],
    name: 'notes',
    serverId: 'srv',
    serverLabel: url,
    command: '',
    args: [],
    secretEnv: [],
    forwardedEnv: [],
    argvInFile: false,
    createdAt: 1,
    remote,
    ...rest,
  };
};

/** The real sign-in over a keychain in memory and a person in the browser who agrees, or does nothing. */
function opened(connections: readonly Connection[], person: { agrees: boolean }) {
  const folder = mkdtempSync(path.join(tmpdir(), 'airlock-sign-ins-'));
  const changes: number[] = [];
  const entries: { kind: string }[] = [];
  const vault = memoryKeychain();
  const governance = {
    state: {
      connections: {
        get: (id: string) => connections.find((one) => one.id === id),
        all: () => ({ rows: connections }),
      },
    },
    keychain: vault.keychain,
    trail: { append: (entry: { kind: string }) => entries.push(entry) },
    masked: (entry: unknown) => entry,
    person: 'ada',
  } as unknown as Governance;
  const parts = openSignIns(governance, {
    data: folder,
    browser: {
      async open(url) {
        if (person.agrees) ends.push(() => browsing);
        const browsing = person.agrees ? visit(url, { choose: 'agree' }) : Promise.resolve();
        return ok(null);
      },
      askSignIn: async () => false,
    },
    onChange: () => changes.push(1),
  });
  ends.push(async () => {
    parts.signIns.stop();
    await parts.oauth.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  return { ...parts, changes, entries, vault };
}

/** A call without a token, as the server refuses it. */
const refused = (connectionId: string) => ({
  connectionId,
  resourceUrl: provider.resource,
  status: 401,
  wwwAuthenticate: undefined,
  sent: undefined,
});

test('a person signs in and out; every connection to the server shows it', async () => {
  const app = opened([connection('a'), connection('b')], { agrees: true });
  const list = async () => SignInView.array().parse(await app.signIns.list());
  expect((await list()).map(({ status }) => status.state)).toEqual(['none', 'none']);
  const signed = await app.signIns.signIn('a');
  expect(signed).toMatchObject({ ok: true, value: { state: 'signed-in', renews: true } });
  if (signed.ok) SignInStatus.parse(signed.value);
  expect(await list()).toMatchObject([
    { connectionId: 'a', status: { state: 'signed-in', issuer: provider.issuer } },
    { connectionId: 'b', status: { state: 'signed-in' } },
  ]);
  await until(() => app.changes.length > 0, 'the word of a change');
  expect(app.signIns.needed()).toEqual([]);
  const out = await app.signIns.signOut('b');
  expect(out).toEqual({ ok: true, value: { revoked: 'yes' } });
  if (out.ok) SignOutReport.parse(out.value);
  expect((await list()).map(({ status }) => status.state)).toEqual(['none', 'none']);
  expect(app.entries.map(({ kind }) => kind)).toEqual([
    'sign-in.started',
    'sign-in.finished',
    'signed-out',
  ]);
});

test('a server that refused a call wants attention once, with all of its clients', async () => {
  const app = opened([connection('a'), connection('b')], { agrees: true });
  expect(app.signIns.needed()).toEqual([]);
  expect(await app.oauth.challenged(refused('b'))).toMatchObject({ ok: false });
  await until(() => app.signIns.needed().length > 0, 'the need');
  expect(app.signIns.needed()).toEqual([
    { connectionId: 'a', name: 'notes', clients: ['Client a', 'Client b'] },
  ]);
  await app.signIns.signIn('a');
  await until(() => app.signIns.needed().length === 0, 'the end of the need');
});

test('a sign-in that waits in the browser shows, and can be cancelled', async () => {
  const app = opened([connection('a')], { agrees: false });
  const signing = app.signIns.signIn('a');
  await until(() => app.entries.length > 0, 'the start');
  expect(await app.signIns.list()).toMatchObject([{ status: { state: 'signing-in' } }]);
  await app.signIns.cancel('a');
  expect(await signing).toMatchObject({ ok: false, problem: { code: 'stopped' } });
});

test('a closed keychain is said, and is no need to sign in', async () => {
  const app = opened([connection('a')], { agrees: true });
  app.vault.state.locked = true;
  expect(await app.signIns.list()).toMatchObject([
    { status: { state: 'problem', problem: { code: 'keychain-locked' } } },
  ]);
  expect(app.signIns.needed()).toEqual([]);
});

test('only a served remote server without a credential of its own is signed in to', () => {
  const with_ = (over: Partial<RemoteTemplate>) => {
    const base = connection('a');
    return takesSignIn({ ...base, ...(base.remote && { remote: { ...base.remote, ...over } }) });
  };
  expect(with_({})).toBe(true);
  expect(with_({ secretHeaders: ['X-Team'] })).toBe(true);
  expect(with_({ secretHeaders: ['authorization'] })).toBe(false);
  expect(with_({ forwardedHeaders: ['Authorization'] })).toBe(false);
  expect(with_({ url: { secret: 'url' } })).toBe(false);
  expect(with_({ transport: 'ws' })).toBe(false);
  expect(takesSignIn(connection('a', { restoredAt: 2 }))).toBe(false);
  const { remote: _, ...stdio } = connection('a');
  expect(takesSignIn(stdio)).toBe(false);
});
