import { describe, expect, test } from 'vitest';
import {
  ask,
  type Line,
  modernAsk,
  modernHeaders,
  type PlayedSession,
  type Rig,
  startRig,
  until,
} from './rig.ts';

const quiet = () => undefined;
const answer = (id: unknown, result: unknown = {}) => ({ jsonrpc: '2.0', id, result });
const echo = (session: PlayedSession, { id, params }: Line) => {
  if (id !== undefined) session.say(answer(id, { echoed: params ?? {} }));
};

/** Sends a request with the headers that its body asks for. */
const call = (rig: Rig, message: ReturnType<typeof modernAsk>, name?: string) =>
  rig.post(message, modernHeaders(message.method, name));
const open = (rig: Rig, message: ReturnType<typeof modernAsk>) =>
  rig.start('POST', { headers: modernHeaders(message.method), body: JSON.stringify(message) });
const heard = (rig: Rig, id: unknown, session = 0) =>
  until(
    () => rig.sessions[session]?.messages().some((one) => one.id === id) === true,
    `request ${id}`,
  );

describe('a request of 2026-07-28', () => {
  test('needs no session and gets none', async () => {
    const rig = await startRig({ react: echo });
    const reply = await rig.post(modernAsk('tools/list', {}, 1), {
      ...modernHeaders('tools/list'),
      'mcp-session-id': 'whatever',
      'last-event-id': '1-1',
    });
    expect(reply.status).toBe(200);
    expect(reply.headers['mcp-session-id']).toBeUndefined();
    expect(reply.headers['content-type']).toBe('application/json');
    expect(rig.sessions[0]?.facts).toMatchObject({
      era: 'modern',
      reported: { name: 'tester', version: '1.0' },
    });
  });

  test('shares a governed session with the others of its client, until its id is in use there', async () => {
    const rig = await startRig({ react: quiet });
    const first = call(rig, modernAsk('a', {}, 1));
    await heard(rig, 1);
    const second = call(rig, modernAsk('b', {}, 2));
    await heard(rig, 2);
    expect(rig.sessions).toHaveLength(1);
    const third = call(rig, modernAsk('c', {}, 1));
    await heard(rig, 1, 1);
    expect(rig.sessions).toHaveLength(2);
    rig.sessions[1]?.say(answer(1, { of: 'c' }));
    rig.sessions[0]?.say(answer(1, { of: 'a' }));
    rig.sessions[0]?.say(answer(2, { of: 'b' }));
    const replies = await Promise.all([first, second, third]);
    expect(replies.map((reply) => reply.json().result?.of)).toEqual(['a', 'b', 'c']);
  });

  test('goes by another session when its progress token is in use', async () => {
    const rig = await startRig({ react: quiet });
    const message = (id: string) => modernAsk('a', {}, id, { progressToken: 7 });
    void call(rig, message('x')).catch(() => undefined);
    await heard(rig, 'x');
    void call(rig, message('y')).catch(() => undefined);
    await heard(rig, 'y', 1);
    expect(rig.sessions).toHaveLength(2);
  });

  test('of another client goes by a session of its own', async () => {
    const rig = await startRig({ react: echo });
    await call(rig, modernAsk('a'));
    await call(
      rig,
      modernAsk('a', {}, 'z', {
        'io.modelcontextprotocol/clientInfo': { name: 'other', version: '2' },
      }),
    );
    expect(rig.sessions.map(({ facts }) => facts.reported?.name)).toEqual(['tester', 'other']);
  });

  test('is refused when every session the connection may have is in use', async () => {
    const rig = await startRig({ react: quiet, limits: { sessions: 1 } });
    void call(rig, modernAsk('a', {}, 1)).catch(() => undefined);
    await heard(rig, 1);
    const reply = await call(rig, modernAsk('a', {}, 1));
    expect(reply.status).toBe(503);
    expect(reply.json().id).toBe(1);
  });

  test('is refused when too many wait already', async () => {
    const rig = await startRig({ react: quiet, limits: { inFlight: 1 } });
    void call(rig, modernAsk('a', {}, 1)).catch(() => undefined);
    await heard(rig, 1);
    expect((await call(rig, modernAsk('a', {}, 2))).status).toBe(429);
  });

  test.each([
    [-32601, 404],
    [-32020, 400],
    [-32021, 400],
    [-32022, 400],
    [-32602, 200],
    [-31001, 200],
  ])('that the server answers with %i has the status %i', async (code, status) => {
    const rig = await startRig({
      react: (session, { id }) =>
        session.say({ jsonrpc: '2.0', id, error: { code, message: 'No.' } }),
    });
    const reply = await call(rig, modernAsk('a', {}, 3));
    expect([reply.status, reply.json().error?.code]).toEqual([status, code]);
  });

  test('is cancelled when its client leaves, and its id is free again with the late answer', async () => {
    const rig = await startRig({ react: quiet, limits: { streamAfterMs: 1 } });
    const stream = await open(rig, modernAsk('slow', {}, 'c'));
    stream.break();
    await until(() => rig.sessions[0]?.messages().length === 2);
    expect(rig.sessions[0]?.messages()[1]).toMatchObject({
      method: 'notifications/cancelled',
      params: { requestId: 'c' },
    });
    rig.sessions[0]?.say(answer('c', { late: true }));
    const next = call(rig, modernAsk('slow', {}, 'c'));
    await until(() =>
      rig.sessions.some(
        (one) =>
          one.messages().filter(({ id }) => id === 'c').length ===
          (one === rig.sessions[0] ? 2 : 1),
      ),
    );
    for (const session of rig.sessions) session.say(answer('c', { late: false }));
    expect((await next).text()).toContain('"late":false');
  });

  test('that its client left does not get the answer of the next one with its id', async () => {
    const rig = await startRig({ react: quiet, limits: { streamAfterMs: 1, cancelledMs: 60_000 } });
    const stream = await open(rig, modernAsk('slow', {}, 'c'));
    stream.break();
    await until(() => rig.sessions[0]?.messages().length === 2);
    const next = call(rig, modernAsk('slow', {}, 'c'));
    await until(() => rig.sessions.length === 2);
    rig.sessions[0]?.say(answer('c', { of: 'the first' }));
    rig.sessions[1]?.say(answer('c', { of: 'the second' }));
    expect((await next).text()).toContain('the second');
  });
});

describe('a server that speaks no 2026-07-28', () => {
  test('is left after it refused server/discover, so that no process of it stays behind', async () => {
    const rig = await startRig({
      react: (session, { id }) =>
        session.say({ jsonrpc: '2.0', id, error: { code: -32601, message: 'Method not found' } }),
    });
    const reply = await call(rig, modernAsk('server/discover'));
    expect(reply.status).toBe(404);
    await until(() => rig.sessions[0]?.left() === true);
  });

  test('and asks its client gets an error, since nobody may answer it', async () => {
    const rig = await startRig({ react: quiet });
    void call(rig, modernAsk('a', {}, 1)).catch(() => undefined);
    await heard(rig, 1);
    rig.sessions[0]?.say({ jsonrpc: '2.0', id: 'q', method: 'roots/list' });
    await until(() => rig.sessions[0]?.messages().length === 2);
    expect(rig.sessions[0]?.messages()[1]).toMatchObject({ id: 'q', error: { code: -32601 } });
  });
});

describe('the stream of a request', () => {
  const progress = (token: unknown) => ({
    jsonrpc: '2.0',
    method: 'notifications/progress',
    params: { progressToken: token, progress: 1 },
  });
  const log = {
    jsonrpc: '2.0',
    method: 'notifications/message',
    params: { level: 'info', data: 'x' },
  };
  const level = { 'io.modelcontextprotocol/logLevel': 'info' };

  test('carries its progress and no event ids', async () => {
    const rig = await startRig({ react: quiet });
    const both = ['p', 'q'].map((id) =>
      call(rig, modernAsk('work', {}, id, { progressToken: id })),
    );
    await heard(rig, 'p');
    await heard(rig, 'q');
    const [session] = rig.sessions;
    session?.say(progress('q'));
    session?.say(progress('nobody'));
    for (const id of ['p', 'q']) session?.say(answer(id));
    const [p, q] = await Promise.all(both);
    expect(p?.headers['content-type']).toBe('application/json');
    expect(q?.events()).toEqual([
      { id: undefined, data: JSON.stringify(progress('q')) },
      { id: undefined, data: JSON.stringify(answer('q')) },
    ]);
  });

  test('carries log messages where only one request asked for them, else nobody does', async () => {
    const rig = await startRig({ react: quiet });
    const quietOne = call(rig, modernAsk('work', {}, 'n'));
    await heard(rig, 'n');
    const loud = call(rig, modernAsk('work', {}, 'l', level));
    await heard(rig, 'l');
    rig.sessions[0]?.say(log);
    const louder = call(rig, modernAsk('work', {}, 'm', level));
    await heard(rig, 'm');
    rig.sessions[0]?.say(log);
    for (const id of ['n', 'l', 'm']) rig.sessions[0]?.say(answer(id));
    expect((await quietOne).headers['content-type']).toBe('application/json');
    expect((await loud).events()).toHaveLength(2);
    expect((await louder).headers['content-type']).toBe('application/json');
  });
});

describe('a subscription', () => {
  const listen = (id: string | number) =>
    modernAsk('subscriptions/listen', { notifications: { toolsListChanged: true } }, id);
  const tagged = (method: string, id: unknown) => ({
    jsonrpc: '2.0',
    method,
    params: { _meta: { 'io.modelcontextprotocol/subscriptionId': id } },
  });

  test('is a long stream with what is tagged for it, beside other requests', async () => {
    const rig = await startRig({ react: quiet });
    const opening = [1, 2].map((id) => open(rig, listen(id)));
    await heard(rig, 1);
    await heard(rig, 2);
    const [session] = rig.sessions;
    for (const id of [1, 2]) session?.say(tagged('notifications/subscriptions/acknowledged', id));
    const [one, two] = await Promise.all(opening);
    const other = call(rig, modernAsk('tools/list', {}, 3));
    await heard(rig, 3);
    session?.say(tagged('notifications/tools/list_changed', 2));
    session?.say({ jsonrpc: '2.0', method: 'notifications/tools/list_changed' });
    session?.say(answer(3));
    expect((await other).events().map(({ data }) => JSON.parse(data))).toContainEqual(answer(3));
    await until(() => two?.data().length === 2);
    expect(one?.data()).toHaveLength(1);
    expect(one?.ended()).toBe(false);
  });

  test('ends without a message when the server takes it down', async () => {
    const rig = await startRig({ react: quiet });
    const opening = open(rig, listen('s'));
    await heard(rig, 's');
    rig.sessions[0]?.say(tagged('notifications/subscriptions/acknowledged', 's'));
    const stream = await opening;
    await until(() => stream.data().length === 1);
    rig.sessions[0]?.say({
      jsonrpc: '2.0',
      method: 'notifications/cancelled',
      params: { requestId: 's' },
    });
    await until(stream.ended);
    expect(stream.data()).toHaveLength(1);
  });

  test('is called off at the server when its client closes it', async () => {
    const rig = await startRig({ react: quiet, limits: { streamAfterMs: 1 } });
    const stream = await open(rig, listen(4));
    stream.break();
    await until(() => rig.sessions[0]?.messages().at(-1)?.method === 'notifications/cancelled');
    expect(rig.sessions[0]?.messages().at(-1)?.params?.requestId).toBe(4);
  });

  test('is refused to a client that takes no event stream', async () => {
    const rig = await startRig({ react: quiet });
    const message = listen(1);
    const reply = await rig.post(message, {
      ...modernHeaders(message.method),
      accept: 'application/json',
    });
    expect(reply.status).toBe(406);
  });
});

describe('GET, DELETE and other methods', () => {
  test.each(['GET', 'DELETE'])('%s has no meaning in 2026-07-28', async (method) => {
    const rig = await startRig();
    const reply = await rig.send(method, {
      headers: { 'mcp-protocol-version': '2026-07-28', 'mcp-session-id': 'x' },
    });
    expect([reply.status, reply.headers.allow]).toEqual([405, 'POST']);
    expect((await rig.send(method)).status).toBe(405);
  });

  test.each(['PUT', 'PATCH', 'OPTIONS', 'TRACE'])('%s is not allowed', async (method) => {
    const rig = await startRig();
    expect((await rig.send(method)).status).toBe(405);
  });
});

describe('a notification of 2026-07-28', () => {
  const note = { jsonrpc: '2.0', method: 'notifications/x' };
  const version = { 'mcp-protocol-version': '2026-07-28' };

  test('begins no session, and reaches the one there is of a client that names itself', async () => {
    const rig = await startRig({ react: echo });
    expect((await rig.post(note, version)).status).toBe(202);
    expect(rig.sessions).toHaveLength(0);
    await call(rig, modernAsk('a'));
    const { id: _, ...named } = modernAsk('notifications/x');
    expect((await rig.post(named, version)).status).toBe(202);
    expect(rig.sessions[0]?.messages().at(-1)?.method).toBe('notifications/x');
  });
});

describe('headers and body', () => {
  const tool = (name: unknown, meta = {}) =>
    modernAsk('tools/call', { name, arguments: {} }, 'h', meta);
  const base64 = (text: string) => `=?base64?${Buffer.from(text).toString('base64')}?=`;

  test.each([
    ['plainly', 'get_weather', 'get_weather'],
    ['in Base64', 'größe', base64('größe')],
    ['in Base64 though it need not be', 'plain', base64('plain')],
    ['where the name looks like Base64', '=?base64?aGk=?=', base64('=?base64?aGk=?=')],
    ['with white space around it', 'a', ' a '],
  ])('may give the name %s', async (_, name, header) => {
    const rig = await startRig({ react: echo });
    expect((await call(rig, tool(name), header)).status).toBe(200);
  });

  const good = modernHeaders('tools/call', 'a');
  test.each([
    ['a missing version', { 'mcp-protocol-version': undefined }],
    ['another version', { 'mcp-protocol-version': '2025-11-25' }],
    ['a missing method', { 'mcp-method': undefined }],
    ['another method', { 'mcp-method': 'tools/list' }],
    ['a method in another case', { 'mcp-method': 'Tools/Call' }],
    ['a missing name', { 'mcp-name': undefined }],
    ['another name', { 'mcp-name': 'b' }],
    ['a name in broken Base64', { 'mcp-name': '=?base64?a?=' }],
    [
      'a name in Base64 that is no UTF-8',
      { 'mcp-name': `=?base64?${Buffer.of(0xff).toString('base64')}?=` },
    ],
    ['a name with bytes that are no ASCII', { 'mcp-name': 'a\xe9' }],
    ['a broken parameter', { 'mcp-param-region': '=?base64?*?=' }],
    ['a parameter given twice', { 'mcp-param-region': ['a', 'b'] }],
  ])('are refused for %s', async (_, change) => {
    const rig = await startRig({ react: echo });
    const reply = await rig.post(tool('a'), { ...good, ...change });
    expect([reply.status, reply.json().error?.code, reply.json().id]).toEqual([400, -32020, 'h']);
    expect(rig.sessions).toHaveLength(0);
  });

  test.each([
    ['resources/read', { uri: 'file:///a b' }, 'file:///a b'],
    ['prompts/get', { name: 'p' }, 'p'],
    ['tasks/get', { taskId: 't-1' }, 't-1'],
  ])('agree on the name for %s', async (method, params, name) => {
    const rig = await startRig({ react: echo });
    expect((await call(rig, modernAsk(method, params), name)).status).toBe(200);
    expect((await call(rig, modernAsk(method, params), `${name}x`)).status).toBe(400);
    expect((await call(rig, modernAsk(method, params))).status).toBe(400);
  });

  test('unknown parameters are none of our business', async () => {
    const rig = await startRig({ react: echo });
    expect((await rig.post(tool('a'), { ...good, 'mcp-param-region': 'us-west1' })).status).toBe(
      200,
    );
  });

  test.each([
    ['without an envelope', ask('tools/list', {}, 'e'), -32602],
    [
      'without capabilities',
      modernAsk('tools/list', {}, 'e', { 'io.modelcontextprotocol/clientCapabilities': undefined }),
      -32602,
    ],
    [
      'with a version that is no text',
      modernAsk('tools/list', {}, 'e', { 'io.modelcontextprotocol/protocolVersion': 7 }),
      -32602,
    ],
    ['that initializes', ask('initialize', {}, 'e'), -32020],
  ])('a request %s is refused', async (_, message, code) => {
    const rig = await startRig({ react: echo });
    const reply = await rig.post(message, modernHeaders(message.method));
    expect([reply.status, reply.json().error?.code, reply.json().id]).toEqual([400, code, 'e']);
  });

  test('a later version is answered with those that are served, and served where the server named it', async () => {
    let supportedVersions = ['2026-07-28'];
    const rig = await startRig({
      react: (session, { id, method }) =>
        session.say(answer(id, method === 'server/discover' ? { supportedVersions } : {})),
    });
    const version = '2031-01-01';
    const message = modernAsk('tools/list', {}, 'v', {
      'io.modelcontextprotocol/protocolVersion': version,
    });
    const later = { ...modernHeaders('tools/list'), 'mcp-protocol-version': version };
    const first = await rig.post(message, later);
    expect([first.status, first.json().id]).toEqual([400, 'v']);
    expect(first.json().error).toMatchObject({
      code: -32022,
      data: {
        supported: ['2026-07-28', '2025-11-25', '2025-06-18', '2025-03-26'],
        requested: version,
      },
    });
    await call(rig, modernAsk('server/discover'));
    const second = await rig.post(message, later);
    expect(second.json().error?.data).toEqual({ supported: supportedVersions, requested: version });
    supportedVersions = ['2026-07-28', version];
    await call(rig, modernAsk('server/discover'));
    expect((await rig.post(message, later)).status).toBe(200);
    expect((await rig.post(message, modernHeaders('tools/list'))).json().error?.code).toBe(-32020);
  });

  test.each([
    ['a response', answer('r')],
    ['a batch', [modernAsk('tools/list')]],
  ])('%s has no place', async (_, message) => {
    const rig = await startRig({ react: echo });
    expect((await rig.post(message, { 'mcp-protocol-version': '2026-07-28' })).status).toBe(400);
    expect(rig.sessions).toHaveLength(0);
  });
});

describe('a parameter that a tool mirrors into a header', () => {
  const mirror = (type: string, name: string) => ({ type, 'x-mcp-header': name });
  const properties = {
    region: mirror('string', 'Region'),
    count: mirror('integer', 'Count'),
    dry: mirror('boolean', 'Dry'),
    deep: { type: 'object', properties: { er: mirror('string', 'Deeper') } },
    list: { type: 'array', items: mirror('string', 'Never') },
  };
  const tools = [
    { name: 'sql', inputSchema: { type: 'object', properties } },
    { name: 'plain' },
    7,
  ];

  /** Calls `sql`, after its tools were listed, with these arguments and headers. */
  async function calls(args: unknown, headers: Record<string, string>, list = true) {
    const rig = await startRig({
      react: (session, { id, method }) =>
        session.say(answer(id, method === 'tools/list' ? { tools } : {})),
    });
    if (list) await call(rig, modernAsk('tools/list'));
    const message = modernAsk('tools/call', { name: 'sql', arguments: args }, 'm');
    const reply = await rig.post(message, { ...modernHeaders('tools/call', 'sql'), ...headers });
    return [reply.status, reply.json().error?.code];
  }

  test.each([
    [
      'says the same',
      { region: 'a', count: 42, dry: true, deep: { er: 'ä' } },
      {
        'Mcp-Param-Region': 'a',
        'mcp-param-count': '42.0',
        'mcp-param-dry': 'true',
        'mcp-param-deeper': '=?base64?w6Q=?=',
      },
    ],
    ['has nothing to say', { region: null, list: ['x'], more: 1 }, {}],
    ['is none of the arguments', {}, { 'mcp-param-region': 'a' }],
    ['cannot be mirrored', { region: { a: 1 }, count: 1e300 }, {}],
  ])('passes where it %s', async (_, args, headers: Record<string, string>) => {
    expect(await calls(args, headers)).toEqual([200, undefined]);
  });

  test.each([
    ['is missing', { region: 'a' }, {}],
    ['says something else', { region: 'a' }, { 'mcp-param-region': 'b' }],
    ['is another number', { count: 42 }, { 'mcp-param-count': '43' }],
    ['is no number', { count: 42 }, { 'mcp-param-count': '0x2a' }],
    ['is spelled otherwise', { dry: true }, { 'mcp-param-dry': 'TRUE' }],
    ['is missing below another', { deep: { er: 'x' } }, {}],
  ])('is refused where it %s', async (_, args, headers: Record<string, string>) => {
    expect(await calls(args, headers)).toEqual([400, -32020]);
  });

  test('is not known before its tool was listed', async () => {
    expect(await calls({ region: 'a' }, {}, false)).toEqual([200, undefined]);
  });
});
