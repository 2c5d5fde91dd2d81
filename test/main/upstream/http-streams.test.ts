import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { backoffMs } from '../../../main/upstream/http-streams.ts';
import {
  aRemote,
  aSite,
  closeRemotes,
  closeSites,
  events,
  handshake,
  json,
} from '../../fakes/remote.ts';

afterEach(async () => {
  await closeRemotes();
  await closeSites();
});

const patient = { timeout: 10_000 };
const answerTo = (id: unknown) =>
  `data: {"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{}}\n\n`;
const note = (n: number) => `data: {"jsonrpc":"2.0","method":"n","params":{"n":${n}}}\n\n`;

/** A server with a session whose streams a test writes; `opened` holds the fields that each GET came with. */
async function scripted(
  onGet: (response: ServerResponse, lastEventId: string | undefined, times: number) => unknown,
  onCall: (response: ServerResponse, id: unknown) => unknown = () => undefined,
) {
  const opened: { readonly lastEventId: string | undefined; readonly at: number }[] = [];
  const site = await aSite((request, response, body) => {
    if (request.method === 'GET') {
      const field = request.headers['last-event-id'];
      const lastEventId = typeof field === 'string' ? field : undefined;
      opened.push({ lastEventId, at: performance.now() });
      return onGet(response, lastEventId, opened.length);
    }
    if (request.method === 'DELETE') return response.writeHead(405).end();
    const { id, method } = JSON.parse(body);
    if (id === undefined) return response.writeHead(202).end();
    if (method !== 'initialize') return onCall(response, id);
    const result = { protocolVersion: '2025-11-25', capabilities: {} };
    return json(response, { jsonrpc: '2.0', id, result }, 200, { 'mcp-session-id': 'sid' });
  });
  return { ...site, opened };
}

describe('the stream for what the server says unasked', () => {
  test('is opened again after the last event, once the wait that the server named is over', async () => {
    const site = await scripted((response, _, times) => {
      if (times > 2) return events(response);
      events(response);
      return response.end(`retry: 150\nid: e${times}\n${note(times)}`);
    });
    const remote = aRemote(site.url);
    await handshake(remote);
    await expect.poll(() => site.opened.length, patient).toBe(3);
    expect(site.opened.map(({ lastEventId }) => lastEventId)).toEqual([undefined, 'e1', 'e2']);
    const [first, second] = site.opened;
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(145);
    expect(remote.lines.slice(1).map((line) => JSON.parse(line).params.n)).toEqual([1, 2]);
  });

  test('is tried again while the server is down, and told of once', async () => {
    const site = await scripted((response, _, times) =>
      times <= 3 ? response.writeHead(503).end() : events(response),
    );
    const remote = aRemote(site.url);
    await handshake(remote);
    await expect.poll(() => site.opened.length, patient).toBe(4);
    expect(remote.reports).toEqual([expect.stringContaining('HTTP 503')]);
  });

  test.each([405, 404])('is not asked for again where there is none (%i)', async (status) => {
    const site = await scripted((response) => response.writeHead(status).end());
    const remote = aRemote(site.url);
    await handshake(remote);
    await expect.poll(() => site.opened.length, patient).toBe(1);
    remote.send({ jsonrpc: '2.0', method: 'notifications/initialized' });
    await expect.poll(() => site.seen.length, patient).toBe(4);
    expect(site.opened).toHaveLength(1);
    expect(remote.reports).toEqual([]);
  });
});

test('a session whose stream was open and is unknown now is lost', async () => {
  const site = await scripted((response, _, times) => {
    if (times > 1) return response.writeHead(404).end();
    events(response);
    return response.end(note(1));
  });
  const remote = aRemote(site.url);
  await handshake(remote);
  expect(await remote.server.gone).toMatch(/ended its session \(HTTP 404\)/);
  await remote.ended;
});

describe('the answer to a request', () => {
  test('that broke off is resumed after its last event, without a message twice', async () => {
    const site = await scripted(
      (response, lastEventId) => {
        if (lastEventId === undefined) return response.writeHead(405).end();
        events(response);
        const next = Number(lastEventId) + 1;
        return response.end(next < 4 ? `id: ${next}\n${note(next)}` : `id: 4\n${answerTo(7)}`);
      },
      (response) => {
        events(response);
        response.write(`id: 1\n${note(1)}`);
        setImmediate(() => response.destroy());
      },
    );
    const remote = aRemote(site.url);
    await handshake(remote);
    expect(await remote.request({ id: 7, method: 'tools/call', params: {} })).toMatchObject({
      result: {},
    });
    const notes = remote.lines
      .map((line) => JSON.parse(line))
      .filter(({ method }) => method === 'n');
    expect(notes.map(({ params }) => params.n)).toEqual([1, 2, 3]);
    expect(remote.answers(7)).toBe(1);
  });

  test.each([
    ['the server knows no resumption', 405, 1],
    ['the server stays down', 503, 5],
  ])('is given up when %s', async (_, status, times) => {
    const site = await scripted(
      (response, lastEventId) => response.writeHead(lastEventId === undefined ? 405 : status).end(),
      (response) => {
        events(response);
        response.end('id: 1\ndata:\n\n');
      },
    );
    const remote = aRemote(site.url);
    await handshake(remote);
    const answer = await remote.request({ id: 7, method: 'tools/call', params: {} });
    expect(answer).toMatchObject({ error: { data: { code: 'connection-broken' } } });
    expect(answer.error?.message).toMatch(/check before you repeat/);
    expect(site.opened.filter(({ lastEventId }) => lastEventId === '1')).toHaveLength(times);
  });

  test('is given up when the server lets us come back for ever and says nothing', async () => {
    const site = await scripted(
      (response, lastEventId) => {
        if (lastEventId === undefined) return response.writeHead(405).end();
        events(response);
        return response.end(': nothing yet\n\n');
      },
      (response) => {
        events(response);
        response.end('retry: 0\nid: 1\ndata:\n\n');
      },
    );
    const remote = aRemote(site.url, { limits: { idleMs: 300 } });
    await handshake(remote);
    expect(await remote.request({ id: 7, method: 'tools/call', params: {} })).toMatchObject({
      error: { data: { code: 'idle-timeout' } },
    });
    // However short a wait the server names, we do not run in a loop.
    expect(site.opened.length).toBeLessThan(12);
  });

  test('is given up when the server names a wait that nobody lives to see', async () => {
    const site = await scripted(
      (response) => response.writeHead(405).end(),
      (response) => {
        events(response);
        response.end('retry: 999999999\nid: 1\ndata:\n\n');
      },
    );
    const remote = aRemote(site.url, { limits: { idleMs: 200 } });
    await handshake(remote);
    expect(await remote.request({ id: 7, method: 'tools/call', params: {} })).toMatchObject({
      error: {},
    });
  });

  test('that never ends is closed a while after everything was answered', async () => {
    let closed = false;
    const site = await scripted(
      (response) => response.writeHead(405).end(),
      (response, id) => {
        response.once('close', () => {
          closed = true;
        });
        events(response);
        response.write(answerTo(id));
      },
    );
    const remote = aRemote(site.url, { limits: { lingerMs: 50 } });
    await handshake(remote);
    await remote.request({ id: 7, method: 'tools/list' });
    await expect.poll(() => closed, patient).toBe(true);
  });
});

describe('the handshake', () => {
  test('is overtaken by nothing', async () => {
    const order: string[] = [];
    let release = () => undefined as unknown;
    const site = await aSite((request, response, body) => {
      if (request.method !== 'POST') return response.writeHead(405).end();
      const { id, method } = JSON.parse(body);
      order.push(method);
      const answer = () =>
        json(response, { jsonrpc: '2.0', id, result: { protocolVersion: '2025-11-25' } }, 200, {
          'mcp-session-id': 'sid',
        });
      if (id === undefined) return response.writeHead(202).end();
      if (method !== 'initialize') return answer();
      release = answer;
      return undefined;
    });
    const remote = aRemote(site.url);
    remote.send({ jsonrpc: '2.0', id: 0, method: 'initialize' });
    remote.send({ jsonrpc: '2.0', method: 'notifications/initialized' });
    remote.send({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
    await expect.poll(() => order, patient).toEqual(['initialize']);
    release();
    await remote.answer(1);
    expect(order).toEqual(['initialize', 'notifications/initialized', 'tools/list']);
    for (const { headers } of site.seen.slice(1)) expect(headers['mcp-session-id']).toBe('sid');
  });

  test('that fails lets what waited go on, each with its answer', async () => {
    const site = await aSite((_, response) => response.writeHead(500).end());
    const remote = aRemote(site.url);
    remote.send({ jsonrpc: '2.0', id: 0, method: 'initialize' });
    remote.send({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
    expect(await remote.answer(0)).toMatchObject({ error: {} });
    expect(await remote.answer(1)).toMatchObject({ error: {} });
  });
});

test('a kill drops what waits for the handshake', async () => {
  const site = await aSite(() => undefined);
  const remote = aRemote(site.url);
  remote.send({ jsonrpc: '2.0', id: 0, method: 'initialize' });
  remote.send({ jsonrpc: '2.0', id: 1, method: 'tools/call' });
  await expect.poll(() => site.seen.length, patient).toBe(1);
  expect(await remote.server.kill()).toMatchObject({ verified: true });
  await remote.ended;
  remote.sendText('{"jsonrpc":"2.0","id":2,"method":"ping"}');
  expect(site.seen.map(({ body }) => JSON.parse(body).method)).toEqual(['initialize']);
  expect(remote.lines).toEqual([]);
});

test('the wait before a stream is opened again grows, with jitter, up to a cap', () => {
  const limits = { retryMs: 1_000, retryCapMs: 30_000 };
  const waits = (random: number) =>
    [0, 1, 4, 5, 100].map((tries) => backoffMs(tries, limits, () => random));
  expect(waits(1)).toEqual([1_000, 2_000, 16_000, 30_000, 30_000]);
  expect(waits(0)).toEqual([250, 500, 4_000, 7_500, 7_500]);
});
