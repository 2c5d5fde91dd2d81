import { auth, type OAuthClientProvider } from '@modelcontextprotocol/client';
import { describe, expect, test } from 'vitest';
import { ask, beginSession, type Rig, startRig, token, until } from './rig.ts';

const body = JSON.stringify(ask('initialize', { protocolVersion: '2025-11-25' }, 1));

/** A request as a raw socket sends it; `head` replaces or adds header lines. */
function raw(
  rig: Rig,
  head: readonly string[] = [],
  content = body,
  first = 'POST /mcp/con_1 HTTP/1.1',
): string {
  const lines = [
    `Host: 127.0.0.1:${rig.endpoint.port}`,
    `Authorization: Bearer ${token}`,
    'Content-Type: application/json',
    'Accept: application/json, text/event-stream',
    `Content-Length: ${Buffer.byteLength(content)}`,
  ];
  const kept = lines.filter((line) => !head.some((other) => nameOf(other) === nameOf(line)));
  return `${[first, ...kept, ...head.filter((line) => !line.endsWith(': -'))].join('\r\n')}\r\n\r\n${content}`;
}
const nameOf = (line: string) => line.slice(0, line.indexOf(':')).toLowerCase();

/** Sends text as it is and waits for the status of the first answer. */
async function status(rig: Rig, text: string): Promise<number | undefined> {
  const one = await rig.socket();
  one.write(text);
  await until(() => /^HTTP\/1.1 \d{3}[\s\S]*\r\n\r\n/.test(one.heard()) || one.closed());
  const found = /^HTTP\/1.1 (\d{3})/.exec(one.heard())?.[1];
  return found === undefined ? undefined : Number(found);
}

describe('Host and Origin', () => {
  test.each(['127.0.0.1', 'localhost', 'LOCALHOST'])('%s with the port is us', async (host) => {
    const rig = await startRig();
    expect(await status(rig, raw(rig, [`Host: ${host}:${rig.endpoint.port}`]))).toBe(200);
  });

  test.each([
    ['127.0.0.1', 403],
    ['127.0.0.1:1', 403],
    ['evil.example', 403],
    ['127.0.0.1.evil.example:PORT', 403],
    ['evil.example:PORT', 403],
    ['[::1]:PORT', 403],
    ['0.0.0.0:PORT', 403],
    ['', 403],
    ['-', 400],
  ])('the host "%s" is refused', async (host, expected) => {
    const rig = await startRig();
    const line =
      host === '-' ? 'Host: -' : `Host: ${host.replace('PORT', String(rig.endpoint.port))}`;
    expect(await status(rig, raw(rig, [line]))).toBe(expected);
    expect(rig.sessions).toHaveLength(0);
    if (expected === 403) expect(rig.refused.map(({ code }) => code)).toEqual(['bad-host']);
  });

  test('an absolute target does not stand in for the host', async () => {
    const rig = await startRig();
    const first = `POST http://127.0.0.1:${rig.endpoint.port}/mcp/con_1 HTTP/1.1`;
    expect(await status(rig, raw(rig, ['Host: evil.example'], body, first))).toBe(403);
    expect(await status(rig, raw(rig, [], body, first))).toBe(404);
  });

  test.each(['https://evil.example', 'null', 'http://127.0.0.1', ''])(
    'the origin "%s" is refused',
    async (origin) => {
      const rig = await startRig({ origins: ['https://app.example'] });
      expect(await status(rig, raw(rig, [`Origin: ${origin}`]))).toBe(403);
      expect(rig.refused.map(({ code }) => code)).toEqual(['bad-origin']);
    },
  );

  test('our own origin is refused, since no page of ours is there', async () => {
    const rig = await startRig();
    expect(await status(rig, raw(rig, [`Origin: http://127.0.0.1:${rig.endpoint.port}`]))).toBe(
      403,
    );
  });

  test('an origin on the list passes', async () => {
    const rig = await startRig({ origins: ['https://app.example'] });
    expect(await status(rig, raw(rig, ['Origin: https://app.example']))).toBe(200);
  });
});

describe('the token', () => {
  test.each([
    ['is missing', 'Authorization: -', 'no-token'],
    ['is wrong', 'Authorization: Bearer nonsense', 'bad-token'],
    ['is another connection’s', 'Authorization: Bearer another-token', 'bad-token'],
    ['is cut short', `Authorization: Bearer ${token.slice(0, -1)}`, 'bad-token'],
    ['is empty', 'Authorization: Bearer ', 'bad-token'],
    ['comes by Basic', `Authorization: Basic ${token}`, 'bad-token'],
    ['has something behind it', `Authorization: Bearer ${token} x`, 'bad-token'],
  ])('is refused when it %s', async (_, line, code) => {
    const rig = await startRig();
    expect(await status(rig, raw(rig, [line.replace('’', "'")]))).toBe(401);
    expect(rig.sessions).toHaveLength(0);
    expect(rig.refused).toEqual([expect.objectContaining({ code, connectionId: 'con_1' })]);
  });

  test('of an unknown connection is refused like a wrong one', async () => {
    const rig = await startRig();
    const known = await rig.send('POST', { body, headers: { authorization: 'Bearer x' } });
    const unknown = await rig.send('POST', {
      body,
      path: '/mcp/con_9',
      headers: { authorization: 'Bearer x' },
    });
    expect(unknown.status).toBe(401);
    expect(unknown.text()).toBe(known.text());
  });

  test('in the query is no token, and one beside the header makes the request refused', async () => {
    const rig = await startRig();
    const path = `/mcp/con_1?access_token=${token}`;
    expect(
      (await rig.send('POST', { body, path, headers: { authorization: undefined } })).status,
    ).toBe(401);
    expect((await rig.send('POST', { body, path })).status).toBe(400);
    expect(rig.sessions).toHaveLength(0);
  });

  test('may be the old or the new one while it is rotated', async () => {
    const rig = await startRig({ tokens: { con_1: ['old', 'new'] } });
    for (const one of ['old', 'new'])
      expect(
        (await rig.send('POST', { body, headers: { authorization: `bearer ${one}` } })).status,
      ).toBe(200);
  });

  test('is wanted on GET and DELETE as well', async () => {
    const rig = await startRig();
    const headers = { ...(await beginSession(rig)), authorization: undefined };
    expect((await rig.send('GET', { headers })).status).toBe(401);
    expect((await rig.send('DELETE', { headers })).status).toBe(401);
    expect(rig.sessions[0]?.left()).toBe(false);
  });

  test('that is withdrawn ends what is open with `endConnection`', async () => {
    const rig = await startRig();
    const headers = await beginSession(rig);
    const stream = await rig.start('GET', { headers });
    rig.endpoint.endConnection('con_1');
    await until(() => stream.ended() && rig.sessions[0]?.left() === true);
  });
});

describe('a client that looks for a sign-in', () => {
  test('is told where the resource is described, and that there is no sign-in', async () => {
    const rig = await startRig();
    const denied = await rig.send('POST', { body, headers: { authorization: 'Bearer old' } });
    const challenge = denied.headers['www-authenticate'] ?? '';
    expect(challenge).toMatch(
      /^Bearer realm="Airlock", error="invalid_token", error_description="[^"\\]+", resource_metadata="[^"]+"$/,
    );
    const metadata = new URL(/resource_metadata="([^"]+)"/.exec(challenge)?.[1] ?? '');
    const described = await rig.send('GET', {
      path: metadata.pathname,
      headers: { authorization: undefined },
    });
    expect(JSON.parse(described.text())).toEqual({
      resource: rig.url,
      resource_name: 'Airlock',
      bearer_methods_supported: ['header'],
    });
    for (const path of [
      '/register',
      '/authorize',
      '/token',
      '/.well-known/oauth-authorization-server',
    ]) {
      const nothing = await rig.send('POST', { path, body: '{}' });
      expect([nothing.status, JSON.parse(nothing.text()).error]).toEqual([404, 'access_denied']);
    }
    const without = await rig.send('POST', { body, headers: { authorization: undefined } });
    expect(without.headers['www-authenticate']).not.toContain('error=');
  });

  test('and signs in by the SDK fails with a sentence that says what to do', async () => {
    const rig = await startRig();
    const provider: OAuthClientProvider = {
      redirectUrl: 'http://localhost:1/callback',
      clientMetadata: { redirect_uris: ['http://localhost:1/callback'] },
      clientInformation: () => undefined,
      saveClientInformation: () => undefined,
      tokens: () => undefined,
      saveTokens: () => undefined,
      redirectToAuthorization: () => undefined,
      saveCodeVerifier: () => undefined,
      codeVerifier: () => '',
    };
    await expect(auth(provider, { serverUrl: rig.url })).rejects.toThrow(
      /no sign-in.*protect this client again/,
    );
  });

  test.each(['evil.example', '127.0.0.1:1'])('under the host %s is told nothing', async (host) => {
    const rig = await startRig();
    const path = '/.well-known/oauth-protected-resource/mcp/con_1';
    expect((await rig.send('GET', { path, headers: { host } })).status).toBe(403);
  });
});

describe('a request that two readers could understand differently', () => {
  test.each([
    ['two hosts', ['Host: 127.0.0.1:PORT', 'Host: evil.example']],
    ['two tokens', [`Authorization: Bearer ${token}`, 'Authorization: Bearer x']],
    ['two session ids', ['Mcp-Session-Id: a', 'mcp-session-id: b']],
    ['two versions', ['MCP-Protocol-Version: 2025-11-25', 'MCP-Protocol-Version: 2026-07-28']],
    ['two lengths', ['Content-Length: 5', 'Content-Length: 50']],
    ['a length and chunks', [`Content-Length: ${body.length}`, 'Transfer-Encoding: chunked']],
    ['chunks under another name', ['Content-Length: -', 'Transfer-Encoding: xchunked']],
    ['chunks twice', ['Content-Length: -', 'Transfer-Encoding: chunked, chunked']],
    ['a negative length', ['Content-Length: -5']],
    ['a length with a plus', ['Content-Length: +5']],
    ['a space before the colon', ['Content-Length : 5']],
    ['a folded header', ['X-Folded: a\r\n b']],
    ['a bare line feed', ['X-A: a\nX-B: b']],
    ['a NUL in a header', ['X-A: a\u0000b']],
  ])('(%s) is refused', async (_, lines) => {
    const rig = await startRig();
    const head = lines.map((line) => line.replace('PORT', String(rig.endpoint.port)));
    expect(await status(rig, raw(rig, head))).toBe(400);
    expect(rig.sessions).toHaveLength(0);
  });
});

describe('limits', () => {
  test('on the size of headers', async () => {
    const rig = await startRig({ limits: { headerBytes: 2_000 } });
    expect(await status(rig, raw(rig, [`X-Long: ${'a'.repeat(3_000)}`]))).toBe(431);
  });

  test('on their number, also beyond what Node would keep', async () => {
    const rig = await startRig({ limits: { headerCount: 20 } });
    const many = Array.from({ length: 30 }, (_, index) => `X-${index}: a`);
    expect(await status(rig, raw(rig, many))).toBe(431);
    expect(rig.sessions).toHaveLength(0);
  });

  test('on the size of a body that says it, before a byte of it is read', async () => {
    const rig = await startRig({ limits: { bodyBytes: 1_000 } });
    expect(await status(rig, raw(rig, ['Content-Length: 1001'], ''))).toBe(413);
    expect(rig.refused.map(({ code }) => code)).toEqual(['too-large']);
  });

  test('on the size of one that does not, as soon as it is too long', async () => {
    const rig = await startRig({ limits: { bodyBytes: 1_000 } });
    const one = await rig.socket();
    one.write(raw(rig, ['Content-Length: -', 'Transfer-Encoding: chunked'], ''));
    one.write(`400\r\n${' '.repeat(0x400)}\r\n`);
    await until(() => one.heard().startsWith('HTTP/1.1 413'));
  });

  test('are told to a client that sends on, and then its socket is closed', async () => {
    const rig = await startRig({ limits: { bodyBytes: 1_000 } });
    const one = await rig.socket();
    one.write(raw(rig, ['Content-Length: 100000000'], ''));
    const pump = setInterval(() => one.write('x'.repeat(100_000)), 5);
    await until(() => one.heard().includes('longer than the 1000 bytes'));
    await until(one.closed, 'the end of the socket');
    clearInterval(pump);
  });

  test('on what all bodies hold together', async () => {
    const rig = await startRig({ limits: { heldBytes: 1_500 } });
    const first = await rig.socket();
    first.write(raw(rig, ['Content-Length: 1000'], '{'));
    await until(() => first.socket.bytesWritten > 0);
    let second: number | undefined;
    for (let turn = 0; turn < 50 && second !== 503; turn += 1) {
      second = await status(rig, raw(rig, ['Content-Length: 1000'], ''.padEnd(1000)));
    }
    expect(second).toBe(503);
    first.socket.destroy();
    for (let turn = 0; turn < 50 && second === 503; turn += 1) second = await status(rig, raw(rig));
    expect(second).toBe(200);
  });

  test('on the time a body may stand still', async () => {
    const rig = await startRig({ limits: { bodyIdleMs: 30 } });
    expect(await status(rig, raw(rig, ['Content-Length: 100'], '{'))).toBe(408);
    expect(rig.refused.map(({ code }) => code)).toEqual(['too-slow']);
  });

  test('on the time headers may take, also of one who says nothing at all', async () => {
    const rig = await startRig({ limits: { headersMs: 100, requestMs: 200 } });
    const [slow, silent] = [await rig.socket(), await rig.socket()];
    slow.write('POST /mcp/con_1 HTTP/1.1\r\nHost: ');
    await until(() => slow.closed() && silent.closed(), 'the end of both');
    expect(slow.heard()).toMatch(/^HTTP\/1.1 408/);
  });

  test('on the time a request may take that comes drop by drop', async () => {
    const rig = await startRig({ limits: { headersMs: 100, requestMs: 200, bodyIdleMs: 60_000 } });
    const one = await rig.socket();
    one.write(raw(rig, ['Content-Length: 100000'], '{'));
    const drops = setInterval(() => one.write(' '), 10);
    await until(one.closed, 'the end of it');
    clearInterval(drops);
    expect(rig.sessions).toHaveLength(0);
  });

  test('on event streams', async () => {
    const rig = await startRig({ limits: { streams: 1 } });
    const [first, second] = [await beginSession(rig), await beginSession(rig)];
    await rig.start('GET', { headers: first });
    expect((await rig.send('GET', { headers: second })).status).toBe(429);
  });

  test('on requests that wait for answers', async () => {
    const rig = await startRig({ limits: { inFlight: 2 } });
    const headers = await beginSession(rig);
    const waiting = [1, 2].map((id) => rig.post(ask('slow', {}, id), headers));
    await until(
      () => rig.sessions[0]?.messages().filter(({ method }) => method === 'slow').length === 2,
    );
    expect((await rig.post(ask('echo'), headers)).status).toBe(429);
    for (const id of [1, 2]) rig.sessions[0]?.say({ jsonrpc: '2.0', id, result: {} });
    await Promise.all(waiting);
    expect((await rig.post(ask('echo'), headers)).status).toBe(200);
  });

  test('on what the trail hears of a flood', async () => {
    const rig = await startRig();
    for (let turn = 0; turn < 25; turn += 1)
      await rig.send('POST', { body, headers: { authorization: 'Bearer x' } });
    expect(rig.refused).toHaveLength(10);
  });
});

describe('a body', () => {
  test.each([
    ['no JSON', '{', -32700],
    ['nothing', '', -32700],
    ['invalid UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), -32700],
    ['a byte order mark', `\ufeff${body}`, -32700],
    ['two messages', `${body}\n${body}`, -32700],
    ['a raw line feed in a string', '{"jsonrpc":"2.0","method":"a\nb"}', -32700],
    ['a number', '1', -32600],
    ['no message', '{"jsonrpc":"2.0"}', -32600],
    ['an id that is null', '{"jsonrpc":"2.0","id":null,"method":"a"}', -32600],
    ['two ids', '{"jsonrpc":"2.0","id":1,"id":2,"method":"a"}', -32600],
    [
      'two methods, one of them in disguise',
      '{"jsonrpc":"2.0","method":"a","met\\u0068od":"b","id":1}',
      -32600,
    ],
    ['a question and its answer', '{"jsonrpc":"2.0","id":1,"method":"a","result":1}', -32600],
    [
      'too many brackets',
      `{"jsonrpc":"2.0","id":1,"method":"a","params":${'['.repeat(600)}${']'.repeat(600)}}`,
      -32600,
    ],
    ['a hundred thousand brackets', '['.repeat(100_000), -32700],
  ])('of %s is refused', async (_, content, code) => {
    const rig = await startRig();
    const reply = await rig.send('POST', { body: content });
    expect([reply.status, reply.json().error?.code, reply.json().id]).toEqual([400, code, null]);
    expect(rig.sessions).toHaveLength(0);
  });

  test.each([
    ['text/plain'],
    ['application/x-www-form-urlencoded'],
    ['application/json; charset=utf-16'],
    ['application/jsonp'],
    [undefined],
  ])('of type %s is refused, so that no web form reaches us', async (type) => {
    const rig = await startRig();
    expect((await rig.post(JSON.parse(body), { 'content-type': type })).status).toBe(415);
  });

  test('may say its charset, and may not be compressed', async () => {
    const rig = await startRig();
    expect(
      (await rig.post(JSON.parse(body), { 'content-type': 'Application/JSON; charset="UTF-8"' }))
        .status,
    ).toBe(200);
    expect((await rig.post(JSON.parse(body), { 'content-encoding': 'gzip' })).status).toBe(415);
  });

  test('is asked for only from who may come in', async () => {
    const rig = await startRig();
    const [friend, stranger] = [await rig.socket(), await rig.socket()];
    friend.write(raw(rig, ['Expect: 100-continue', `Content-Length: ${body.length}`], ''));
    stranger.write(
      raw(
        rig,
        ['Expect: 100-continue', `Content-Length: ${body.length}`, 'Authorization: Bearer x'],
        '',
      ),
    );
    await until(() => friend.heard().startsWith('HTTP/1.1 100'));
    friend.write(body);
    await until(() => friend.heard().includes('HTTP/1.1 200'));
    await until(() => stranger.heard().startsWith('HTTP/1.1 401'));
  });
});

describe('the port', () => {
  test('is the one that is wanted, on the loopback address alone', async () => {
    const first = await startRig();
    const { port } = first.endpoint;
    expect(first.url).toBe(`http://127.0.0.1:${port}/mcp/con_1`);
    await first.endpoint.close();
    const again = await startRig({ port });
    expect(again.endpoint.port).toBe(port);
  });

  test('is another when somebody holds it, and says so', async () => {
    const first = await startRig();
    const second = await startRig({ port: first.endpoint.port });
    expect(second.endpoint.port).not.toBe(first.endpoint.port);
    expect((await second.post(JSON.parse(body))).status).toBe(200);
  });

  test('is free again after the end, which ends every session and stream', async () => {
    const rig = await startRig();
    const headers = await beginSession(rig);
    const stream = await rig.start('GET', { headers });
    await rig.endpoint.close();
    await until(stream.ended);
    expect(rig.sessions[0]?.left()).toBe(true);
    await expect(rig.send('GET')).rejects.toThrow('ECONNREFUSED');
  });
});

test('what throws in a part of ours is an answer and a report, not the end of the app', async () => {
  const rig = await startRig({
    accept() {
      throw new Error('no room');
    },
  });
  const reply = await rig.send('POST', { body });
  expect([reply.status, reply.json().error?.code]).toEqual([500, -32603]);
  expect(reply.text()).not.toContain('no room');
  expect(rig.refused[0]).toMatchObject({ code: 'internal-error' });
});
