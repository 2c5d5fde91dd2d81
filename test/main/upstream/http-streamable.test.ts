import { afterEach, describe, expect, test } from 'vitest';
import { aRemote, closeRemotes, closeSites, handshake } from '../../fakes/remote.ts';
import { streamableSite, waited } from '../../fakes/sdk-servers.ts';

afterEach(async () => {
  await closeRemotes();
  await closeSites();
});

const call = (id: unknown, name: string, args: Record<string, unknown> = {}, more = {}) => ({
  id,
  method: 'tools/call',
  params: { name, arguments: args, ...more },
});
const patient = { timeout: 10_000 };

describe.each([
  ['with sessions', { stateful: true }],
  ['with sessions and JSON answers', { stateful: true, json: true }],
  ['with sessions and resumption', { stateful: true, resumable: true }],
  ['without sessions', { stateful: false }],
  ['without sessions, in JSON', { stateful: false, json: true }],
])('a server of the SDK %s', (_, options) => {
  test('shakes hands, lists and calls', async () => {
    const site = await streamableSite(options);
    const remote = aRemote(site.url);
    expect(await handshake(remote)).toMatchObject({
      result: { protocolVersion: '2025-11-25', serverInfo: { name: 'sdk' } },
    });
    const list = await remote.request({ id: 1, method: 'tools/list' });
    expect(JSON.stringify(list.result)).toContain('"echo"');
    expect(await remote.request(call('a', 'echo', { text: 'grüße' }))).toMatchObject({
      result: { content: [{ type: 'text', text: 'grüße' }] },
    });
    expect(remote.reports).toEqual([]);
  });

  test('answers many calls at once, each exactly once', async () => {
    const remote = aRemote((await streamableSite(options)).url);
    await handshake(remote);
    const ids = [...Array(20).keys()];
    const texts = await Promise.all(
      ids.map(async (id) => (await remote.request(call(id, 'echo', { text: `t${id}` }))).result),
    );
    expect(texts).toEqual(ids.map((id) => ({ content: [{ type: 'text', text: `t${id}` }] })));
    expect(ids.map((id) => remote.answers(id))).toEqual(ids.map(() => 1));
  });

  test('says what is wrong with a request', async () => {
    const remote = aRemote((await streamableSite(options)).url);
    await handshake(remote);
    expect(await remote.request({ id: 5, method: 'no/such' })).toMatchObject({
      error: { code: -32601 },
    });
  });
});

describe('a session', () => {
  test('carries its id and version on every request after the handshake, and is ended by DELETE', async () => {
    const site = await streamableSite({ stateful: true });
    const remote = aRemote(site.url);
    await handshake(remote, '2025-06-18');
    await remote.request({ id: 1, method: 'tools/list' });
    await expect.poll(() => site.requests.map(({ method }) => method), patient).toContain('GET');
    const [first, ...rest] = site.requests;
    expect(first?.headers).not.toHaveProperty('mcp-session-id');
    expect(first?.headers).not.toHaveProperty('mcp-protocol-version');
    const [id] = site.transports.keys();
    for (const { headers } of rest) {
      expect(headers).toMatchObject({ 'mcp-session-id': id, 'mcp-protocol-version': '2025-06-18' });
      expect(headers).toMatchObject({ 'accept-encoding': 'identity' });
    }
    expect(await remote.server.stop()).toEqual({
      items: [
        {
          kind: 'remote-session',
          id: 'ses-1/remote',
          name: expect.stringMatching(/^files: 127\.0\.0\.1:\d+$/),
          stopped: true,
          detail: 'Airlock closed every connection to it, and it confirmed the end of the session.',
        },
      ],
      survivors: [],
      verified: true,
    });
    expect(site.requests.at(-1)).toMatchObject({
      method: 'DELETE',
      headers: { 'mcp-session-id': id },
    });
    expect(site.transports.size).toBe(0);
  });

  test('that was never begun has nothing to end', async () => {
    const site = await streamableSite({ stateful: true });
    expect(await aRemote(site.url).server.stop()).toMatchObject({ items: [], verified: true });
    expect(site.requests).toEqual([]);
  });

  test('that the server gave up is lost: whoever asks is told, and the output ends', async () => {
    const site = await streamableSite({ stateful: true });
    const remote = aRemote(site.url);
    await handshake(remote);
    const waiting = remote.request(call(1, 'wait'));
    await expect.poll(() => site.requests.length, patient).toBeGreaterThanOrEqual(4);
    site.transports.clear();
    const sentence = 'The server "files" ended its session (HTTP 404). Connect again from Cursor.';
    expect(await remote.request(call(2, 'echo', { text: 'x' }))).toMatchObject({
      error: { code: -31002, message: sentence, data: { code: 'session-lost' } },
    });
    expect(await waiting).toMatchObject({ error: { message: sentence } });
    await remote.ended;
    expect(await remote.server.gone).toBe(sentence);
    expect(remote.reports).toEqual([sentence]);
    expect(remote.answers(1)).toBe(1);
    // Nobody is asked to end what is gone.
    await remote.server.stop();
    expect(site.requests.map(({ method }) => method)).not.toContain('DELETE');
  });

  test('ends its output once its input ended and everything is answered', async () => {
    const remote = aRemote((await streamableSite({ stateful: true })).url);
    await handshake(remote);
    const answer = remote.request(call(1, 'count', { to: 3 }));
    remote.server.stdin.end();
    await remote.ended;
    expect(await answer).toMatchObject({ result: {} });
  });
});

describe('a stream', () => {
  test('brings progress before the answer, in order', async () => {
    const remote = aRemote((await streamableSite({ stateful: true })).url);
    await handshake(remote);
    await remote.request(call(7, 'count', { to: 5 }, { _meta: { progressToken: 'p' } }));
    const seen = remote.lines.slice(1).map((line) => JSON.parse(line));
    expect(seen.map((one) => one.params?.progress ?? one.id)).toEqual([1, 2, 3, 4, 5, 7]);
  });

  test('brings a request of the server, whose answer goes back by POST', async () => {
    const remote = aRemote((await streamableSite({ stateful: true })).url);
    await handshake(remote);
    const answer = remote.request(call(7, 'ask'));
    const asked = await remote.message(({ method }) => method === 'roots/list');
    remote.send({ jsonrpc: '2.0', id: asked.id, result: { roots: [{ uri: 'file:///x' }] } });
    expect(await answer).toMatchObject({ result: { content: [{ text: 'file:///x' }] } });
  });

  test('of its own brings what the server says unasked', async () => {
    const site = await streamableSite({ stateful: true });
    const remote = aRemote(site.url);
    await handshake(remote);
    await expect.poll(() => site.requests.map(({ method }) => method), patient).toContain('GET');
    await remote.request(call(1, 'change'));
    await remote.message(({ method }) => method === 'notifications/tools/list_changed');
  });

  test('that the server closed on purpose is asked for the rest after the wait it named', async () => {
    const site = await streamableSite({ stateful: true, resumable: true });
    const remote = aRemote(site.url);
    await handshake(remote);
    expect(await remote.request(call(1, 'poll'))).toMatchObject({
      result: { content: [{ text: 'worth the wait' }] },
    });
    expect(remote.answers(1)).toBe(1);
    const resumed = site.requests.filter(({ headers }) => headers['last-event-id'] !== undefined);
    expect(resumed.length).toBeGreaterThan(0);
    expect(resumed[0]?.method).toBe('GET');
  });

  test('is cancelled by a message, as the revisions with sessions have it', async () => {
    const before = waited.cancelled;
    const site = await streamableSite({ stateful: true });
    const remote = aRemote(site.url, { limits: { cancelledMs: 50 } });
    await handshake(remote);
    remote.send({ jsonrpc: '2.0', ...call(9, 'wait') });
    await expect.poll(() => site.requests.length, patient).toBeGreaterThanOrEqual(4);
    const params = { requestId: 9, reason: 'enough' };
    remote.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params });
    await expect.poll(() => waited.cancelled, patient).toBe(before + 1);
    // The answer that never comes keeps nothing open.
    remote.server.stdin.end();
    await remote.ended;
    expect(remote.answers(9)).toBe(0);
  });
});

test('a batch is passed as it is, and its answers come back', async () => {
  const remote = aRemote((await streamableSite({ stateful: true })).url);
  await handshake(remote, '2025-03-26');
  remote.send([
    { jsonrpc: '2.0', id: 1, method: 'ping' },
    { jsonrpc: '2.0', id: 2, method: 'tools/list' },
  ]);
  expect(await remote.answer(1)).toMatchObject({ result: {} });
  expect(await remote.answer(2)).toMatchObject({ result: { tools: expect.any(Array) } });
});
