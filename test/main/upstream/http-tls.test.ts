import { Agent, createServer } from 'node:https';
import { afterEach, expect, test } from 'vitest';
import { untrusted } from '../../fakes/certificate.ts';
import { aRemote, closeRemotes, closeSites, json, started } from '../../fakes/remote.ts';

afterEach(async () => {
  await closeRemotes();
  await closeSites();
});

const list = { id: 1, method: 'tools/list' };

async function tlsSite() {
  const seen: unknown[] = [];
  const server = createServer(untrusted, (request, response) => {
    seen.push(request.headers);
    request.resume();
    json(response, { jsonrpc: '2.0', id: 1, result: {} });
  });
  server.on('tlsClientError', () => undefined);
  const origin = (await started(server)).replace('http:', 'https:');
  return { url: `${origin}/mcp`, seen };
}

test('a server whose certificate nobody vouches for gets nothing, not even a header', async () => {
  const site = await tlsSite();
  const entryHeaders = async () => ({
    ok: true as const,
    value: { authorization: 'Bearer s3cret' },
  });
  expect(await aRemote(site.url, { entryHeaders }).request(list)).toMatchObject({
    error: { code: -31003, data: { code: 'tls-failed' } },
  });
  expect(site.seen).toEqual([]);
});

test('a server whose authority is known is reached over TLS', async () => {
  const site = await tlsSite();
  const makeAgent = () => new Agent({ keepAlive: true, ca: untrusted.cert });
  expect(await aRemote(site.url, { makeAgent }).request(list)).toMatchObject({ result: {} });
  expect(site.seen).toHaveLength(1);
});

test('a certificate for another name is none', async () => {
  const site = await tlsSite();
  const makeAgent = () => new Agent({ ca: untrusted.cert, servername: 'example.com' });
  expect(await aRemote(site.url, { makeAgent }).request(list)).toMatchObject({
    error: { data: { code: 'tls-failed' } },
  });
  expect(site.seen).toEqual([]);
});
