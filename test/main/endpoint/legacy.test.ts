import { describe, expect, test } from 'vitest';
import {
  ask,
  beginSession,
  type Line,
  obliging,
  type PlayedSession,
  startRig,
  until,
} from './rig.ts';

/** Says nothing but hello: the test answers. */
const quiet = (session: PlayedSession, message: Line) => {
  if (message.method === 'initialize') obliging(session, message);
};
const answer = (id: unknown, result: unknown = {}) => ({ jsonrpc: '2.0', id, result });

describe('a session', () => {
  test('begins with initialize, and its id is long, random and visible ASCII', async () => {
    const rig = await startRig();
    const first = await beginSession(rig);
    const second = await beginSession(rig);
    expect(first['mcp-session-id']).toMatch(/^[\x21-\x7e]{32,}$/);
    expect(first['mcp-session-id']).not.toBe(second['mcp-session-id']);
    expect(rig.sessions).toHaveLength(2);
    expect(rig.sessions[0]?.facts).toMatchObject({
      era: 'legacy',
      reported: { name: 'tester', version: '1.0' },
    });
    expect(rig.sessions[0]?.facts.remotePort).toBeGreaterThan(0);
  });

  test('gives no id when initialize fails, and is over', async () => {
    const rig = await startRig({
      react: (session, { id }) =>
        session.say({ jsonrpc: '2.0', id, error: { code: -32602, message: 'No.' } }),
    });
    const reply = await rig.post(ask('initialize', { protocolVersion: '2025-11-25' }));
    expect(reply.status).toBe(200);
    expect(reply.json().error?.message).toBe('No.');
    expect(reply.headers['mcp-session-id']).toBeUndefined();
    await until(() => rig.sessions[0]?.left() === true);
  });

  test('is needed by every other request, and unknown once it is deleted', async () => {
    const rig = await startRig();
    const without = await rig.post(ask('echo'));
    expect(without.status).toBe(400);
    const headers = await beginSession(rig);
    expect((await rig.post(ask('echo'), headers)).status).toBe(200);
    expect((await rig.send('DELETE', { headers })).status).toBe(204);
    await until(() => rig.sessions[0]?.left() === true);
    const gone = await rig.post(ask('echo', {}, 'late'), headers);
    expect(gone.status).toBe(404);
    expect(gone.json()).toMatchObject({ id: 'late', error: { code: -32001 } });
    expect((await rig.send('DELETE', { headers })).status).toBe(404);
    expect((await rig.send('GET', { headers })).status).toBe(404);
  });

  test('of one connection is unknown to another that has a token of its own', async () => {
    const rig = await startRig();
    const headers = await beginSession(rig);
    const other = await rig.send('POST', {
      path: '/mcp/con_2',
      headers: { ...headers, authorization: 'Bearer another-token' },
      body: JSON.stringify(ask('echo')),
    });
    expect(other.status).toBe(404);
    expect(rig.sessions[0]?.messages().filter(({ method }) => method === 'echo')).toEqual([]);
  });

  test('is over when its server is, and its waiting requests hear of it', async () => {
    const rig = await startRig({ react: quiet });
    const headers = await beginSession(rig);
    const waiting = rig.post(ask('slow', {}, 'w'), headers);
    await until(() => rig.sessions[0]?.messages().some(({ id }) => id === 'w') === true);
    rig.sessions[0]?.end();
    const reply = await waiting;
    expect(reply.status).toBe(200);
    expect(reply.json()).toMatchObject({ id: 'w', error: { code: -31002 } });
    expect((await rig.post(ask('echo'), headers)).status).toBe(404);
  });

  test('expires when nobody uses it, but not while somebody listens or waits', async () => {
    const rig = await startRig({ limits: { idleMs: 40, sweepMs: 10 }, react: quiet });
    const idle = await beginSession(rig);
    const listening = await beginSession(rig);
    const stream = await rig.start('GET', { headers: listening });
    await until(() => rig.sessions[0]?.left() === true, 'the end of the idle session');
    expect((await rig.post(ask('echo'), idle)).status).toBe(404);
    expect(rig.sessions[1]?.left()).toBe(false);
    stream.break();
    await until(() => rig.sessions[1]?.left() === true, 'the end of the other');
  });

  test('expires although a request was never answered, once its client is gone', async () => {
    const rig = await startRig({
      limits: { idleMs: 40, sweepMs: 10, streamAfterMs: 1 },
      react: quiet,
    });
    const headers = await beginSession(rig);
    const open = await rig.start('POST', { headers, body: JSON.stringify(ask('slow', {}, 'x')) });
    const waiting = rig.post(ask('slow', {}, 'y'), { ...headers, accept: 'application/json' });
    await until(() => rig.sessions[0]?.messages().some(({ id }) => id === 'y') === true);
    open.break();
    rig.sessions[0]?.say(answer('y'));
    await waiting;
    await until(() => rig.sessions[0]?.left() === true, 'the end of the session');
  });

  test('makes way when it is idle and the connection begins one too many', async () => {
    const rig = await startRig({ limits: { sessions: 2 } });
    const first = await beginSession(rig);
    const second = await beginSession(rig);
    await rig.post(ask('echo'), first);
    await beginSession(rig);
    expect((await rig.post(ask('echo'), second)).status).toBe(404);
    expect((await rig.post(ask('echo'), first)).status).toBe(200);
  });

  test('is refused when all that the connection may have are in use', async () => {
    const rig = await startRig({ limits: { sessions: 1 } });
    const headers = await beginSession(rig);
    await rig.start('GET', { headers });
    const reply = await rig.post(ask('initialize', { protocolVersion: '2025-11-25' }));
    expect(reply.status).toBe(503);
    expect(reply.headers['retry-after']).toBe('1');
  });
});

describe('the answer to a request', () => {
  test('is JSON when nothing else comes, byte for byte', async () => {
    const rig = await startRig({
      react(session, message) {
        obliging(session, message);
        if (message.method === 'big')
          session.sayRaw(
            `{"id" : ${message.id},"result":{"n":12345678901234567890, "f":1.0,"n":1},"jsonrpc":"2.0"}`,
          );
      },
    });
    const headers = await beginSession(rig);
    const reply = await rig.post(ask('big', {}, 77), headers);
    expect(reply.headers['content-type']).toBe('application/json');
    expect(reply.text()).toBe(
      '{"id" : 77,"result":{"n":12345678901234567890, "f":1.0,"n":1},"jsonrpc":"2.0"}',
    );
  });

  test('is an event stream when a message comes before it, and ends with it', async () => {
    const rig = await startRig({
      react(session, message) {
        quiet(session, message);
        if (message.method !== 'work') return;
        session.say({
          jsonrpc: '2.0',
          method: 'notifications/progress',
          params: { progressToken: 't', progress: 1 },
        });
        session.say(answer(message.id));
      },
    });
    const headers = await beginSession(rig);
    const reply = await rig.post(ask('work', { _meta: { progressToken: 't' } }), headers);
    expect(reply.headers['content-type']).toBe('text/event-stream');
    const data = reply.events().map((event) => event.data);
    expect(data[0]).toBe('');
    expect(data.slice(1).map((one) => JSON.parse(one).method ?? 'answer')).toEqual([
      'notifications/progress',
      'answer',
    ]);
    const ids = reply.events().map((event) => event.id);
    expect(new Set(ids).size).toBe(3);
  });

  test('has no empty first event for clients of a revision that could not read it', async () => {
    const rig = await startRig({ react: quiet, limits: { streamAfterMs: 0 } });
    const headers = await beginSession(rig, '2025-06-18');
    const open = await rig.start('POST', { headers, body: JSON.stringify(ask('slow', {}, 's')) });
    rig.sessions[0]?.say(answer('s'));
    await until(open.ended);
    expect(open.data().map((one) => JSON.parse(one).id)).toEqual(['s']);
  });

  test('becomes a stream when it takes long', async () => {
    const rig = await startRig({ react: quiet, limits: { streamAfterMs: 5, pingMs: 5 } });
    const headers = await beginSession(rig);
    const open = await rig.start('POST', { headers, body: JSON.stringify(ask('slow', {}, 's')) });
    expect(open.headers['content-type']).toBe('text/event-stream');
    await until(() => open.text().includes('\n:\n'), 'a sign of life');
    rig.sessions[0]?.say(answer('s'));
    await until(open.ended);
    expect(JSON.parse(open.data().at(-1) ?? '')).toEqual(answer('s'));
  });

  test.each([
    ['application/json', 'application/json'],
    ['text/event-stream', 'text/event-stream'],
    ['application/*;q=0.5', 'application/json'],
    ['*/*, application/json;q=0', 'text/event-stream'],
    [undefined, 'application/json'],
  ])('comes in the form that %s asks for', async (accept, expected) => {
    const rig = await startRig();
    const headers = await beginSession(rig);
    const reply = await rig.post(ask('echo', { a: 1 }), { ...headers, accept });
    expect(reply.headers['content-type']).toBe(expected);
    expect(reply.text()).toContain('"echoed":{"a":1}');
  });

  test('is refused to a client that takes neither form', async () => {
    const rig = await startRig();
    const headers = await beginSession(rig);
    expect((await rig.post(ask('echo'), { ...headers, accept: 'text/html' })).status).toBe(406);
    expect(
      (await rig.send('GET', { headers: { ...headers, accept: 'application/json' } })).status,
    ).toBe(406);
  });

  test('finds its request although the server spells the id otherwise', async () => {
    const rig = await startRig({
      react(session, message) {
        quiet(session, message);
        if (message.method === 'loose') session.say(answer(String(message.id)));
      },
    });
    const headers = await beginSession(rig);
    expect((await rig.post(ask('loose', {}, 41), headers)).json().id).toBe('41');
  });

  test('is not shared by two requests with one id', async () => {
    const rig = await startRig({ react: quiet });
    const headers = await beginSession(rig);
    const first = rig.post(ask('slow', {}, 5), headers);
    await until(() => rig.sessions[0]?.messages().some(({ id }) => id === 5) === true);
    const second = await rig.post(ask('slow', {}, 5), headers);
    expect(second.status).toBe(400);
    expect(second.json().error?.message).toContain('still waits');
    rig.sessions[0]?.say(answer(5));
    expect((await first).json()).toEqual(answer(5));
  });

  test('goes nowhere when its client has left, and that cancels nothing', async () => {
    const rig = await startRig({ react: quiet, limits: { streamAfterMs: 1 } });
    const headers = await beginSession(rig);
    const open = await rig.start('POST', { headers, body: JSON.stringify(ask('slow', {}, 'x')) });
    open.break();
    const [session] = rig.sessions;
    expect(session?.messages().some(({ method }) => method === 'notifications/cancelled')).toBe(
      false,
    );
    session?.say(answer('x'));
    const next = rig.post(ask('slow', {}, 'x'), headers);
    await until(() => (session?.messages().filter(({ id }) => id === 'x').length ?? 0) === 2);
    session?.say(answer('x', { second: true }));
    expect((await next).text()).toContain('second');
  });

  test('ends without one when the client called the request off and the server says nothing', async () => {
    const rig = await startRig({ react: quiet, limits: { cancelledMs: 5 } });
    const headers = await beginSession(rig);
    const waiting = rig.post(ask('slow', {}, 9), headers);
    await until(() => rig.sessions[0]?.messages().some(({ id }) => id === 9) === true);
    const off = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 9 } };
    expect((await rig.post(off, headers)).status).toBe(202);
    const reply = await waiting;
    expect([reply.status, reply.text()]).toEqual([202, '']);
  });
});

describe('notifications and responses of the client', () => {
  test('are accepted with 202 and no body, and reach the server', async () => {
    const rig = await startRig();
    const headers = await beginSession(rig);
    const note = await rig.post(
      { jsonrpc: '2.0', method: 'notifications/roots/list_changed' },
      headers,
    );
    const response = await rig.post(answer('srv-1', { roots: [] }), headers);
    expect([note.status, note.text(), response.status]).toEqual([202, '', 202]);
    expect(rig.sessions[0]?.messages().slice(-2)).toEqual([
      { jsonrpc: '2.0', method: 'notifications/roots/list_changed' },
      answer('srv-1', { roots: [] }),
    ]);
  });
});

describe('what the server says on its own', () => {
  const listChanged = { jsonrpc: '2.0', method: 'notifications/tools/list_changed' };
  const log = {
    jsonrpc: '2.0',
    method: 'notifications/message',
    params: { level: 'info', data: 'x' },
  };
  const sample = { jsonrpc: '2.0', id: 's1', method: 'sampling/createMessage', params: {} };

  test('waits for the stream the client opens, and goes there in order', async () => {
    const rig = await startRig();
    const headers = await beginSession(rig);
    rig.sessions[0]?.say(listChanged);
    rig.sessions[0]?.say(sample);
    const stream = await rig.start('GET', { headers });
    expect(stream.headers['content-type']).toBe('text/event-stream');
    await until(() => stream.data().length === 2);
    rig.sessions[0]?.say(log);
    await until(() => stream.data().length === 3);
    expect(stream.data().map((one) => JSON.parse(one))).toEqual([listChanged, sample, log]);
  });

  test('goes on the stream of the only request under way when it can belong to it', async () => {
    const rig = await startRig({ react: quiet });
    const headers = await beginSession(rig);
    const general = await rig.start('GET', { headers });
    const opening = rig.start('POST', { headers, body: JSON.stringify(ask('work', {}, 'w')) });
    await until(() => rig.sessions[0]?.messages().some(({ id }) => id === 'w') === true);
    rig.sessions[0]?.say(sample);
    rig.sessions[0]?.say(listChanged);
    const open = await opening;
    await until(() => open.data().length === 2 && general.data().length === 1);
    expect(JSON.parse(open.data()[1] ?? '')).toEqual(sample);
    expect(JSON.parse(general.data()[0] ?? '')).toEqual(listChanged);
    rig.sessions[0]?.say(answer('w'));
    await until(open.ended);
  });

  test('finds its request by the progress token among several', async () => {
    const rig = await startRig({ react: quiet });
    const headers = await beginSession(rig);
    const both = ['a', 'b'].map((name) =>
      rig.post(ask('work', { _meta: { progressToken: name } }, name), headers),
    );
    await until(
      () => rig.sessions[0]?.messages().filter(({ method }) => method === 'work').length === 2,
    );
    const progress = (name: string) => ({
      jsonrpc: '2.0',
      method: 'notifications/progress',
      params: { progressToken: name, progress: 1 },
    });
    for (const name of ['b', 'a']) rig.sessions[0]?.say(progress(name));
    for (const name of ['a', 'b']) rig.sessions[0]?.say(answer(name));
    const replies = await Promise.all(both);
    replies.forEach((reply, index) => {
      const name = index === 0 ? 'a' : 'b';
      const said = reply
        .events()
        .slice(1)
        .map((event) => JSON.parse(event.data));
      expect(said).toEqual([progress(name), answer(name)]);
    });
  });

  test('is answered for a client that never listens, once too much waits', async () => {
    const rig = await startRig({ react: quiet, limits: { storedEvents: 2 } });
    await beginSession(rig);
    const [session] = rig.sessions;
    for (const id of [1, 2, 3]) session?.say({ jsonrpc: '2.0', id, method: 'roots/list' });
    await until(() => session?.messages().some(({ error }) => error !== undefined) === true);
    expect(session?.messages().at(-1)).toMatchObject({ id: 1, error: { code: -31006 } });
  });

  test('has one reader at a time', async () => {
    const rig = await startRig();
    const headers = await beginSession(rig);
    await rig.start('GET', { headers });
    expect((await rig.send('GET', { headers })).status).toBe(409);
  });
});

describe('a stream that broke', () => {
  test('goes on after the last event the client names, with nothing of another stream', async () => {
    const rig = await startRig({ react: quiet });
    const headers = await beginSession(rig);
    const [session] = rig.sessions;
    const opening = rig.start('POST', {
      headers,
      body: JSON.stringify(ask('work', { _meta: { progressToken: 1 } }, 'w')),
    });
    await until(() => session?.messages().some(({ id }) => id === 'w') === true);
    const step = (progress: number) => ({
      jsonrpc: '2.0',
      method: 'notifications/progress',
      params: { progressToken: 1, progress },
    });
    session?.say(step(1));
    const open = await opening;
    await until(() => open.data().length === 2);
    const last = /id: (\S+)\n[^\n]*\ndata: \{/.exec(open.text())?.[1] ?? '';
    open.break();
    const other = rig.post(ask('work', { _meta: { progressToken: 2 } }, 'o'), headers);
    await until(() => session?.messages().some(({ id }) => id === 'o') === true);
    session?.say(step(2));
    session?.say(answer('o'));
    await other;
    session?.say(answer('w'));
    const resumed = await rig.send('GET', { headers: { ...headers, 'last-event-id': last } });
    expect(resumed.events().map((event) => JSON.parse(event.data))).toEqual([step(2), answer('w')]);
    const again = await rig.send('GET', { headers: { ...headers, 'last-event-id': last } });
    expect(again.events()).toHaveLength(2);
  });

  test('goes on live where its request is still under way', async () => {
    const rig = await startRig({ react: quiet, limits: { streamAfterMs: 1 } });
    const headers = await beginSession(rig);
    const open = await rig.start('POST', { headers, body: JSON.stringify(ask('slow', {}, 'w')) });
    await until(() => open.text().includes('id: '));
    open.break();
    const resumed = await rig.start('GET', { headers: { ...headers, 'last-event-id': '1-1' } });
    rig.sessions[0]?.say(answer('w'));
    await until(resumed.ended);
    expect(JSON.parse(resumed.data()[0] ?? '')).toEqual(answer('w'));
  });

  test.each(['1-99', '7-1', 'nonsense', '-1', '0-5', '1-1'])(
    'cannot be resumed from %s',
    async (id) => {
      const rig = await startRig();
      const headers = await beginSession(rig);
      expect((await rig.send('GET', { headers: { ...headers, 'last-event-id': id } })).status).toBe(
        400,
      );
    },
  );
});

test('requests whose client left and that nobody answers do not use up the connection for ever', async () => {
  const limits = { idleMs: 60, sweepMs: 60_000, inFlight: 1, streamAfterMs: 1 };
  const rig = await startRig({ react: quiet, limits });
  const headers = await beginSession(rig);
  const open = await rig.start('POST', { headers, body: JSON.stringify(ask('slow', {}, 'x')) });
  open.break();
  let status = 429;
  while (status === 429) {
    const accept = 'text/html';
    status = (await rig.post(ask('slow', {}, 'y'), { ...headers, accept })).status;
  }
  expect(status).toBe(406);
});

describe('batches', () => {
  const batch = JSON.stringify([
    ask('one', {}, 1),
    { jsonrpc: '2.0', method: 'notifications/x' },
    ask('two', {}, 2),
  ]);

  test('pass in 2025-03-26, and answers that come together are one JSON array', async () => {
    const rig = await startRig({ react: quiet });
    const headers = await beginSession(rig, '2025-03-26');
    const waiting = rig.post(batch, headers);
    await until(() => rig.sessions[0]?.lines.at(-1)?.toString() === batch, 'the batch as one line');
    rig.sessions[0]?.sayRaw(JSON.stringify([answer(2), answer(1)]));
    const reply = await waiting;
    expect(reply.headers['content-type']).toBe('application/json');
    expect(reply.text()).toBe(JSON.stringify([answer(2), answer(1)]));
  });

  test('are a stream when the answers come apart, or an array for a client that takes no stream', async () => {
    const rig = await startRig({ react: quiet });
    const headers = await beginSession(rig, '2025-03-26');
    const streamed = rig.post(batch, headers);
    await until(() => rig.sessions[0]?.lines.at(-1)?.toString() === batch);
    rig.sessions[0]?.say(answer(1));
    rig.sessions[0]?.sayRaw(`[${JSON.stringify(answer(2))}]`);
    expect((await streamed).events().map(({ data }) => data)).toEqual([
      JSON.stringify(answer(1)),
      `[${JSON.stringify(answer(2))}]`,
    ]);
    const gathered = rig.post(batch, { ...headers, accept: 'application/json' });
    await until(
      () => rig.sessions[0]?.lines.filter((line) => line.toString() === batch).length === 2,
    );
    rig.sessions[0]?.say(answer(1));
    rig.sessions[0]?.sayRaw(`[${JSON.stringify(answer(2))}]`);
    expect((await gathered).json()).toEqual([answer(1), answer(2)]);
  });

  test('of notifications alone are accepted', async () => {
    const rig = await startRig();
    const headers = await beginSession(rig, '2025-03-26');
    expect((await rig.post([{ jsonrpc: '2.0', method: 'a' }], headers)).status).toBe(202);
  });

  test.each(['2025-06-18', '2025-11-25'])('are refused in %s', async (version) => {
    const rig = await startRig();
    const headers = await beginSession(rig, version);
    const heard = rig.sessions[0]?.lines.length;
    expect((await rig.post(batch, headers)).status).toBe(400);
    expect(rig.sessions[0]?.lines).toHaveLength(heard ?? 0);
  });

  test.each([
    ['is empty', '[]'],
    ['holds initialize', JSON.stringify([ask('initialize')])],
    ['holds an id twice', JSON.stringify([ask('a', {}, 1), ask('b', {}, 1)])],
    ['is too long', JSON.stringify(Array.from({ length: 101 }, (_, id) => ask('a', {}, id)))],
    ['holds something else', '[1]'],
  ])('are refused when one %s', async (_, body) => {
    const rig = await startRig();
    const headers = await beginSession(rig, '2025-03-26');
    expect((await rig.post(body, headers)).status).toBe(400);
  });
});

describe('the version header', () => {
  test.each(['2025-06-18', '2025-03-26', '2024-11-05', undefined])('may be %s', async (version) => {
    const rig = await startRig();
    const headers = await beginSession(rig);
    expect(
      (await rig.post(ask('echo'), { ...headers, 'mcp-protocol-version': version })).status,
    ).toBe(200);
  });

  test('may name what the session negotiated, known here or not', async () => {
    const rig = await startRig();
    const headers = await beginSession(rig, '2025-09-09');
    expect((await rig.post(ask('echo'), headers)).status).toBe(200);
  });

  test('is refused when it names no revision', async () => {
    const rig = await startRig();
    const headers = await beginSession(rig);
    const reply = await rig.post(ask('echo', {}, 'v'), {
      ...headers,
      'mcp-protocol-version': '1999-01-01',
    });
    expect(reply.status).toBe(400);
    expect(reply.json()).toMatchObject({
      id: 'v',
      error: { code: -32022, data: { requested: '1999-01-01' } },
    });
  });
});
