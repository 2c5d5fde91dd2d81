import { afterEach, describe, expect, test } from 'vitest';
import {
  aRemote,
  aSite,
  closeRemotes,
  closeSites,
  events,
  handshake,
  json,
  type Remote,
} from '../../fakes/remote.ts';
import { sseSite } from '../../fakes/sdk-servers.ts';

afterEach(async () => {
  await closeRemotes();
  await closeSites();
});

const echo = (remote: Remote, id: unknown, text: string) =>
  remote.request({ id, method: 'tools/call', params: { name: 'echo', arguments: { text } } });

describe.each(['http', 'sse'] as const)('a server over HTTP+SSE, named as %s', (kind) => {
  test('is found out, shakes hands and answers', async () => {
    const site = await sseSite();
    const remote = aRemote(site.url, {}, kind);
    expect(await handshake(remote, '2024-11-05')).toMatchObject({
      result: { protocolVersion: '2024-11-05' },
    });
    const answers = await Promise.all(['a', 'b', 'c'].map((text) => echo(remote, text, text)));
    expect(answers.map(({ result }) => result)).toEqual(
      ['a', 'b', 'c'].map((text) => ({ content: [{ type: 'text', text }] })),
    );
    const methods = site.requests.map(({ method }) => method);
    expect(methods.filter((method) => method === 'GET')).toHaveLength(1);
    expect(methods[0]).toBe(kind === 'http' ? 'POST' : 'GET');
    expect(await remote.server.stop()).toMatchObject({
      items: [{ stopped: true }],
      verified: true,
    });
    expect(site.requests.map(({ method }) => method)).not.toContain('DELETE');
  });

  test('asks the client through its stream', async () => {
    const remote = aRemote((await sseSite()).url, {}, kind);
    await handshake(remote, '2024-11-05');
    const answer = remote.request({ id: 1, method: 'tools/call', params: { name: 'ask' } });
    const asked = await remote.message(({ method }) => method === 'roots/list');
    remote.send({ jsonrpc: '2.0', id: asked.id, result: { roots: [{ uri: 'file:///y' }] } });
    expect(await answer).toMatchObject({ result: { content: [{ text: 'file:///y' }] } });
  });

  test('is lost with its stream', async () => {
    const site = await sseSite();
    const remote = aRemote(site.url, {}, kind);
    await handshake(remote, '2024-11-05');
    const waiting = remote.request({ id: 1, method: 'tools/call', params: { name: 'wait' } });
    await expect.poll(() => site.requests.length, { timeout: 10_000 }).toBeGreaterThanOrEqual(4);
    site.dropStreams();
    const sentence =
      'The server "files" closed its stream, and with it the session. Connect again from Cursor.';
    expect(await waiting).toMatchObject({ error: { code: -31002, message: sentence } });
    expect(await remote.server.gone).toBe(sentence);
    await remote.ended;
  });
});

describe('an endpoint', () => {
  const withEndpoint = (endpoint: string) =>
    aSite((request, response) => {
      if (request.method !== 'GET') return json(response, {}, 405);
      events(response);
      return response.write(`event: endpoint\ndata: ${endpoint}\n\n`);
    });

  test.each([
    'http://127.0.0.1:1/messages',
    'https://evil.example/m',
    '//evil.example/m',
    'file:///etc/passwd',
  ])('elsewhere (%s) gets nothing', async (endpoint) => {
    const site = await withEndpoint(endpoint);
    const remote = aRemote(site.url, {}, 'sse');
    const answer = await remote.request({ id: 1, method: 'initialize', params: {} });
    expect(answer).toMatchObject({ error: { data: { code: 'endpoint-elsewhere' } } });
    expect(site.seen.map(({ method }) => method)).toEqual(['GET']);
  });

  test('that never comes is waited for no longer than a connection', async () => {
    const site = await aSite((_, response) => {
      events(response);
      response.write('event: message\ndata: {"jsonrpc":"2.0","method":"x"}\n\n');
    });
    const remote = aRemote(site.url, { limits: { connectMs: 100 } }, 'sse');
    expect(await remote.request({ id: 1, method: 'initialize' })).toMatchObject({
      error: { code: -31002 },
    });
    // What came before the endpoint is not the server speaking to us.
    expect(remote.lines).toHaveLength(1);
  });
});

describe('a message to the endpoint', () => {
  const linked = (status: number) =>
    aSite((request, response) => {
      if (request.method !== 'GET') return response.writeHead(status).end();
      events(response);
      return response.write('event: endpoint\ndata: /messages?s=1\n\n');
    });

  test('that finds no session any more is told, and the session lost', async () => {
    const site = await linked(404);
    const remote = aRemote(site.url, {}, 'sse');
    expect(await remote.request({ id: 1, method: 'ping' })).toMatchObject({
      error: { code: -31002, data: { code: 'session-lost' } },
    });
    expect(await remote.server.gone).toMatch(/HTTP 404/);
  });

  test('that is refused is told, and the session goes on', async () => {
    const site = await linked(503);
    const remote = aRemote(site.url, {}, 'sse');
    for (const id of [1, 2])
      expect(await remote.request({ id, method: 'ping' })).toMatchObject({
        error: { data: { code: 'busy' } },
      });
    expect(site.seen.map(({ method }) => method)).toEqual(['GET', 'POST', 'POST']);
  });

  test('that is taken and never answered is given up', async () => {
    const site = await linked(202);
    const remote = aRemote(site.url, { limits: { headMs: 200 } }, 'sse');
    expect(await remote.request({ id: 1, method: 'ping' })).toMatchObject({
      error: { data: { code: 'idle-timeout' } },
    });
  });
});

describe('a server that takes neither transport', () => {
  test('is told in the words of its answer to the first message', async () => {
    const site = await aSite((request, response) =>
      request.method === 'POST'
        ? json(
            response,
            { jsonrpc: '2.0', id: null, error: { code: -32000, message: 'Bad key' } },
            400,
          )
        : response.writeHead(405).end(),
    );
    const remote = aRemote(site.url);
    expect(await handshake(remote)).toEqual({
      jsonrpc: '2.0',
      id: 'init',
      error: { code: -32000, message: 'Bad key' },
    });
    expect(site.seen.map(({ method }) => method).slice(0, 2)).toEqual(['POST', 'GET']);
  });

  test('is told by the status where it has no words', async () => {
    const site = await aSite((_, response) => response.writeHead(404).end('nothing here'));
    const remote = aRemote(site.url);
    expect(await handshake(remote)).toMatchObject({
      error: {
        message:
          'The server "files" knows nothing at this address (HTTP 404). Correct the entry in Cursor.',
      },
    });
  });

  test('and says so in an answer of its own is taken at its word', async () => {
    const site = await aSite((_, response, body) =>
      json(
        response,
        { jsonrpc: '2.0', id: JSON.parse(body).id, error: { code: -32602, message: 'no' } },
        400,
      ),
    );
    const remote = aRemote(site.url);
    expect(await remote.request({ id: 1, method: 'initialize' })).toMatchObject({
      error: { code: -32602 },
    });
    expect(site.seen.map(({ method }) => method)).toEqual(['POST']);
  });
});
