import { createServer as rawServer, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import {
  aRemote,
  aSite,
  closeRemotes,
  closeSites,
  events,
  json,
  type Message,
  type Remote,
} from '../../fakes/remote.ts';

const sockets = new Set<Socket>();
const raws: ReturnType<typeof rawServer>[] = [];
afterEach(async () => {
  await closeRemotes();
  await closeSites();
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  await Promise.all(raws.splice(0).map((raw) => new Promise((resolve) => raw.close(resolve))));
});

const list = { id: 1, method: 'tools/list' };
const answered = '{"jsonrpc":"2.0","id":1,"result":{}}';

/** A server below HTTP: `talk` gets every connection once something came. */
async function aRawSite(talk: (socket: Socket, times: number) => void): Promise<string> {
  let times = 0;
  const raw = rawServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', () => {
      times += 1;
      talk(socket, times);
    });
  });
  raws.push(raw);
  await new Promise<void>((resolve) => raw.listen(0, '127.0.0.1', resolve));
  const address = raw.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/mcp`;
}

/** One answer came, and it is this error. */
async function fails(remote: Remote, code: string, answerCode: number, said?: RegExp) {
  const answer = await remote.request(list);
  expect(answer).toMatchObject({ error: { code: answerCode, data: { code } } });
  if (said !== undefined) expect(answer.error?.message).toMatch(said);
  expect(remote.answers(1)).toBe(1);
  return answer;
}

const head = (more = '') => `HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n${more}\r\n`;

describe('a server that cannot be reached', () => {
  test('because nothing listens', async () => {
    const site = await aSite(() => undefined);
    await site.close();
    await fails(
      aRemote(site.url),
      'connection-refused',
      -31003,
      /nothing listens at 127.*Start the server/,
    );
  });

  test('because nothing listens at any of its addresses', async () => {
    const site = await aSite(() => undefined);
    await site.close();
    const remote = aRemote(site.url.replace('127.0.0.1', 'localhost'));
    await fails(remote, 'connection-refused', -31003);
  });

  test('because no address is known', async () => {
    const remote = aRemote('https://no-such-host.invalid/mcp');
    await fails(remote, 'server-unknown', -31003, /could not be found.*no-such-host\.invalid/);
  });

  test('because it speaks no TLS', async () => {
    const url = await aRawSite((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n'));
    await fails(aRemote(url.replace('http:', 'https:')), 'tls-failed', -31003, /prove who it is/);
  });

  test('because it never answers', async () => {
    const url = await aRawSite(() => undefined);
    await fails(
      aRemote(url, { limits: { headMs: 100 } }),
      'head-timeout',
      -31002,
      /check before you repeat/,
    );
  });

  test('because it speaks no HTTP', async () => {
    const url = await aRawSite((socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n'));
    await fails(aRemote(url), 'not-http', -31002);
  });

  test('because it sends header fields without end', async () => {
    const url = await aRawSite((socket) => socket.write(head(`X: ${'x'.repeat(100_000)}\r\n`)));
    await fails(aRemote(url), 'head-too-large', -31002);
  });
});

describe('a status that says no', () => {
  test.each([
    [401, {}, 'sign-in-needed', /sign in/],
    [403, {}, 'forbidden', /does not permit/],
    [404, {}, 'not-found', /HTTP 404/],
    [413, {}, 'request-too-large', /this size/],
    [429, { 'retry-after': '17' }, 'busy', /Try again in 17 s\./],
    [503, {}, 'busy', /Try again in a while\./],
    [500, {}, 'server-error', /check before you repeat/],
    [418, {}, 'rejected', /HTTP 418/],
  ])('%i is told', async (status, headers, code, said) => {
    const site = await aSite((_, response) => response.writeHead(status, headers).end('no'));
    const answer = await fails(aRemote(site.url), code, -31002, said);
    expect(answer.error?.data).toMatchObject({ status });
    expect(site.seen).toHaveLength(1);
  });

  test('429 tells programs how long to wait', async () => {
    const site = await aSite((_, response) =>
      response.writeHead(429, { 'retry-after': '17' }).end(),
    );
    const answer = await fails(aRemote(site.url), 'busy', -31002);
    expect(answer.error?.data).toMatchObject({ retryAfterSeconds: 17 });
  });

  test('to a notification is reported, since nobody waits for an answer', async () => {
    const site = await aSite((_, response) => response.writeHead(500).end());
    const remote = aRemote(site.url);
    remote.send({ jsonrpc: '2.0', method: 'notifications/x' });
    await expect.poll(() => remote.reports, { timeout: 10_000 }).toHaveLength(1);
    expect(remote.reports[0]).toMatch(/HTTP 500.*did not get notifications\/x from Cursor/);
    expect(remote.server.notes.text()).toContain('HTTP 500');
    expect(remote.lines).toEqual([]);
  });
});

describe('an answer that is none', () => {
  test.each<[string, string, string, string]>([
    ['a web page', 'text/html; charset=utf-8', '<html>Please sign in</html>', 'web-page'],
    ['plain text', 'text/plain', 'ok', 'content-type'],
    ['half a JSON text', 'application/json', '{"jsonrpc":"2.0","id":1,"result":{', 'unreadable'],
    [
      'bytes that are no UTF-8',
      'application/json',
      '{"jsonrpc":"2.0","id":1,"result":"\xff"}',
      'unreadable',
    ],
    [
      'nesting without end',
      'application/json',
      `{"id":1,"result":${'['.repeat(600)}${']'.repeat(600)}}`,
      'unreadable',
    ],
    ['another answer', 'application/json', '{"jsonrpc":"2.0","id":2,"result":{}}', 'no-answer'],
    ['two ids', 'application/json', '{"jsonrpc":"2.0","id":1,"id":1,"result":{}}', 'unreadable'],
    [
      'question and answer at once',
      'application/json',
      '{"id":1,"method":"x","result":{}}',
      'unreadable',
    ],
    ['nothing', 'application/json', '', 'no-answer'],
    ['a stream of nothing', 'text/event-stream', ': hello\n\n', 'no-answer'],
    ['half an event', 'text/event-stream', `data: ${answered}\n`, 'no-answer'],
    ['an event that is no message', 'text/event-stream', 'data: hello\n\n', 'unreadable'],
  ])('%s becomes an error', async (_, contentType, body, code) => {
    const site = await aSite((_request, response) => {
      response.writeHead(200, { 'content-type': contentType });
      response.end(body, 'latin1');
    });
    const remote = aRemote(site.url);
    await fails(remote, code, -31004);
    remote.server.stdin.end();
    await remote.ended;
    // What the relay could take for an answer after all is not passed on.
    expect(remote.lines).toHaveLength(1);
  });

  test('an accepted request without one becomes an error', async () => {
    const site = await aSite((_, response) => response.writeHead(202).end());
    await fails(aRemote(site.url), 'no-answer', -31004, /took the request and gave no answer/);
  });

  test('a packed one becomes an error, since no packing was offered', async () => {
    const site = await aSite((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
      response.end(gzipSync(answered));
    });
    await fails(aRemote(site.url), 'packed', -31004, /gzip/);
    expect(site.seen[0]?.headers['accept-encoding']).toBe('identity');
  });

  test('one that is too large becomes an error, in either form, and the next is taken', async () => {
    const large = answered.replace('{}', `"${'x'.repeat(5_000)}"`);
    let times = 0;
    const site = await aSite((_, response, body) => {
      times += 1;
      const { id } = JSON.parse(body);
      if (times === 1) return json(response, large);
      if (times === 3) return json(response, { jsonrpc: '2.0', id, result: {} });
      events(response);
      return response.end(`data: ${large}\n\n`);
    });
    const remote = aRemote(site.url, { limits: { lineBytes: 4_000 } });
    await fails(remote, 'too-large', -31004);
    expect(await remote.request({ ...list, id: 2 })).toMatchObject({
      error: { data: { code: 'too-large' } },
    });
    expect(await remote.request({ ...list, id: 3 })).toMatchObject({ result: {} });
  });

  test('many unfinished ones together are held to a limit', async () => {
    const site = await aSite((_, response) => {
      events(response);
      response.write(`data: ${'x'.repeat(3_000)}`);
    });
    const remote = aRemote(site.url, { limits: { lineBytes: 4_000, heldBytes: 10_000 } });
    const answers = [1, 2, 3, 4].map((id) => ({ ...list, id }));
    for (const one of answers) remote.send({ jsonrpc: '2.0', ...one });
    const failed = await remote.message(({ error }) => error !== undefined);
    expect(failed).toMatchObject({ error: { data: { code: 'too-large' } } });
  });

  test.each([
    ['in the head', (socket: Socket) => socket.write('HTTP/1.1 200 OK\r\nContent-')],
    [
      'in an event',
      (socket: Socket) => socket.write(`${head()}data: {"jsonrpc":"2.0","id":1,"res`),
    ],
    ['after an event', (socket: Socket) => socket.write(`${head()}data: {"method":"x"}\n\n`)],
    [
      'in a JSON body',
      (socket: Socket) =>
        socket.write(
          'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"id":1,',
        ),
    ],
  ])('a connection reset %s becomes an error', async (_, talk) => {
    const url = await aRawSite((socket) => {
      talk(socket);
      setImmediate(() => socket.resetAndDestroy());
    });
    const answer = await aRemote(url).request(list);
    expect(answer).toMatchObject({ error: { code: expect.any(Number) } });
    expect(answer.error?.message).toMatch(/check before you repeat/);
  });

  test('a body that trickles is given up, whatever its form', async () => {
    const timers: NodeJS.Timeout[] = [];
    const site = await aSite((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      timers.push(setInterval(() => response.write(' '), 20));
    });
    await fails(aRemote(site.url, { limits: { idleMs: 200 } }), 'idle-timeout', -31002);
    for (const timer of timers) clearInterval(timer);
  });

  test('a stream that falls silent is given up', async () => {
    const site = await aSite((_, response) => events(response));
    await fails(aRemote(site.url, { limits: { idleMs: 100 } }), 'idle-timeout', -31002);
  });

  test('a switch of protocols is none', async () => {
    const url = await aRawSite((socket) =>
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n'),
    );
    await fails(aRemote(url), 'connection-broken', -31002);
  });
});

describe('answers to the wrong questions', () => {
  test('are left out and reported; the right one counts once', async () => {
    const site = await aSite((_, response) => {
      events(response);
      for (const id of [99, 98, 97, 96, 1, 1])
        response.write(`data: {"id":${id},"result":{"for":${id}}}\n\n`);
      response.end();
    });
    const remote = aRemote(site.url);
    expect(await remote.request(list)).toMatchObject({ result: { for: 1 } });
    remote.server.stdin.end();
    await remote.ended;
    expect(remote.lines).toHaveLength(1);
    expect(remote.reports).toHaveLength(3);
    expect(remote.reports[0]).toMatch(/does not wait for an answer; that was left out/);
  });

  test.each([
    ['a number as text', 1, '"1"'],
    ['a number with a fraction', 1, '1.0'],
    ['a long number rounded', '12345678901234567890', '12345678901234567000'],
    ['a text escaped', '"a"', '"\\u0061"'],
  ])('are not those that spell the id otherwise: %s', async (_, asked, id) => {
    const site = await aSite((_request, response) => json(response, `{"id":${id},"result":{}}`));
    const remote = aRemote(site.url);
    remote.sendText(`{"jsonrpc":"2.0","id":${asked},"method":"ping"}`);
    await remote.message(({ result }) => result !== undefined);
    remote.server.stdin.end();
    await remote.ended;
    expect(remote.lines).toEqual([`{"id":${id},"result":{}}`]);
  });
});

describe('redirects', () => {
  test('within the origin are followed with method, body and credentials', async () => {
    const site = await aSite((request, response, body) =>
      request.url === '/mcp'
        ? response.writeHead(307, { location: '/v2/mcp' }).end()
        : json(response, { id: 1, result: { body } }),
    );
    const remote = aRemote(site.url, {
      entryHeaders: async () => ({ ok: true, value: { 'x-key': 'k' } }),
    });
    const answer = await remote.request(list);
    expect(answer.result?.body).toContain('tools/list');
    expect(site.seen.map(({ method, headers }) => [method, headers['x-key']])).toEqual([
      ['POST', 'k'],
      ['POST', 'k'],
    ]);
  });

  test('to another origin are not followed: no credential gets there', async () => {
    const elsewhere = await aSite((_, response) => json(response, answered));
    const site = await aSite((_, response) =>
      response.writeHead(308, { location: elsewhere.url }).end(),
    );
    const remote = aRemote(site.url, {
      entryHeaders: async () => ({ ok: true, value: { authorization: 'k' } }),
    });
    await fails(remote, 'redirect-elsewhere', -31004, /Airlock does not follow/);
    expect(elsewhere.seen).toEqual([]);
  });

  test.each([
    ['in a circle', 307, '/mcp', 'redirect-loop', 6],
    ['that lose the message', 302, '/login', 'redirect-changes', 1],
    ['to nowhere', 307, 'http://', 'redirect-nowhere', 1],
  ])('%s are told', async (_, status, location, code, times) => {
    const site = await aSite((_request, response) =>
      response.writeHead(status, { location }).end(),
    );
    await fails(aRemote(site.url), code, -31004);
    expect(site.seen).toHaveLength(times);
  });
});

describe('a flood', () => {
  test('waits for its reader: what is not read is not taken from the server', async () => {
    let written = 0;
    const note = `data: {"jsonrpc":"2.0","method":"n","params":"${'x'.repeat(60_000)}"}\n\n`;
    let pumped = () => undefined as unknown;
    const site = await aSite((_, response) => {
      events(response);
      pumped = () => {
        let more = true;
        while (more) {
          more = response.write(note);
          written += note.length;
        }
        response.once('drain', pumped);
      };
      pumped();
    });
    const remote = aRemote(site.url);
    remote.server.stdout.pause();
    remote.send({ jsonrpc: '2.0', ...list });
    // It stands still once every buffer on the way is full, far below what a flood would bring.
    let before = -1;
    await expect
      .poll(
        () => {
          const still = written === before && written > 0;
          before = written;
          return still;
        },
        { timeout: 15_000, interval: 300 },
      )
      .toBe(true);
    expect(written).toBeLessThan(32 * 1024 * 1024);
    remote.server.stdout.resume();
    const stood = written;
    await expect.poll(() => written, { timeout: 10_000 }).toBeGreaterThan(stood);
  });

  test('of requests is refused beyond a number', async () => {
    const site = await aSite(() => undefined);
    const remote = aRemote(site.url, { limits: { inFlight: 2 } });
    for (const id of [1, 2, 3]) remote.send({ jsonrpc: '2.0', id, method: 'ping' });
    expect(await remote.answer(3)).toMatchObject({
      error: { code: -31003, data: { code: 'too-many-requests' } },
    });
    expect(remote.lines).toHaveLength(1);
  });

  test('of bytes to a server that reads none holds the relay back, not our memory', async () => {
    const url = await aRawSite((socket) => socket.pause());
    const remote = aRemote(url, { limits: { uploadBytes: 20_000_000 } });
    const line = `${JSON.stringify({ jsonrpc: '2.0', method: 'n', params: 'x'.repeat(16_000_000) })}\n`;
    const { stdin } = remote.server;
    const taken: number[] = [];
    for (const n of [1, 2, 3, 4]) stdin.write(line, () => taken.push(n));
    await expect.poll(() => taken, { timeout: 10_000 }).toEqual([1]);
    expect(stdin.writableLength).toBeGreaterThan(0);
  });
});

test('a connection that the server closed while it was kept is opened anew, but a tool is not called twice', async () => {
  const seen: Message[] = [];
  const url = await aRawSite((socket, times) => {
    seen.push({ id: times });
    const body = `{"jsonrpc":"2.0","id":${times},"result":{}}`;
    // The second request of a connection finds it closed without a word.
    if (times === 2 || times === 4) socket.resetAndDestroy();
    else
      socket.write(
        `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      );
  });
  const remote = aRemote(url);
  expect(await remote.request({ id: 1, method: 'ping' })).toMatchObject({ result: {} });
  expect(await remote.request({ id: 3, method: 'ping' })).toMatchObject({ result: {} });
  const call = { id: 4, method: 'tools/call', params: { name: 'x' } };
  expect(await remote.request(call)).toMatchObject({
    error: { data: { code: 'connection-broken' } },
  });
  expect(seen).toHaveLength(4);
});

test('a kill leaves no connection', async () => {
  let open = 0;
  const site = await aSite((request, response) => {
    open += 1;
    request.socket.once('close', () => {
      open -= 1;
    });
    events(response);
  });
  const remote = aRemote(site.url);
  for (const id of [1, 2, 3]) remote.send({ jsonrpc: '2.0', id, method: 'tools/call', params: {} });
  await expect.poll(() => open, { timeout: 10_000 }).toBe(3);
  expect(await remote.server.kill()).toMatchObject({ verified: true, items: [{ stopped: true }] });
  await expect.poll(() => open, { timeout: 10_000 }).toBe(0);
  await remote.ended;
});
