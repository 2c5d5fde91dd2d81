import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import {
  aRemote,
  aSite,
  closeRemotes,
  closeSites,
  events,
  handshake,
  json,
  modernMeta,
  type Remote,
} from '../fakes/remote.ts';
import { sseSite, streamableSite } from '../fakes/sdk-servers.ts';
import { rig, toolAnswer, toolCall, until } from '../main/relay/rig.ts';

const children: ChildProcess[] = [];
afterEach(async () => {
  await closeRemotes();
  await closeSites();
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** Joins a session of the relay with a remote server, as it is joined with a child. */
function governed(url: string, options: Parameters<typeof rig>[0] = {}) {
  const relay = rig(options);
  const remote = aRemote(url);
  relay.server.in.pipe(remote.server.stdin);
  remote.server.stdout.pipe(relay.server.out);
  void remote.server.gone.then((sentence) => relay.session.serverGone(sentence));
  return Object.assign(relay, { remote });
}

const shake =
  '{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}\n{"jsonrpc":"2.0","method":"notifications/initialized"}\n';

describe('the relay before a remote server', () => {
  test.each([
    ['with sessions', () => streamableSite({ stateful: true })],
    ['in JSON', () => streamableSite({ stateful: false, json: true })],
    ['over HTTP+SSE', sseSite],
  ])('%s governs calls as before a child', async (_, start) => {
    const g = governed((await start()).url, {
      decide: ({ target }) => (target === 'wait' ? 'deny' : 'allow'),
    });
    g.clientSays(shake);
    g.clientSays(
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":{"text":"hi"}}}\n',
    );
    g.clientSays(toolCall(2, 'wait'));
    await until(() => g.clientHears.messages().length === 3);
    const byId = new Map(g.clientHears.messages().map((message) => [message.id, message.result]));
    expect(byId.get(1)).toEqual({ content: [{ type: 'text', text: 'hi' }] });
    expect(byId.get(2)).toMatchObject({ isError: true });
    expect(g.ends.map(({ outcome }) => outcome).sort()).toEqual(['denied-by-policy', 'ok']);
    expect(g.introduced).toEqual(['client: t 1', 'server: sdk 1.0.0']);
    expect(g.stopped).toEqual([]);
  });

  test('tells its client what every failure means, once for each request', async () => {
    const site = await aSite((_, response) => response.writeHead(500).end());
    const g = governed(site.url);
    for (const id of [1, 2, 3]) g.clientSays(toolCall(id));
    g.clientSays('{"jsonrpc":"2.0","id":4,"method":"tools/list"}\n');
    await until(() => g.clientHears.lines().length === 4);
    for (const message of g.clientHears.messages())
      expect(message).toMatchObject({ error: { code: -31002, data: { status: 500 } } });
    expect(g.ends.map(({ outcome }) => outcome)).toHaveLength(3);
    expect(g.session.inFlight()).toEqual([]);
  });

  test('ends when the server ended the session, and everybody knows why', async () => {
    const site = await streamableSite({ stateful: true });
    const g = governed(site.url);
    g.clientSays(shake);
    await until(() => g.clientHears.lines().length === 1);
    site.transports.clear();
    g.clientSays(toolCall(1));
    const sentence = 'The server "files" ended its session (HTTP 404). Connect again from Cursor.';
    await until(() => g.clientHears.lines().length === 2);
    expect(g.clientHears.messages()[1]).toMatchObject({ id: 1, error: { message: sentence } });
    await until(() => g.server.out.readableEnded);
  });

  test('sends what the client sent, byte for byte, and gives back what the server said', async () => {
    const bodies: string[] = [];
    const site = await aSite((_, response, body) => {
      bodies.push(body);
      json(
        response,
        toolAnswer(12, 'a\u00e9\\u00e9').trim().replace('{', '{"x":12345678901234567890,"x":1.0,'),
      );
    });
    const g = governed(site.url);
    const odd = toolCall(12).replace(
      '"a.txt"',
      '"a.txt","n":12345678901234567890,"m":1.0 ,"é":"\\u00e9"',
    );
    g.clientSays(odd);
    await until(() => g.clientHears.lines().length === 1);
    expect(bodies).toEqual([odd.trimEnd()]);
    expect(g.clientHears.lines()).toEqual([
      '{"x":12345678901234567890,"x":1.0,"jsonrpc":"2.0","id":12,"result":{"content":[{"type":"text","text":"a\u00e9\\u00e9"}]}}',
    ]);
  });

  test('forwards nothing after a kill, and no connection is left', async () => {
    let open = 0;
    const site = await aSite((request, response) => {
      open += 1;
      request.socket.once('close', () => {
        open -= 1;
      });
      events(response);
      const timer = setInterval(
        () => response.write('data: {"jsonrpc":"2.0","method":"n"}\n\n'),
        1,
      );
      response.once('close', () => clearInterval(timer));
    });
    const g = governed(site.url);
    g.clientSays(toolCall(1));
    await until(() => g.clientHears.lines().length > 3);
    g.session.refuse('Stopped.');
    const heard = g.clientHears.lines().filter((line) => line.includes('"n"')).length;
    expect(await g.remote.server.kill()).toMatchObject({ verified: true });
    await until(() => open === 0);
    expect(g.clientHears.lines().filter((line) => line.includes('"n"')).length).toBe(heard);
  });
});

/** What a server does to one request, drawn at random. */
const behaviours = [
  'json',
  'stream',
  'status',
  'reset',
  'half',
  'wrong-id',
  'twice',
  'nothing',
  'garbage',
  'html',
  'silence',
] as const;

test('whatever a server does, each request gets exactly one answer', async () => {
  let plan: readonly (typeof behaviours)[number][] = [];
  const site = await aSite((request, response, body) => {
    const { id } = JSON.parse(body);
    const answer = `{"jsonrpc":"2.0","id":${id},"result":{}}`;
    switch (plan[id % plan.length]) {
      case 'json':
        return json(response, answer);
      case 'stream':
        events(response);
        return response.end(`:\n\ndata: {"jsonrpc":"2.0","method":"n"}\n\ndata: ${answer}\r\n\r\n`);
      case 'status':
        return response.writeHead(400 + (id % 200)).end();
      case 'reset':
        return request.socket.resetAndDestroy();
      case 'half':
        events(response);
        return response.end(`data: ${answer.slice(0, 20)}\n\ndata: ${answer}\n`);
      case 'wrong-id':
        return json(response, answer.replace(`"id":${id}`, `"id":${id + 1}`));
      case 'twice':
        events(response);
        return response.end(`data: ${answer}\n\ndata: ${answer}\n\n`);
      case 'nothing':
        return response.writeHead(202).end();
      case 'garbage':
        response.writeHead(200, { 'content-type': 'application/json' });
        return response.end(Buffer.from([0xff, 0x00, id % 256]));
      case 'html':
        response.writeHead(200, { 'content-type': 'text/html' });
        return response.end('<html>');
      default:
        events(response);
        return undefined;
    }
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...behaviours), { minLength: 1, maxLength: 12 }),
      fc.boolean(),
      async (drawn, modern) => {
        plan = drawn;
        const remote: Remote = aRemote(site.url, { limits: { idleMs: 150, headMs: 2_000 } });
        const params = { name: 'x', ...(modern && { _meta: modernMeta }) };
        const ids = drawn.map((_, n) => n);
        for (const id of ids) remote.send({ jsonrpc: '2.0', id, method: 'tools/call', params });
        await Promise.all(ids.map((id) => remote.answer(id)));
        remote.server.stdin.end();
        await remote.ended;
        expect(ids.map((id) => remote.answers(id))).toEqual(ids.map(() => 1));
        await remote.server.stop();
      },
    ),
    { numRuns: 40, seed: 20261124 },
  );
}, 60_000);

/** Starts the published reference server in one of its modes, and gives its address. */
async function everything(mode: 'streamableHttp' | 'sse'): Promise<string> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  const port = typeof address === 'object' ? address?.port : 0;
  await new Promise((resolve) => probe.close(resolve));
  const bin = path.resolve('node_modules/.bin/mcp-server-everything');
  const child = spawn(bin, [mode], {
    env: { ...process.env, PORT: String(port) },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  children.push(child);
  await new Promise<void>((resolve) => {
    child.stderr?.on('data', (chunk: Buffer) => {
      if (/port \d+/.test(chunk.toString('utf8'))) resolve();
    });
  });
  return `http://127.0.0.1:${port}/${mode === 'sse' ? 'sse' : 'mcp'}`;
}

describe('the published server-everything', () => {
  test.each(['streamableHttp', 'sse'] as const)(
    'over %s shakes hands, lists, calls and reports progress',
    async (mode) => {
      const remote = aRemote(await everything(mode));
      expect(await handshake(remote)).toMatchObject({ result: { serverInfo: {} } });
      // It asks the client for its roots, through the stream of its own or the one there is.
      const asked = await remote.message(({ method }) => method === 'roots/list');
      remote.send({ jsonrpc: '2.0', id: asked.id, result: { roots: [] } });
      const list = await remote.request({ id: 1, method: 'tools/list' });
      const names = ((list.result?.tools ?? []) as { name: string }[]).map(({ name }) => name);
      expect(names).toEqual(expect.arrayContaining(['echo']));
      const call = (id: number, name: string, args: unknown, more = {}) =>
        remote.request({ id, method: 'tools/call', params: { name, arguments: args, ...more } });
      expect(JSON.stringify(await call(2, 'echo', { message: 'grüße' }))).toContain('grüße');
      const long = names.find((name) => /long-?running/i.test(name)) ?? '';
      const args = { duration: 1, steps: 2 };
      expect(await call(3, long, args, { _meta: { progressToken: 'p' } })).toMatchObject({
        result: {},
      });
      const progress = remote.lines.filter((line) => line.includes('notifications/progress'));
      expect(progress.length).toBeGreaterThanOrEqual(1);
      const report = await remote.server.stop();
      expect(report).toMatchObject({ verified: true, items: [{ stopped: true }] });
    },
    30_000,
  );
});
