import path from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterEach, expect, test } from 'vitest';
import { endpointOf } from '../../main/compose-endpoint.ts';
import { openStateStore } from '../../main/storage/state-store.ts';
import type { RemoteTemplate } from '../../shared/client.ts';
import { closeSites } from '../fakes/remote.ts';
import { streamableSite } from '../fakes/sdk-servers.ts';
import { aHome, type Home, must } from './home.ts';
import { aBridge, startApp } from './rig.ts';
import { until } from './until.ts';

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
  await closeSites();
});

const remote = (url: string, via: RemoteTemplate['via'] = 'endpoint'): RemoteTemplate => ({
  transport: 'http',
  url,
  secretHeaders: [],
  forwardedHeaders: [],
  via,
  ownHeaders: ['Authorization'],
});

const aServer = () => streamableSite({ stateful: true });

/** What a rewritten entry of this connection says. */
function entryOf(home: Home, connectionId: string) {
  const store = must(openStateStore(path.join(home.data, 'state.db')));
  const entry = endpointOf(store.notes)(connectionId, 'http');
  store.close();
  if (entry === undefined) throw new Error('The endpoint has never listened.');
  return entry;
}

async function aClient(entry: { url: string; headers: Readonly<Record<string, string>> }) {
  const client = new Client({ name: 'tester', version: '1' });
  const transport = new StreamableHTTPClientTransport(new URL(entry.url), {
    requestInit: { headers: { ...entry.headers } },
  });
  ends.push(() => client.close());
  await client.connect(transport as Parameters<typeof client.connect>[0]);
  return client;
}

const textOf = (result: unknown): unknown =>
  (result as { content?: { text?: string }[] }).content?.[0]?.text;

test('a remote entry is governed over the local endpoint: a call runs and is in the trail', async () => {
  const home = aHome();
  const server = await aServer();
  home.connect('remote', '', [], { remote: remote(server.url) });
  const app = await startApp(home, { mode: 'monitor' });
  const client = await aClient(entryOf(home, 'con_remote'));
  const { tools } = await client.listTools();
  expect(tools.map((tool) => tool.name)).toContain('echo');
  expect(textOf(await client.callTool({ name: 'echo', arguments: { text: 'hello' } }))).toBe(
    'hello',
  );
  await until(() => app.entries('call.closed').length === 1, 'the closing entry');
  expect(app.entries('call.closed')[0]).toMatchObject({
    outcome: 'ok',
    connection: { id: 'con_remote', name: 'remote' },
    tool: { name: 'echo' },
  });
  expect(app.session('remote')).toMatchObject({ state: 'ready', calls: 1, clientId: 'cursor' });
});

test('what policy wants asked waits for the person over HTTP, too', async () => {
  const home = aHome();
  const server = await aServer();
  home.connect('remote', '', [], { remote: remote(server.url) });
  const app = await startApp(home);
  const client = await aClient(entryOf(home, 'con_remote'));
  await client.listTools();
  // Shell text among the arguments raises any call (decision 14).
  const answer = client.callTool({ name: 'count', arguments: { to: 2, command: 'rm -rf /' } });
  const card = await app.card('count');
  expect(await app.press(card, 'allow')).toMatchObject({ ok: true });
  expect(textOf(await answer)).toBe('counted to 2');
});

test('the kill switch ends a remote session, and its client is told', async () => {
  const home = aHome();
  const server = await aServer();
  home.connect('remote', '', [], { remote: remote(server.url) });
  const app = await startApp(home, { mode: 'monitor' });
  const client = await aClient(entryOf(home, 'con_remote'));
  await client.listTools();
  const report = await app.kill({ kind: 'all' }, 'dashboard', 'Enough.');
  expect(report).toMatchObject({ verified: true, survivors: [] });
  expect(report.items.map((item) => item.kind)).toContain('remote-session');
  const late = await client.callTool({ name: 'echo', arguments: { text: 'late' } }).then(
    (result) => JSON.stringify(result),
    (error: unknown) => String(error),
  );
  expect(late).not.toContain('"late"');
});

test('without its token nobody gets in, and another connection token is none', async () => {
  const home = aHome();
  const server = await aServer();
  home.connect('one', '', [], { remote: remote(server.url) });
  home.connect('two', '', [], { remote: remote(server.url) });
  await startApp(home);
  const one = entryOf(home, 'con_one');
  const two = entryOf(home, 'con_two');
  const post = (headers: Readonly<Record<string, string>>) =>
    fetch(one.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...headers,
      },
      body: '{"jsonrpc":"2.0","id":1,"method":"ping"}',
    });
  expect((await post({})).status).toBe(401);
  expect((await post(two.headers)).status).toBe(401);
});

test('a client that starts servers only reaches a remote one through the bridge', async () => {
  const home = aHome();
  const server = await aServer();
  home.connect('remote', '', [], { remote: remote(server.url, 'bridge') });
  const app = await startApp(home, { mode: 'monitor' });
  const bridge = aBridge(home, 'con_remote');
  await bridge.greet();
  bridge.send('tools/call', { name: 'echo', arguments: { text: 'over the bridge' } });
  await until(() => bridge.lines().some((line) => line.includes('over the bridge')), 'the echo');
  expect(app.session('remote')?.serverId).toBe('srv_remote');
});

test('the port and the tokens stay the same over a restart', async () => {
  const home = aHome();
  const server = await aServer();
  home.connect('remote', '', [], { remote: remote(server.url) });
  const first = await startApp(home, { mode: 'monitor' });
  const before = entryOf(home, 'con_remote');
  await first.stop();
  await startApp(home, { mode: 'monitor' });
  expect(entryOf(home, 'con_remote')).toEqual(before);
  const client = await aClient(before);
  expect((await client.listTools()).tools.length).toBeGreaterThan(0);
});
