import { Agent } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import type { Challenge, HttpPorts, RequestContext } from '../../../main/upstream/http-ports.ts';
import { fail, ok } from '../../../shared/outcome.ts';
import { aRemote, aSite, closeRemotes, closeSites, handshake, json } from '../../fakes/remote.ts';

afterEach(async () => {
  await closeRemotes();
  await closeSites();
});

const list = { id: 1, method: 'tools/list' };
const answer = { jsonrpc: '2.0', id: 1, result: {} };

/** A server that takes one token only, and asks for it in the given way. */
const guarded = (token: string, status = 401, asks = 'Bearer realm="x"') =>
  aSite((request, response, body) => {
    if (request.headers.authorization !== `Bearer ${token}`)
      return response.writeHead(status, asks === '' ? {} : { 'www-authenticate': asks }).end();
    return json(response, { ...answer, id: JSON.parse(body).id });
  });

/** Gives the tokens one after the other; each challenge moves on to the next. */
function tokens(...all: string[]) {
  const asked: RequestContext[] = [];
  const challenges: Challenge[] = [];
  const ports: Partial<HttpPorts> = {
    async authorize(request) {
      asked.push(request);
      return ok({ Authorization: `Bearer ${all[challenges.length] ?? all.at(-1)}` });
    },
    async challenged(challenge) {
      challenges.push(challenge);
      return 'retry';
    },
  };
  return { asked, challenges, ports };
}

describe('credentials', () => {
  test('of the entry go with every request, and those of the port win over them', async () => {
    const site = await guarded('new');
    const { ports, asked } = tokens('new');
    const entryHeaders = async () => ok({ AUTHORIZATION: 'Bearer old', 'X-Team': 'blue' });
    const remote = aRemote(site.url, { ...ports, entryHeaders });
    expect(await remote.request(list)).toMatchObject({ result: {} });
    expect(site.seen[0]?.headers).toMatchObject({ authorization: 'Bearer new', 'x-team': 'blue' });
    expect(asked).toMatchObject([{ method: 'POST', mcpMethod: 'tools/list' }]);
    expect(asked[0]?.url.href).toBe(site.url);
  });

  test('of the entry that the transport sets itself, or that no header may hold, are left out and told', async () => {
    const site = await aSite((_, response) => json(response, answer));
    const entryHeaders = async () =>
      ok({
        Host: 'evil',
        'Mcp-Session-Id': 'x',
        'Mcp-Param-A': 'x',
        'x-split': 'a\r\nb: c',
        'bad name': 'x',
        fine: 'y',
      });
    const remote = aRemote(site.url, { entryHeaders });
    await remote.request(list);
    const headers = site.seen[0]?.headers ?? {};
    expect(headers).toMatchObject({ fine: 'y', host: new URL(site.url).host });
    expect(Object.keys(headers)).not.toEqual(expect.arrayContaining(['mcp-session-id']));
    expect(headers).not.toHaveProperty('x-split');
    expect(headers).not.toHaveProperty('b');
    expect(remote.reports).toEqual([
      expect.stringContaining('Host, Mcp-Session-Id, Mcp-Param-A, x-split, bad name'),
    ]);
  });

  test('that are not to be had are the answer, and are asked for again next time', async () => {
    const site = await guarded('t');
    let locked = true;
    const entryHeaders = async () =>
      locked ? fail('keychain-locked', 'Unlock the keychain.') : ok({ authorization: 'Bearer t' });
    const remote = aRemote(site.url, { entryHeaders });
    expect(await remote.request(list)).toMatchObject({
      error: { code: -31003, message: 'Unlock the keychain.', data: { code: 'keychain-locked' } },
    });
    expect(site.seen).toEqual([]);
    locked = false;
    expect(await remote.request({ ...list, id: 2 })).toMatchObject({ result: {} });
  });

  test('the port refuses are the answer', async () => {
    const site = await guarded('t');
    const authorize = async () => fail('sign-in', 'Sign in to files in Airlock.');
    expect(await aRemote(site.url, { authorize }).request(list)).toMatchObject({
      error: { message: 'Sign in to files in Airlock.' },
    });
    expect(site.seen).toEqual([]);
  });

  test('never show up in what is reported', async () => {
    const site = await aSite((_, response) => response.writeHead(500).end());
    const remote = aRemote(`${site.url}?key=s3cret`);
    remote.send({ jsonrpc: '2.0', method: 'notifications/s3cret' });
    await expect.poll(() => remote.reports, { timeout: 10_000 }).toHaveLength(1);
    expect(remote.reports.join() + remote.server.notes.text()).not.toContain('s3cret');
  });
});

describe('a connection', () => {
  test('is kept for the next request, and closed when it stays idle', async () => {
    const ports = new Set<number | undefined>();
    let open = 0;
    const site = await aSite((request, response, body) => {
      const { socket } = request;
      if (!ports.has(socket.remotePort)) {
        open += 1;
        socket.once('close', () => {
          open -= 1;
        });
      }
      ports.add(socket.remotePort);
      json(response, { ...answer, id: JSON.parse(body).id });
    });
    const remote = aRemote(site.url, { limits: { keepAliveMs: 300 } });
    await remote.request(list);
    await remote.request({ ...list, id: 2 });
    expect(ports.size).toBe(1);
    await expect.poll(() => open, { timeout: 10_000 }).toBe(0);
  });

  test('that waits for an answer is not idle', async () => {
    const site = await aSite((_, response) => {
      setTimeout(() => json(response, answer), 300);
    });
    const remote = aRemote(site.url, { limits: { keepAliveMs: 30 } });
    expect(await remote.request(list)).toMatchObject({ result: {} });
    expect(site.seen).toHaveLength(1);
  });

  test('goes through the pool that the port makes', async () => {
    const site = await aSite((_, response) => json(response, answer));
    const agent = new Agent({ keepAlive: true });
    const remote = aRemote(site.url, { makeAgent: () => agent });
    await remote.request(list);
    expect(Object.keys(agent.freeSockets)).toHaveLength(1);
    await remote.server.stop();
    await expect.poll(() => Object.keys(agent.freeSockets), { timeout: 10_000 }).toEqual([]);
  });
});

describe('a challenge', () => {
  test.each([
    ['401', 401, 'Bearer resource_metadata="https://x/y"'],
    ['401 without a word', 401, ''],
    ['403 for a scope', 403, 'Bearer error="insufficient_scope", scope="files:write"'],
  ] as const)('by %s is met once, and the request sent again', async (_, status, asks) => {
    const site = await guarded('two', status, asks);
    const { ports, challenges } = tokens('one', 'two');
    expect(await aRemote(site.url, ports).request(list)).toMatchObject({ result: {} });
    expect(challenges).toMatchObject([{ status, wwwAuthenticate: asks, method: 'POST' }]);
    expect(site.seen.map(({ body }) => body)).toEqual([site.seen[0]?.body, site.seen[0]?.body]);
  });

  test('that comes again is the answer', async () => {
    const site = await guarded('three');
    const { ports, challenges } = tokens('one', 'two');
    expect(await aRemote(site.url, ports).request(list)).toMatchObject({
      error: { data: { code: 'sign-in-needed', status: 401 } },
    });
    expect(challenges).toHaveLength(1);
    expect(site.seen).toHaveLength(2);
  });

  test('by 403 for any other reason is none', async () => {
    const site = await guarded('two', 403, 'Bearer error="invalid_token"');
    const { ports, challenges } = tokens('one', 'two');
    expect(await aRemote(site.url, ports).request(list)).toMatchObject({
      error: { data: { code: 'forbidden' } },
    });
    expect(challenges).toEqual([]);
  });

  test('that cannot be met is the answer', async () => {
    const site = await guarded('two');
    const challenged = async () => ({ code: 'sign-in', message: 'Sign in to files in Airlock.' });
    expect(await aRemote(site.url, { challenged }).request(list)).toMatchObject({
      error: { message: 'Sign in to files in Airlock.', data: { code: 'sign-in' } },
    });
    expect(site.seen).toHaveLength(1);
  });

  test('reaches the stream and the end of a session too', async () => {
    const wanted: Record<string, string> = {
      POST: 'Bearer one',
      GET: 'Bearer two',
      DELETE: 'Bearer three',
    };
    const site = await aSite((request, response, body) => {
      if (request.headers.authorization !== wanted[request.method ?? ''])
        return response.writeHead(401).end();
      if (request.method !== 'POST')
        return response.writeHead(request.method === 'GET' ? 405 : 200).end();
      const { id } = JSON.parse(body);
      if (id === undefined) return response.writeHead(202).end();
      return json(response, { jsonrpc: '2.0', id, result: {} }, 200, { 'mcp-session-id': 'sid' });
    });
    const { ports, challenges } = tokens('one', 'two', 'three');
    const remote = aRemote(site.url, ports);
    await handshake(remote);
    await expect.poll(() => challenges.length, { timeout: 10_000 }).toBe(1);
    await expect.poll(() => site.seen.length, { timeout: 10_000 }).toBe(4);
    expect(await remote.server.stop()).toMatchObject({
      items: [{ detail: expect.stringContaining('it confirmed') }],
    });
    expect(challenges.map(({ method }) => method)).toEqual(['GET', 'DELETE']);
  });
});
