import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { proxyFor } from '../../../main/upstream/proxy.ts';
import { proxyAgent } from '../../../main/upstream/proxy-agent.ts';
import { untrusted } from '../../fakes/certificate.ts';
import { aRemote, closeRemotes, closeSites, json, started } from '../../fakes/remote.ts';

const closers: (() => void)[] = [];

afterEach(async () => {
  await closeRemotes();
  for (const close of closers.splice(0)) close();
  await closeSites();
});

const list = { id: 1, method: 'tools/list' };

/** A proxy that tunnels whatever name is asked for to `port` of this machine; or answers with `status`. */
async function aProxy(port: number, status = 200) {
  const asked: { readonly target: string; readonly headers: IncomingHttpHeaders }[] = [];
  const sockets = new Set<Socket>();
  let through = '';
  const server: Server = createServer((_request, response) => response.writeHead(400).end());
  server.on('connect', (request, client: Socket) => {
    asked.push({ target: request.url ?? '', headers: request.headers });
    sockets.add(client);
    client.on('error', () => undefined);
    if (status === 0) return;
    if (status !== 200) {
      client.end(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    const upstream = connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      client.on('data', (chunk: Buffer) => {
        through += chunk.toString('latin1');
      });
      client.pipe(upstream).pipe(client);
    });
    upstream.on('error', () => client.destroy());
    client.on('close', () => upstream.destroy());
  });
  const url = new URL(await started(server));
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
  });
  return { url, asked, through: () => through };
}

async function tlsSite() {
  const seen: IncomingHttpHeaders[] = [];
  const server = createTlsServer(untrusted, (request, response) => {
    seen.push(request.headers);
    request.resume();
    json(response, { jsonrpc: '2.0', id: 1, result: {} });
  });
  server.on('tlsClientError', () => undefined);
  const port = Number(new URL(await started(server)).port);
  return { port, seen };
}

/** A remote server at a name that only the proxy knows; its certificate is for `localhost`. */
function behind(proxy: URL, host: string, ca: string | undefined, connectMs = 5_000) {
  const choice = { kind: 'via', proxy } as const;
  return aRemote(`https://${host}/mcp`, {
    entryHeaders: async () => ({ ok: true, value: { authorization: 'Bearer s3cret' } }),
    makeAgent: (url) =>
      proxyAgent(url, choice, { keepAlive: true, connectMs, ...(ca !== undefined && { ca }) }),
  });
}

describe('a remote server behind a proxy', () => {
  test('is reached through one tunnel, whose proxy sees neither fields nor messages', async () => {
    const site = await tlsSite();
    const proxy = await aProxy(site.port);
    proxy.url.username = 'ada';
    proxy.url.password = 'p%40ss';
    const remote = behind(proxy.url, 'localhost:8443', untrusted.cert);
    expect(await remote.request(list)).toMatchObject({ result: {} });
    expect(await remote.request({ ...list, id: 2 })).toBeDefined();
    expect(site.seen).toHaveLength(2);
    expect(site.seen[0]).toMatchObject({ host: 'localhost:8443', authorization: 'Bearer s3cret' });
    expect(site.seen[0]).not.toHaveProperty('proxy-authorization');
    expect(proxy.asked).toHaveLength(1);
    expect(proxy.asked[0]).toMatchObject({
      target: 'localhost:8443',
      headers: { 'proxy-authorization': `Basic ${Buffer.from('ada:p@ss').toString('base64')}` },
    });
    expect(proxy.asked[0]?.headers).not.toHaveProperty('authorization');
    expect(proxy.through()).not.toContain('tools/list');
  });

  test.each([
    ['whose certificate nobody vouches for', 'localhost', undefined],
    ['whose certificate is for another name', 'mcp.example', untrusted.cert],
  ])('%s gets nothing', async (_, host, ca) => {
    const site = await tlsSite();
    const proxy = await aProxy(site.port);
    expect(await behind(proxy.url, host, ca).request(list)).toMatchObject({
      error: { code: -31003, data: { code: 'tls-failed' } },
    });
    expect(site.seen).toEqual([]);
  });

  test('of this environment is reached as the environment says', async () => {
    const site = createServer((request, response) => {
      request.resume();
      json(response, { jsonrpc: '2.0', id: 1, result: { host: request.headers.host } });
    });
    const { port } = new URL(await started(site));
    const proxy = await aProxy(Number(port));
    const environment = { HTTP_PROXY: proxy.url.href, NO_PROXY: 'elsewhere.example' };
    const remote = aRemote('http://mcp.example/mcp', {
      allowPlainHttp: () => true,
      proxyOf: (url) => proxyFor(url, 'linux', environment),
    });
    expect(await remote.request(list)).toMatchObject({ result: { host: 'mcp.example' } });
    expect(proxy.asked.map(({ target }) => target)).toEqual(['mcp.example:80']);
    const local = aRemote(`http://127.0.0.1:${port}/mcp`, {
      proxyOf: (url) => proxyFor(url, 'linux', environment),
    });
    expect(await local.request(list)).toMatchObject({ result: {} });
    expect(proxy.asked).toHaveLength(1);
  });
});

describe('a proxy that does not help', () => {
  test.each([
    [407, 'proxy-sign-in', 'wants credentials'],
    [403, 'proxy-refused', 'lets nobody through'],
    [502, 'proxy-refused', 'lets nobody through'],
  ])('by answering %d is told as %s', async (status, code, words) => {
    const proxy = await aProxy(1, status);
    const { error } = await behind(proxy.url, 'mcp.example', undefined).request(list);
    expect(error).toMatchObject({ code: -31003, data: { code } });
    expect(JSON.stringify(error)).toContain(words);
  });

  test('by not being there, or not answering in time, is told apart', async () => {
    const gone = new URL('http://127.0.0.1:1');
    expect(await behind(gone, 'mcp.example', undefined).request(list)).toMatchObject({
      error: { data: { code: 'proxy-unreached' } },
    });
    const proxy = await aProxy(1, 0);
    expect(await behind(proxy.url, 'mcp.example', undefined, 50).request(list)).toMatchObject({
      error: { data: { code: 'connect-timeout' } },
    });
  });

  test('by its kind is never gone past', async () => {
    const remote = aRemote('https://mcp.example/mcp', {
      proxyOf: (url) => proxyFor(url, 'linux', { ALL_PROXY: 'socks5://127.0.0.1:1080' }),
    });
    expect(await remote.request(list)).toMatchObject({
      error: { code: -31003, data: { code: 'proxy-unusable' } },
    });
    expect(remote.reports.join()).toContain('of a kind (socks5) that Airlock does not use');
  });
});
