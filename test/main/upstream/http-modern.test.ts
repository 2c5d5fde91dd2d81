import { createServer, type IncomingMessage } from 'node:http';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  aRemote,
  aSite,
  closeRemotes,
  closeSites,
  events,
  json,
  modernMeta,
  started,
} from '../../fakes/remote.ts';

afterEach(async () => {
  await closeRemotes();
  await closeSites();
});

const patient = { timeout: 10_000 };
const cancelled: unknown[] = [];

/** The SDK's own server (2.x) of this revision. */
async function modernSite() {
  const requests: { method: string; headers: IncomingMessage['headers'] }[] = [];
  const handler = createMcpHandler(() => {
    const server = new McpServer(
      { name: 'modern', version: '2.0.0' },
      { capabilities: { tools: { listChanged: true } } },
    );
    server.registerTool(
      'query',
      {
        inputSchema: z.object({
          region: z.string().meta({ 'x-mcp-header': 'Region' }),
          depth: z.int().optional().meta({ 'x-mcp-header': 'Depth' }),
        }),
      },
      async ({ region }) => ({ content: [{ type: 'text', text: `in ${region}` }] }),
    );
    server.registerPrompt('naïve 世界', {}, async () => ({
      messages: [{ role: 'user', content: { type: 'text', text: 'hi' } }],
    }));
    server.registerTool('wait', {}, async (ctx) => {
      await ctx.mcpReq.notify({
        method: 'notifications/progress',
        params: { progressToken: 1, progress: 1 },
      });
      await new Promise<void>((resolve) =>
        ctx.mcpReq.signal.addEventListener('abort', () => resolve()),
      );
      cancelled.push(ctx.mcpReq.id);
      return { content: [] };
    });
    return server;
  });
  const serve = toNodeHandler(handler);
  const origin = await started(
    createServer((request, response) => {
      requests.push({ method: request.method ?? '', headers: request.headers });
      void serve(request as Parameters<typeof serve>[0], response);
    }),
  );
  return { url: `${origin}/mcp`, requests, handler };
}

const request = (id: unknown, method: string, params: Record<string, unknown> = {}) => ({
  id,
  method,
  params: { ...params, _meta: modernMeta },
});
const call = (id: unknown, name: string, args: Record<string, unknown> = {}) =>
  request(id, 'tools/call', { name, arguments: args });

describe('a server of 2026-07-28', () => {
  test('is discovered, lists and calls, without a session', async () => {
    const site = await modernSite();
    const remote = aRemote(site.url);
    expect(await remote.request(request(1, 'server/discover'))).toMatchObject({
      result: { supportedVersions: expect.arrayContaining(['2026-07-28']) },
    });
    await remote.request(request(2, 'tools/list'));
    expect(await remote.request(call(3, 'query', { region: 'us-west1' }))).toMatchObject({
      result: { content: [{ text: 'in us-west1' }] },
    });
    const prompt = await remote.request(request(4, 'prompts/get', { name: 'naïve 世界' }));
    expect(prompt).toMatchObject({ result: { messages: [{ content: { text: 'hi' } }] } });
    for (const { method, headers } of site.requests) {
      expect(method).toBe('POST');
      expect(headers['mcp-protocol-version']).toBe('2026-07-28');
      expect(headers).not.toHaveProperty('mcp-session-id');
    }
    expect(site.requests.map(({ headers }) => headers['mcp-method'])).toEqual([
      'server/discover',
      'tools/list',
      'tools/call',
      'prompts/get',
    ]);
    expect(site.requests[2]?.headers).toMatchObject({
      'mcp-name': 'query',
      'mcp-param-region': 'us-west1',
    });
    expect(site.requests[3]?.headers['mcp-name']).toBe('=?base64?bmHDr3ZlIOS4lueVjA==?=');
    await remote.server.stop();
    expect(site.requests).toHaveLength(4);
  });

  test('gets the fields of parameters also for a call before any list', async () => {
    const site = await modernSite();
    const remote = aRemote(site.url);
    expect(await remote.request(call(1, 'query', { region: ' é', depth: 3 }))).toMatchObject({
      result: { content: [{ text: 'in  é' }] },
    });
    expect(site.requests.map(({ headers }) => headers['mcp-method'])).toEqual([
      'tools/call',
      'tools/list',
      'tools/call',
    ]);
    expect(site.requests[2]?.headers).toMatchObject({
      'mcp-param-region': '=?base64?IMOp?=',
      'mcp-param-depth': '3',
    });
    // The client sees one answer to its call, and nothing of the list it did not ask for.
    expect(remote.lines).toHaveLength(1);
  });

  test('says by a 404 that it has no such method', async () => {
    const remote = aRemote((await modernSite()).url);
    expect(await remote.request(request(1, 'no/such'))).toMatchObject({ error: { code: -32601 } });
  });

  test('says which versions it has', async () => {
    const remote = aRemote((await modernSite()).url);
    const meta = { ...modernMeta, 'io.modelcontextprotocol/protocolVersion': '2099-01-01' };
    const answer = await remote.request({ id: 1, method: 'tools/list', params: { _meta: meta } });
    expect(answer).toMatchObject({ error: { code: -32022 } });
  });

  test('hears of a cancellation by the close of its answer, and of nothing else', async () => {
    const site = await modernSite();
    const remote = aRemote(site.url);
    const params = { name: 'wait', arguments: {}, _meta: { ...modernMeta, progressToken: 1 } };
    remote.send({ jsonrpc: '2.0', id: 'w', method: 'tools/call', params });
    await remote.message(({ method }) => method === 'notifications/progress');
    remote.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'w' } });
    await expect.poll(() => cancelled, patient).toEqual(['w']);
    expect(site.requests).toHaveLength(1);
    remote.server.stdin.end();
    await remote.ended;
    expect(remote.answers('w')).toBe(0);
  });

  test('notifies by the stream of subscriptions/listen until it is cancelled', async () => {
    const site = await modernSite();
    const remote = aRemote(site.url);
    const params = { notifications: { toolsListChanged: true }, _meta: modernMeta };
    remote.send({ jsonrpc: '2.0', id: 'sub', method: 'subscriptions/listen', params });
    await remote.message(({ method }) => method === 'notifications/subscriptions/acknowledged');
    site.handler.notify.toolsChanged();
    expect(
      await remote.message(({ method }) => method === 'notifications/tools/list_changed'),
    ).toMatchObject({ params: { _meta: { 'io.modelcontextprotocol/subscriptionId': 'sub' } } });
    remote.send({
      jsonrpc: '2.0',
      method: 'notifications/cancelled',
      params: { requestId: 'sub' },
    });
    remote.server.stdin.end();
    await remote.ended;
    expect(remote.answers('sub')).toBe(0);
  });
});

describe('by the letter of 2026-07-28', () => {
  test('a listen stream that the server ends is told', async () => {
    const site = await aSite((_, response) => {
      events(response);
      response.end(': bye\n\n');
    });
    const remote = aRemote(site.url);
    expect(await remote.request(request(1, 'subscriptions/listen'))).toMatchObject({
      error: { code: -31002, data: { code: 'listen-ended' } },
    });
  });

  test('a stream that breaks is not resumed: the request is answered with an error', async () => {
    const site = await aSite((_, response) => {
      events(response);
      response.write(
        'id: 1\ndata: {"jsonrpc":"2.0","method":"notifications/message","params":{}}\n\n',
      );
      response.end();
    });
    const remote = aRemote(site.url);
    expect(await remote.request(call(1, 'x'))).toMatchObject({
      error: { data: { code: 'no-answer' } },
    });
    expect(site.seen.map(({ method }) => method)).toEqual(['POST']);
  });

  test('an error without an id is the answer to the request that caused it', async () => {
    const site = await aSite((_, response) =>
      json(
        response,
        '{"jsonrpc":"2.0","error":{"code":-32020,"message":"Header mismatch","data":1e400}}',
        400,
      ),
    );
    const remote = aRemote(site.url);
    remote.send({ jsonrpc: '2.0', ...request(1, 'tools/list') });
    await remote.answer(1);
    // The server's error as it stands, big numbers and all.
    expect(remote.lines).toEqual([
      '{"jsonrpc":"2.0","id":1,"error":{"code":-32020,"message":"Header mismatch","data":1e400}}',
    ]);
  });

  test('a tool whose annotation breaks the rules is reported', async () => {
    const tool = (name: string, property: unknown) => ({
      name,
      inputSchema: { type: 'object', properties: { a: property } },
    });
    const tools = [
      tool('bad', { type: 'number', 'x-mcp-header': 'A' }),
      tool('good', { type: 'string', 'x-mcp-header': 'A' }),
    ];
    const site = await aSite((_, response) =>
      json(response, { jsonrpc: '2.0', id: 1, result: { tools } }),
    );
    const unfit: string[] = [];
    const remote = aRemote(site.url, { unfitTool: (name) => unfit.push(name) });
    await remote.request(request(1, 'tools/list'));
    expect(unfit).toEqual(['bad']);
  });

  test('a notification goes out with its method', async () => {
    const site = await aSite((_, response, body) =>
      JSON.parse(body).id === undefined
        ? response.writeHead(202).end()
        : json(response, { jsonrpc: '2.0', id: 1, result: { tools: [] } }),
    );
    const remote = aRemote(site.url);
    await remote.request(request(1, 'tools/list'));
    remote.send({ jsonrpc: '2.0', method: 'notifications/x' });
    await expect.poll(() => site.seen.length, patient).toBe(2);
    expect(site.seen[1]?.headers).toMatchObject({
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'notifications/x',
    });
  });
});
