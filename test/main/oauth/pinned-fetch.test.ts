import type { LookupAddress } from 'node:dns';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { limitedFetch, mostBytes } from '../../../main/oauth/limited-fetch.ts';
import { checkedLookup, pinnedFetch } from '../../../main/oauth/pinned-fetch.ts';
import type { OutgoingInit } from '../../../main/oauth/ports.ts';
import { kindOfHost } from '../../../main/policy/addresses.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const init = (more: Partial<OutgoingInit> = {}): OutgoingInit => ({
  method: 'GET',
  headers: {},
  redirect: 'manual',
  signal: AbortSignal.timeout(5000),
  allows: () => true,
  ...more,
});

describe('a request with its address pinned', () => {
  test('sends method, headers and body, and gives status, headers and body', async () => {
    const origin = await serve(async (request, response) => {
      let text = '';
      for await (const chunk of request) text += String(chunk);
      const { method, url, headers } = request;
      response.writeHead(201, { 'x-a': ['1', '2'] });
      response.end(JSON.stringify([method, url, headers['x-b'], headers['content-length'], text]));
    });
    const body = new URLSearchParams({ a: 'ü' });
    const answer = await pinnedFetch(
      `${origin}/p?q`,
      init({ method: 'POST', headers: { 'x-b': '3' }, body }),
    );
    expect(answer.status).toBe(201);
    expect(answer.headers.get('x-a')).toBe('1, 2');
    expect(await answer.json()).toEqual(['POST', '/p?q', '3', '8', 'a=%C3%BC']);
  });

  test('does not follow a redirect', async () => {
    const origin = await serve((_, response) => response.writeHead(302, { location: '/x' }).end());
    const answer = await pinnedFetch(origin, init());
    expect([answer.status, answer.headers.get('location')]).toEqual([302, '/x']);
  });

  test('gives an answer without a body as such', async () => {
    const origin = await serve((_, response) => response.writeHead(204).end());
    expect((await pinnedFetch(origin, init())).body).toBeNull();
  });

  test('makes no connection to an address that is not allowed, spelled out or looked up', async () => {
    let connections = 0;
    const origin = await serve(() => undefined);
    servers[0]?.on('connection', () => {
      connections += 1;
    });
    const allows = (address: string) => kindOfHost(address) === 'public';
    await expect(pinnedFetch(origin, init({ allows }))).rejects.toThrow('may not be asked');
    const named = origin.replace('127.0.0.1', 'localhost');
    await expect(pinnedFetch(named, init({ allows }))).rejects.toThrow('may not be asked');
    expect(connections).toBe(0);
  });
});

describe('a lookup', () => {
  const look = (addresses: LookupAddress[], allows: (address: string) => boolean, all: boolean) =>
    new Promise((resolve) => {
      const fake = (_host: string, _options: object, done: (...given: unknown[]) => void) =>
        done(null, addresses);
      const checked = checkedLookup(allows, fake as Parameters<typeof checkedLookup>[1]);
      checked('a.example', { all }, (error, address, family) =>
        resolve(error === null ? [address, family] : error.message),
      );
    });
  const outside = { address: '203.0.113.7', family: 4 };
  const inside = { address: '10.0.0.5', family: 4 };
  const allows = (address: string) => kindOfHost(address) === 'public';

  test('gives one address, or all, as it was asked', async () => {
    expect(await look([outside], allows, false)).toEqual(['203.0.113.7', 4]);
    expect(await look([outside], allows, true)).toEqual([[outside], undefined]);
  });

  test('refuses a name with one forbidden address among others', async () => {
    expect(await look([outside, inside], allows, true)).toContain('may not be asked');
    expect(await look([], allows, true)).toContain('may not be asked');
  });
});

describe('a limited request', () => {
  const limited = (requestMs = 3000) =>
    limitedFetch({ fetch: pinnedFetch, kindOfHost }, { requestMs }, 'loopback');

  test('takes a body of the limit and no byte more', async () => {
    const origin = await serve((request, response) => {
      response.end('x'.repeat(mostBytes + (request.url === '/more' ? 1 : 0)));
    });
    const answer = await limited().get(`${origin}/just`, 'It');
    expect(answer.ok && (await answer.value.text()).length).toBe(mostBytes);
    expect(await limited().get(`${origin}/more`, 'It')).toMatchObject({
      problem: { code: 'too-large' },
    });
  });

  test('ends a body that drips', async () => {
    const origin = await serve((_, response) => {
      response.write('x');
    });
    expect(await limited(200).get(origin, 'It')).toMatchObject({ problem: { code: 'too-slow' } });
  });

  test('says so where nobody listens', async () => {
    const origin = await serve(() => undefined);
    servers.splice(0)[0]?.close();
    expect(await limited().get(origin, 'It')).toMatchObject({ problem: { code: 'unreachable' } });
  });

  test('ends at once when it is stopped', async () => {
    const origin = await serve(() => undefined);
    const stop = new AbortController();
    const asking = limitedFetch(
      { fetch: pinnedFetch, kindOfHost },
      { requestMs: 9000 },
      'loopback',
      stop.signal,
    );
    const answer = asking.get(origin, 'It');
    stop.abort();
    expect(await answer).toMatchObject({ problem: { code: 'stopped' } });
  });

  test('reads the challenge of a stream without waiting for its end', async () => {
    const origin = await serve((_, response) => {
      response.writeHead(401, { 'www-authenticate': 'Bearer' }).write('data: x\n\n');
    });
    expect(await limited().probe(origin)).toEqual({
      ok: true,
      value: { status: 401, wwwAuthenticate: 'Bearer' },
    });
  });
});
