import { createServer } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { probeEndpoint } from '../../../main/inventory/endpoint-probe.ts';
import { aSite, closeSites, events, json, started } from '../../fakes/remote.ts';
import { streamableSite } from '../../fakes/sdk-servers.ts';

afterEach(closeSites);

const ports = { now: () => 5, version: '1', show: (text: string) => text.toUpperCase() };
const probe = async (url: string, more = {}) => {
  const probed = await probeEndpoint(url, { ...ports, ...more });
  if (!probed.ok) throw new Error(probed.problem.message);
  return probed.value;
};

describe('a local address that is an MCP server', () => {
  test.each([true, false])(
    'is told of by its name, and its session is ended (JSON: %s)',
    async (plain) => {
      const site = await streamableSite({ stateful: true, json: plain });
      const report = await probe(site.url);
      expect(report).toMatchObject({
        url: site.url,
        answer: 'mcp',
        protocolVersion: '2025-11-25',
        at: 5,
      });
      expect(report.server?.name).toMatch(/^[^a-z]+$/);
      expect(report.detail).toContain(report.server?.name);
      expect(site.requests.map(({ method }) => method)).toEqual(['POST', 'DELETE']);
      expect(site.transports.size).toBe(0);
    },
  );

  test('of 2026-07-28 alone is found by server/discover', async () => {
    const site = await aSite((_, response, body) => {
      const { method } = JSON.parse(body);
      if (method !== 'server/discover') {
        return json(
          response,
          { jsonrpc: '2.0', id: 1, error: { code: -32022, message: 'no' } },
          400,
        );
      }
      const info = { 'io.modelcontextprotocol/serverInfo': { name: 'new', version: '3' } };
      return json(response, {
        jsonrpc: '2.0',
        id: 1,
        result: { supportedVersions: ['2026-07-28'], _meta: info },
      });
    });
    expect(await probe(site.url)).toMatchObject({
      answer: 'mcp',
      server: { name: 'NEW', version: '3' },
      protocolVersion: '2026-07-28',
    });
    expect(site.seen[1]?.headers['mcp-method']).toBe('server/discover');
  });

  test('wants a sign-in first', async () => {
    const site = await aSite((_, response) =>
      json(response, {}, 401, { 'www-authenticate': 'Bearer resource_metadata="x"' }),
    );
    expect((await probe(site.url)).answer).toBe('sign-in');
    expect(site.seen).toHaveLength(1);
  });

  test('answers in a stream that does not end', async () => {
    const site = await aSite((_, response, body) => {
      if (body === '') return json(response, {});
      events(response);
      response.write(': hello\n\n');
      response.write('data: {"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-06-18",\n');
      return response.write('data: "serverInfo":{"name":"slow","version":"1"}}}\n\n');
    });
    expect((await probe(site.url)).server?.name).toBe('SLOW');
  });
});

describe('a local address that is none', () => {
  test.each([
    ['a web page', 200, '<html>'],
    ['a page that is not there', 404, 'nope'],
    ['JSON of another kind', 200, '{"hello":1}'],
    [
      'another JSON-RPC service',
      200,
      '{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"x"}}',
    ],
    ['a password', 401, '{}'],
    ['an endless body', 200, 'x'.repeat(1_000_000)],
  ])('%s', async (_, status, body) => {
    const site = await aSite((_request, response) => json(response, body, status));
    const report = await probe(site.url);
    expect(report.answer).toBe('not-mcp');
    expect(report.server).toBeUndefined();
  });

  test('a redirect is not followed', async () => {
    const other = await aSite((_, response) => json(response, {}));
    const site = await aSite((_, response) =>
      response.writeHead(307, { location: other.url }).end(),
    );
    expect((await probe(site.url)).answer).toBe('not-mcp');
    expect(other.seen).toEqual([]);
  });

  test('nobody there', async () => {
    const server = createServer();
    const origin = await started(server);
    await new Promise((resolve) => server.close(resolve));
    expect(await probe(origin)).toMatchObject({
      answer: 'unreachable',
      detail: expect.stringContaining('ECONNREFUSED'),
    });
  });

  test('silence ends', async () => {
    const site = await aSite(() => undefined);
    expect(await probe(site.url, { patienceMs: 100 })).toMatchObject({
      answer: 'unreachable',
      detail: 'It did not answer within 0.1 s.',
    });
  });
});

test.each([
  'http://example.com/mcp',
  'http://169.254.169.254/',
  'http://127.0.0.1.example.com/',
  'http://app.localhost/',
  'http://0.0.0.0:80/',
  'http://10.0.0.1/',
  'http://user:word@127.0.0.1/',
  'file:///etc/passwd',
  'ws://127.0.0.1/',
  'nonsense',
])('%s is not looked at', async (url) => {
  const asked: unknown[] = [];
  const probed = await probeEndpoint(url, {
    ...ports,
    fetch: async (to) => {
      asked.push(to);
      return new Response('');
    },
  });
  expect(probed).toMatchObject({ ok: false, problem: { code: 'not-local' } });
  expect(asked).toEqual([]);
});
