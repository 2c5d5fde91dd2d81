import { describe, expect, it } from 'vitest';
import { makeModernFront } from '../../../main/era/modern-front.ts';
import { frontRig, modernMeta } from './front-rig.ts';

const initialized = {
  protocolVersion: '2025-06-18',
  capabilities: {
    tools: { listChanged: true },
    resources: { subscribe: true, listChanged: true },
    logging: {},
    tasks: {},
  },
  serverInfo: { name: 'old', version: '9', title: 'Old', icons: [{ src: 'data:' }] },
  instructions: 'Mind the gap.',
};

const ask = (id: unknown, method: string, params: object = {}, meta = modernMeta()) => ({
  jsonrpc: '2.0',
  id,
  method,
  params: { ...params, _meta: meta },
});

const serverInfo = {
  'io.modelcontextprotocol/serverInfo': { name: 'old', version: '9', title: 'Old' },
};

/** A front whose server has been initialised. */
function met(capabilities: object = {}, limits = {}, result: object = initialized) {
  const rig = frontRig(makeModernFront, limits);
  rig.client(ask('d', 'server/discover', {}, modernMeta(capabilities)));
  rig.server({ jsonrpc: '2.0', id: rig.heardByServer()[0].id, result });
  rig.heardByClient();
  rig.heardByServer();
  return rig;
}

describe('server/discover in front of a legacy server', () => {
  it('initialises the server once, with what the request says of its client', () => {
    const rig = frontRig(makeModernFront);
    expect(rig.front.begun()).toBe(false);
    rig.client(ask('d', 'server/discover', {}, modernMeta({ roots: {} })));
    rig.client(ask('e', 'server/discover'));
    const asked = rig.heardByServer();
    expect(asked).toEqual([
      {
        jsonrpc: '2.0',
        id: 1,
        method: 'initialize',
        params: {
          protocolVersion: '2025-11-25',
          capabilities: { roots: {} },
          clientInfo: { name: 'modern', version: '2' },
        },
      },
    ]);
    rig.server({ jsonrpc: '2.0', id: 1, result: initialized });
    expect(rig.heardByServer()).toEqual([{ jsonrpc: '2.0', method: 'notifications/initialized' }]);
    const { tasks: _, ...capabilities } = initialized.capabilities;
    const result = {
      resultType: 'complete',
      supportedVersions: ['2026-07-28'],
      capabilities,
      instructions: 'Mind the gap.',
      ttlMs: 0,
      cacheScope: 'private',
      _meta: serverInfo,
    };
    expect(rig.heardByClient()).toEqual([
      { jsonrpc: '2.0', id: 'd', result },
      { jsonrpc: '2.0', id: 'e', result },
    ]);
  });

  it.each([
    ['an error', { error: { code: -32022, message: 'modern only' } }],
    ['a version nobody knows', { result: { ...initialized, protocolVersion: '1999-01-01' } }],
    ['no object', { result: 'hi' }],
  ])('fails for all who wait where initialize is answered with %s', (_, answer) => {
    const rig = frontRig(makeModernFront);
    rig.client(ask(1, 'server/discover'));
    rig.client(ask(2, 'tools/call', { name: 't' }));
    rig.server({ jsonrpc: '2.0', id: rig.heardByServer()[0].id, ...answer });
    expect(rig.heardByClient()).toMatchObject([
      { id: 1, error: { code: -31003 } },
      { id: 2, result: { isError: true, resultType: 'complete' } },
    ]);
    expect(rig.facts).toMatchObject([{ kind: 'wrong-era' }]);
    rig.client(ask(3, 'server/discover'));
    expect(rig.heardByServer()).toMatchObject([{ method: 'initialize' }]);
  });

  it('fails where the server is slow, and works once it is there after all', () => {
    const rig = frontRig(makeModernFront);
    rig.client(ask(1, 'server/discover'));
    rig.pass(60_000);
    expect(rig.heardByClient()).toMatchObject([{ id: 1, error: {} }]);
    rig.client(ask(2, 'server/discover'));
    const [asked, ...more] = rig.heardByServer();
    expect(more).toEqual([]);
    rig.server({ jsonrpc: '2.0', id: asked.id, result: initialized });
    expect(rig.heardByClient()).toMatchObject([{ id: 2, result: {} }]);
  });
});

describe('a request that waits for the server to stand', () => {
  it('can be cancelled, and its id cannot be used twice', () => {
    const rig = frontRig(makeModernFront);
    rig.client(ask('l', 'subscriptions/listen', { notifications: { toolsListChanged: true } }));
    rig.client(ask('d', 'server/discover'));
    rig.client(ask('d', 'server/discover'));
    expect(rig.heardByClient()).toMatchObject([{ id: 'd', error: { code: -32600 } }]);
    rig.client({
      jsonrpc: '2.0',
      method: 'notifications/cancelled',
      params: { requestId: 'l' },
    });
    rig.server({ jsonrpc: '2.0', id: rig.heardByServer()[0].id, result: initialized });
    expect(rig.heardByClient()).toMatchObject([{ id: 'd', result: {} }]);
    rig.server({ jsonrpc: '2.0', method: 'notifications/tools/list_changed' });
    expect(rig.heardByClient()).toEqual([]);
  });
});

describe('the envelope of a modern request', () => {
  it.each([
    ['no _meta', undefined, -32602],
    ['no version', {}, -32602],
    ['a version that is no text', { 'io.modelcontextprotocol/protocolVersion': 1 }, -32602],
    ['another version', { 'io.modelcontextprotocol/protocolVersion': '2030-01-01' }, -32022],
    ['no capabilities', { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' }, -32602],
    [
      'a log level nobody knows',
      modernMeta({}, { 'io.modelcontextprotocol/logLevel': 'x' }),
      -32602,
    ],
  ])('with %s is refused before the server hears of it', (_, meta, code) => {
    const rig = frontRig(makeModernFront);
    const params = meta === undefined ? {} : { _meta: meta };
    rig.client({ jsonrpc: '2.0', id: 1, method: 'tools/list', params });
    expect(rig.heardByClient()).toMatchObject([{ id: 1, error: { code } }]);
    expect(rig.heardByServer()).toEqual([]);
    expect(rig.front.begun()).toBe(false);
  });

  it('that says something twice is refused', () => {
    const rig = frontRig(makeModernFront);
    const meta = JSON.stringify(modernMeta()).replace(
      '{',
      '{"io.modelcontextprotocol/protocolVersion":"2030-01-01",',
    );
    rig.client(`{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":${meta}}}`);
    expect(rig.heardByClient()).toMatchObject([{ id: 1, error: { code: -32602 } }]);
  });

  it('lists the version it could be', () => {
    const rig = frontRig(makeModernFront);
    const meta = { ...modernMeta(), 'io.modelcontextprotocol/protocolVersion': '2030-01-01' };
    rig.client(ask(1, 'server/discover', {}, meta));
    expect(rig.heardByClient()[0].error.data).toEqual({
      supported: ['2026-07-28'],
      requested: '2030-01-01',
    });
  });
});

describe('requests of a modern client', () => {
  it('lose the envelope, get an id and a progress token of ours, and keep every other byte', () => {
    const rig = met();
    const meta = JSON.stringify(modernMeta()).slice(1, -1);
    rig.client(
      `{"jsonrpc":"2.0","params": {"name":"t","arguments":{"n":12345678901234567890,"f":1.0,"n":2}, "_meta": {"progressToken":9007199254740993,${meta},"traceparent":"00-1"} },"id":"c","method":"tools/call"}`,
    );
    const [text] = rig.textsToServer();
    expect(text).toBe(
      '{"jsonrpc":"2.0","params": {"name":"t","arguments":{"n":12345678901234567890,"f":1.0,"n":2}, "_meta": {"traceparent":"00-1","progressToken":2} },"id":2,"method":"tools/call"}\n',
    );
    rig.server(
      '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":2,"progress":0.50}}',
    );
    expect(rig.textsToClient()).toEqual([
      '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":9007199254740993,"progress":0.50}}\n',
    ]);
    rig.server('{"jsonrpc":"2.0","id":2,"result":{"content":[] ,"n":12345678901234567890}}');
    expect(rig.textsToClient()).toEqual([
      `{"jsonrpc":"2.0","id":"c","result":{"content":[] ,"n":12345678901234567890,"resultType":"complete","_meta":${JSON.stringify(serverInfo)}}}\n`,
    ]);
  });

  it.each([
    'tools/list',
    'prompts/list',
    'resources/list',
    'resources/templates/list',
    'resources/read',
  ])('%s is told that nothing of it may be kept', (method) => {
    const rig = met();
    rig.client(ask(1, method));
    rig.server({ jsonrpc: '2.0', id: rig.heardByServer()[0].id, result: { x: 1, ttlMs: -1 } });
    expect(rig.heardByClient()[0].result).toEqual({
      x: 1,
      resultType: 'complete',
      ttlMs: 0,
      cacheScope: 'private',
      _meta: serverInfo,
    });
  });

  it('believe no legacy server that its result is of another type', () => {
    const rig = met();
    rig.client(ask(1, 'tools/call', { name: 't' }));
    const result = { resultType: 'input_required', requestState: 's', _meta: { a: 1 } };
    rig.server({ jsonrpc: '2.0', id: rig.heardByServer()[0].id, result });
    expect(rig.heardByClient()[0].result).toEqual({
      requestState: 's',
      _meta: { a: 1, ...serverInfo },
      resultType: 'complete',
    });
  });

  it('get an answer where the server gives none that is one', () => {
    const rig = met();
    rig.client(ask(1, 'tools/list'));
    rig.server({ jsonrpc: '2.0', id: rig.heardByServer()[0].id, result: [] });
    expect(rig.heardByClient()).toMatchObject([{ id: 1, error: { code: -31004 } }]);
  });

  it.each([
    [-32002, -32602],
    [-32042, -32603],
    [-32022, -32603],
    [-32601, -32601],
    [-32001, -32001],
    [7, 7],
  ])('hear the error %i as %i', (code, heard) => {
    const rig = met();
    rig.client(ask(1, 'resources/read', { uri: 'x' }));
    const error = { code, message: 'm', data: { a: 1 } };
    rig.server({ jsonrpc: '2.0', id: rig.heardByServer()[0].id, error });
    expect(rig.heardByClient()).toEqual([
      { jsonrpc: '2.0', id: 1, error: { ...error, code: heard } },
    ]);
  });

  it.each(['ping', 'initialize', 'logging/setLevel', 'resources/subscribe', 'tasks/get'])(
    '%s is not known',
    (method) => {
      const rig = met();
      rig.client(ask(1, method));
      expect(rig.heardByClient()).toMatchObject([{ id: 1, error: { code: -32601 } }]);
      expect(rig.heardByServer()).toEqual([]);
    },
  );

  it('of a name nobody knows go to the server', () => {
    const rig = met();
    rig.client(ask(1, 'acme/do', { x: 1 }));
    expect(rig.heardByServer()).toEqual([
      { jsonrpc: '2.0', id: 2, method: 'acme/do', params: { x: 1, _meta: {} } },
    ]);
  });

  it('are refused under an id that waits, and beyond the limit', () => {
    const rig = met({}, { requests: 2 });
    for (const id of [1, 1, 2, 3]) rig.client(ask(id, 'tools/list'));
    expect(rig.heardByServer()).toHaveLength(2);
    expect(rig.heardByClient()).toMatchObject([
      { id: 1, error: { code: -32600 } },
      { id: 3, error: { code: -32603 } },
    ]);
  });

  it('that are cancelled are cancelled at the server, and get no late answer', () => {
    const rig = met();
    rig.client(ask('c', 'tools/call', { name: 't' }));
    const [{ id }] = rig.heardByServer();
    const params = { requestId: 'c', reason: 'enough' };
    rig.client({ jsonrpc: '2.0', method: 'notifications/cancelled', params });
    expect(rig.heardByServer()).toMatchObject([{ params: { requestId: id, reason: 'enough' } }]);
    rig.server({ jsonrpc: '2.0', id, result: { content: [] } });
    expect(rig.heardByClient()).toEqual([]);
    expect(rig.timers.size).toBe(0);
  });

  it('that are cancelled before the server stands never reach it', () => {
    const rig = frontRig(makeModernFront);
    rig.client(ask('c', 'tools/call', { name: 't' }));
    const [{ id }] = rig.heardByServer();
    const params = { requestId: 'c' };
    rig.client({ jsonrpc: '2.0', method: 'notifications/cancelled', params });
    rig.server({ jsonrpc: '2.0', id, result: initialized });
    expect(rig.heardByServer()).toMatchObject([{ method: 'notifications/initialized' }]);
    expect(rig.heardByClient()).toEqual([]);
  });

  it('set the log level, and hear only what one of them asked for', () => {
    const rig = met();
    const log = (level: string) =>
      rig.server({ jsonrpc: '2.0', method: 'notifications/message', params: { level, data: 1 } });
    log('error');
    expect(rig.heardByClient()).toEqual([]);
    const level = (name: string) => modernMeta({}, { 'io.modelcontextprotocol/logLevel': name });
    rig.client(ask(1, 'tools/call', { name: 't' }, level('warning')));
    rig.client(ask(2, 'tools/call', { name: 't' }, level('error')));
    const heard = rig.heardByServer();
    expect(heard.map(({ method }) => method)).toEqual([
      'logging/setLevel',
      'tools/call',
      'tools/call',
    ]);
    expect(heard[0].params).toEqual({ level: 'warning' });
    for (const name of ['info', 'warning', 'alert']) log(name);
    expect(rig.heardByClient().map(({ params }) => params.level)).toEqual(['warning', 'alert']);
    rig.server({ jsonrpc: '2.0', id: heard[1].id, result: { content: [] } });
    rig.heardByClient();
    log('warning');
    expect(rig.heardByClient()).toEqual([]);
  });
});

describe('subscriptions/listen', () => {
  const id = 'io.modelcontextprotocol/subscriptionId';
  const listen = (rig: ReturnType<typeof met>, name: unknown, notifications: unknown) =>
    rig.client(ask(name, 'subscriptions/listen', { notifications }));

  it('is acknowledged with what the server can tell, and hears only that', () => {
    const rig = met();
    listen(rig, 'l', { toolsListChanged: true, promptsListChanged: true });
    listen(rig, 5, { resourcesListChanged: true });
    expect(rig.heardByClient()).toEqual([
      {
        jsonrpc: '2.0',
        method: 'notifications/subscriptions/acknowledged',
        params: { _meta: { [id]: 'l' }, notifications: { toolsListChanged: true } },
      },
      {
        jsonrpc: '2.0',
        method: 'notifications/subscriptions/acknowledged',
        params: { _meta: { [id]: 5 }, notifications: { resourcesListChanged: true } },
      },
    ]);
    rig.server({ jsonrpc: '2.0', method: 'notifications/tools/list_changed' });
    rig.server({ jsonrpc: '2.0', method: 'notifications/prompts/list_changed' });
    expect(rig.heardByClient()).toEqual([
      {
        jsonrpc: '2.0',
        method: 'notifications/tools/list_changed',
        params: { _meta: { [id]: 'l' } },
      },
    ]);
  });

  it('watches resources by resources/subscribe, and leaves out what the server refuses', () => {
    const rig = met();
    listen(rig, 'l', { resourceSubscriptions: ['file:///a', 'file:///b', 7] });
    expect(rig.heardByClient()).toEqual([]);
    const [a, b] = rig.heardByServer();
    expect([a, b]).toMatchObject([
      { method: 'resources/subscribe', params: { uri: 'file:///a' } },
      { method: 'resources/subscribe', params: { uri: 'file:///b' } },
    ]);
    rig.server({ jsonrpc: '2.0', id: a.id, result: {} });
    rig.server({ jsonrpc: '2.0', id: b.id, error: { code: -32002, message: 'no' } });
    expect(rig.heardByClient()).toMatchObject([
      { params: { notifications: { resourceSubscriptions: ['file:///a'] } } },
    ]);
    rig.heardByServer();
    const updated = (uri: string) =>
      rig.server({ jsonrpc: '2.0', method: 'notifications/resources/updated', params: { uri } });
    for (const uri of ['file:///a', 'file:///a/part', 'file:///b']) updated(uri);
    expect(rig.heardByClient().map(({ params }) => [params.uri, params._meta[id]])).toEqual([
      ['file:///a', 'l'],
      ['file:///a/part', 'l'],
    ]);
  });

  it('ends when the client cancels it, and with it what nobody else watches', () => {
    const rig = met();
    listen(rig, 'l', { resourceSubscriptions: ['file:///a'] });
    listen(rig, 'm', { resourceSubscriptions: ['file:///a'] });
    for (const { id } of rig.heardByServer()) rig.server({ jsonrpc: '2.0', id, result: {} });
    const cancel = (requestId: string) =>
      rig.client({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId } });
    cancel('l');
    expect(rig.heardByServer()).toEqual([]);
    cancel('m');
    expect(rig.heardByServer()).toMatchObject([
      { method: 'resources/unsubscribe', params: { uri: 'file:///a' } },
    ]);
    rig.heardByClient();
    rig.server({
      jsonrpc: '2.0',
      method: 'notifications/resources/updated',
      params: { uri: 'file:///a' },
    });
    expect(rig.heardByClient()).toEqual([]);
  });

  it.each([
    ['names nothing', {}, undefined, -32602],
    ['watches too much', { watched: 1 }, { resourceSubscriptions: ['a', 'b'] }, -32603],
    ['is one too many', { subscriptions: 0 }, {}, -32603],
  ])('is refused where it %s', (_, limits, notifications, code) => {
    const rig = met({}, limits);
    listen(rig, 'l', notifications);
    expect(rig.heardByClient()).toMatchObject([{ id: 'l', error: { code } }]);
  });
});

describe('what has no place', () => {
  it('goes nowhere', () => {
    const rig = met();
    rig.server({ jsonrpc: '2.0', id: 99, result: {} });
    rig.client({ jsonrpc: '2.0', id: 99, result: {} });
    rig.client({ jsonrpc: '2.0', method: 'notifications/initialized' });
    rig.server({ jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: 9 } });
    rig.server({ jsonrpc: '2.0', method: 'notifications/progress', params: {} });
    rig.server({ jsonrpc: '2.0', method: 'notifications/elicitation/complete', params: {} });
    expect([...rig.heardByClient(), ...rig.heardByServer()]).toEqual([]);
    expect(rig.facts).toHaveLength(2);
  });

  it('is answered here where it is a ping of the server', () => {
    const rig = met();
    rig.server({ jsonrpc: '2.0', id: 'p', method: 'ping' });
    expect(rig.heardByServer()).toEqual([{ jsonrpc: '2.0', id: 'p', result: {} }]);
  });
});
