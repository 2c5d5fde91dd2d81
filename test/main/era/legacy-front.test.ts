import { describe, expect, it } from 'vitest';
import { makeLegacyFront } from '../../../main/era/legacy-front.ts';
import { type FrontRig, frontRig, type Said } from './front-rig.ts';

const discover = {
  resultType: 'complete',
  supportedVersions: ['2026-07-28'],
  capabilities: {
    tools: { listChanged: true },
    resources: { subscribe: true, listChanged: true },
    logging: {},
    tasks: { list: {} },
  },
  instructions: 'Use it well.',
  ttlMs: 0,
  cacheScope: 'private',
  _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'srv', version: '3', icons: [] } },
};

const initialize = (capabilities: object = {}, protocolVersion = '2025-06-18') => ({
  jsonrpc: '2.0',
  id: 'init',
  method: 'initialize',
  params: { protocolVersion, capabilities, clientInfo: { name: 'old', version: '1' } },
});

/** A front whose client and server know each other. */
function met(capabilities: object = {}, limits = {}): FrontRig {
  const rig = frontRig(makeLegacyFront, limits);
  rig.client(initialize(capabilities));
  const [asked] = rig.heardByServer();
  rig.server({ jsonrpc: '2.0', id: asked.id, result: discover });
  rig.heardByClient();
  return rig;
}

const call = (id: unknown = 7, name = 'tool', more: object = {}) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name, arguments: { a: 1 }, ...more },
});

const form = { message: 'Who?', requestedSchema: { type: 'object', properties: {} } };
const inputRequired = (id: unknown, more: object) => ({
  jsonrpc: '2.0',
  id,
  result: { resultType: 'input_required', ...more },
});

describe('initialize in front of a modern server', () => {
  it('is answered with what server/discover says, in the version the client asked for', () => {
    const rig = frontRig(makeLegacyFront);
    rig.client(initialize({ roots: {}, tasks: {}, elicitation: {} }));
    const [asked] = rig.heardByServer();
    expect(asked).toMatchObject({
      method: 'server/discover',
      params: {
        _meta: {
          'io.modelcontextprotocol/protocolVersion': '2026-07-28',
          'io.modelcontextprotocol/clientInfo': { name: 'old', version: '1' },
          'io.modelcontextprotocol/clientCapabilities': { roots: {}, elicitation: {} },
        },
      },
    });
    expect(rig.heardByClient()).toEqual([]);
    rig.server({ jsonrpc: '2.0', id: asked.id, result: discover });
    const { tasks: _, ...capabilities } = discover.capabilities;
    expect(rig.heardByClient()).toEqual([
      {
        jsonrpc: '2.0',
        id: 'init',
        result: {
          protocolVersion: '2025-06-18',
          capabilities,
          serverInfo: { name: 'srv', version: '3', icons: [] },
          instructions: 'Use it well.',
        },
      },
    ]);
  });

  it('gets the newest legacy version where the client asked for one that nobody knows', () => {
    const rig = frontRig(makeLegacyFront);
    rig.client(initialize({}, '2031-01-01'));
    rig.server({ jsonrpc: '2.0', id: rig.heardByServer()[0].id, result: discover });
    expect(rig.heardByClient()[0].result.protocolVersion).toBe('2025-11-25');
  });

  it('names a server that does not name itself', () => {
    const rig = frontRig(makeLegacyFront);
    rig.client(initialize());
    const { _meta, ...anonymous } = discover;
    rig.server({ jsonrpc: '2.0', id: rig.heardByServer()[0].id, result: anonymous });
    expect(rig.heardByClient()[0].result.serverInfo).toEqual({
      name: 'unknown',
      version: 'unknown',
    });
  });

  it.each([
    ['an error', { error: { code: -32601, message: 'no' } }, -32601],
    [
      'no version in common',
      { result: { ...discover, supportedVersions: ['2030-01-01'] } },
      -32603,
    ],
    ['something else', { result: { tools: [] } }, -32603],
    [
      'other versions only',
      { error: { code: -32022, message: 'no', data: { supported: ['2030-01-01'] } } },
      -32602,
    ],
  ])('fails, and casts doubt on the era, where the server answers with %s', (_, answer, code) => {
    const rig = frontRig(makeLegacyFront);
    rig.client(initialize());
    rig.server({ jsonrpc: '2.0', id: rig.heardByServer()[0].id, ...answer });
    expect(rig.heardByClient()).toMatchObject([{ id: 'init', error: { code } }]);
    expect(rig.facts).toMatchObject([{ kind: 'wrong-era' }]);
  });

  it('fails where the server stays silent, and a late answer goes nowhere', () => {
    const rig = frontRig(makeLegacyFront);
    rig.client(initialize());
    const [asked] = rig.heardByServer();
    rig.pass(60_000);
    expect(rig.heardByClient()).toMatchObject([{ id: 'init', error: {} }]);
    rig.server({ jsonrpc: '2.0', id: asked.id, result: discover });
    expect(rig.heardByClient()).toEqual([]);
  });

  it('is refused while another waits', () => {
    const rig = frontRig(makeLegacyFront);
    rig.client(initialize());
    rig.client({ ...initialize(), id: 'again' });
    expect(rig.heardByClient()).toMatchObject([{ id: 'again', error: { code: -32600 } }]);
    expect(rig.heardByServer()).toHaveLength(1);
  });
});

describe('requests of a legacy client', () => {
  it('go on with the envelope and every other byte as it was', () => {
    const rig = met({ sampling: {} });
    rig.client(
      '{"jsonrpc":"2.0", "id" : 12345678901234567890,"method":"tools/call","params":{"name":"t", "arguments":{"n":12345678901234567890,"f":1.0,"n":1e400},"_meta":{ "progressToken":9007199254740993 }},"x":null}',
    );
    const [text] = rig.textsToServer();
    const envelope =
      '"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"old","version":"1"},"io.modelcontextprotocol/clientCapabilities":{"sampling":{}}';
    expect(text).toBe(
      `{"jsonrpc":"2.0", "id" : 2,"method":"tools/call","params":{"name":"t", "arguments":{"n":12345678901234567890,"f":1.0,"n":1e400},"_meta":{ "progressToken":9007199254740993,${envelope} }},"x":null}\n`,
    );
    rig.server(
      '{"id":2,"result":{"content":[], "resultType":"complete","big":12345678901234567890,"_meta":{}},"jsonrpc":"2.0"}',
    );
    expect(rig.textsToClient()).toEqual([
      '{"id":12345678901234567890,"result":{"content":[], "big":12345678901234567890,"_meta":{}},"jsonrpc":"2.0"}\n',
    ]);
  });

  it('lose modern members of _meta that the client made up', () => {
    const rig = met();
    rig.client(
      call(1, 't', {
        _meta: { 'io.modelcontextprotocol/clientCapabilities': { sampling: {} }, other: 1 },
      }),
    );
    expect(rig.heardByServer()[0].params._meta).toMatchObject({
      other: 1,
      'io.modelcontextprotocol/clientCapabilities': {},
    });
  });

  it.each([
    ['no params', undefined],
    ['params that are null', null],
  ])('get params of their own where there are %s', (_, params) => {
    const rig = met();
    rig.client({ jsonrpc: '2.0', id: 1, method: 'tools/list', params });
    expect(rig.heardByServer()[0].params._meta).toHaveProperty([
      'io.modelcontextprotocol/protocolVersion',
    ]);
  });

  it('hear errors as the server said them', () => {
    const rig = met();
    rig.client(call(7));
    const error = { code: -32021, message: 'needs', data: { requiredCapabilities: { roots: {} } } };
    rig.server({ jsonrpc: '2.0', id: rig.heardByServer()[0].id, error });
    expect(rig.heardByClient()).toEqual([{ jsonrpc: '2.0', id: 7, error }]);
  });

  it('are refused under an id that still waits', () => {
    const rig = met();
    rig.client(call(7));
    rig.client(call(7));
    expect(rig.heardByServer()).toHaveLength(1);
    expect(rig.heardByClient()).toMatchObject([{ id: 7, error: { code: -32600 } }]);
  });

  it('are refused beyond the limit', () => {
    const rig = met({}, { requests: 2 });
    for (const id of [1, 2, 3]) rig.client(call(id));
    expect(rig.heardByServer()).toHaveLength(2);
    expect(rig.heardByClient()).toMatchObject([{ id: 3, error: { code: -32603 } }]);
  });

  it('get ping answered here', () => {
    const rig = met();
    rig.client({ jsonrpc: '2.0', id: 'p', method: 'ping' });
    expect(rig.heardByClient()).toEqual([{ jsonrpc: '2.0', id: 'p', result: {} }]);
    expect(rig.heardByServer()).toEqual([]);
  });

  it('carry the log level that was set before', () => {
    const rig = met();
    rig.client(call(1));
    rig.client({ jsonrpc: '2.0', id: 2, method: 'logging/setLevel', params: { level: 'info' } });
    rig.client({ jsonrpc: '2.0', id: 3, method: 'logging/setLevel', params: { level: 'loud' } });
    rig.client(call(4));
    const [before, after] = rig.heardByServer();
    expect(before.params._meta).not.toHaveProperty(['io.modelcontextprotocol/logLevel']);
    expect(after.params._meta).toMatchObject({ 'io.modelcontextprotocol/logLevel': 'info' });
    expect(rig.heardByClient()).toMatchObject([
      { id: 2, result: {} },
      { id: 3, error: { code: -32602 } },
    ]);
  });

  it('of a batch are each taken for itself', () => {
    const rig = met();
    rig.client([call(1), { jsonrpc: '2.0', id: 2, method: 'ping' }]);
    expect(rig.heardByServer()).toMatchObject([{ method: 'tools/call' }]);
    expect(rig.heardByClient()).toMatchObject([{ id: 2 }]);
  });

  it('that are cancelled are cancelled at the server by the id it knows', () => {
    const rig = met();
    rig.client(call('seven'));
    const [{ id }] = rig.heardByServer();
    const params = { requestId: 'seven', reason: 'enough' };
    rig.client({ jsonrpc: '2.0', method: 'notifications/cancelled', params });
    rig.client({ jsonrpc: '2.0', method: 'notifications/cancelled', params });
    expect(rig.heardByServer()).toMatchObject([{ params: { requestId: id, reason: 'enough' } }]);
    rig.server({ jsonrpc: '2.0', id, result: { resultType: 'complete', content: [] } });
    expect(rig.heardByClient()).toMatchObject([{ id: 'seven', result: { content: [] } }]);
    expect(rig.timers.size).toBe(0);
  });
});

describe('results of a modern server', () => {
  const answerTo = (rig: FrontRig, request: Said, result: unknown) => {
    rig.client(request);
    rig.server({ jsonrpc: '2.0', id: rig.heardByServer()[0].id, result });
    return rig.heardByClient();
  };

  it('lose output schemas that legacy clients choke on, and no other tool', () => {
    const odd = { name: 'a', inputSchema: { type: 'object' }, outputSchema: { type: 'array' } };
    const even = { name: 'b', inputSchema: { type: 'object' }, outputSchema: { type: 'object' } };
    const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' };
    const result = { resultType: 'complete', tools: [odd, even], ttlMs: 5, cacheScope: 'public' };
    const { outputSchema: _, ...without } = odd;
    expect(answerTo(met(), list, result)).toEqual([
      { jsonrpc: '2.0', id: 1, result: { tools: [without, even], ttlMs: 5, cacheScope: 'public' } },
    ]);
  });

  it('keep structured content that is no object as text', () => {
    const result = { resultType: 'complete', content: [], structuredContent: [1, 2] };
    expect(answerTo(met(), call(1), result)[0].result).toEqual({
      content: [{ type: 'text', text: '[1,2]' }],
    });
  });

  it.each([
    ['of an unknown type', { resultType: 'task', task: {} }],
    ['that are no object', 'text'],
    ['that ask for nothing', { resultType: 'input_required' }],
    ['that ask in a broken way', { resultType: 'input_required', inputRequests: { a: 1 } }],
    ['with a state that is no text', { resultType: 'input_required', requestState: 1 }],
  ])('%s end in an answer the model can read', (_, result) => {
    expect(answerTo(met(), call(1), result)).toMatchObject([{ id: 1, result: { isError: true } }]);
  });

  it('of two types are believed in neither', () => {
    const rig = met();
    rig.client(call(1));
    const [{ id }] = rig.heardByServer();
    rig.server(
      `{"jsonrpc":"2.0","id":${id},"result":{"resultType":"input_required","content":[],"resultType":"complete"}}`,
    );
    expect(rig.heardByClient()).toMatchObject([{ id: 1, result: { isError: true } }]);
  });

  it('that ask for input where none may be asked for are errors', () => {
    const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' };
    const asks = { resultType: 'input_required', requestState: 's' };
    expect(answerTo(met(), list, asks)).toMatchObject([{ id: 1, error: { code: -31004 } }]);
  });
});

describe('what a modern server asks', () => {
  const able = { elicitation: {}, sampling: {}, roots: {} };

  it('comes to the client as requests, and goes back with the same call', () => {
    const rig = met(able);
    rig.client(call('c', 'tool', { _meta: { progressToken: 'p' } }));
    const [first] = rig.heardByServer();
    rig.server(
      inputRequired(first.id, {
        inputRequests: {
          who: { method: 'elicitation/create', params: form },
          say: { method: 'sampling/createMessage', params: { messages: [], maxTokens: 1 } },
          where: { method: 'roots/list' },
        },
        requestState: 'opaque "state" \u{1F600}',
      }),
    );
    const asked = rig.heardByClient();
    expect(asked.map(({ method }) => method)).toEqual([
      'elicitation/create',
      'sampling/createMessage',
      'roots/list',
    ]);
    expect(asked[0].params).toEqual(form);
    expect(asked[2]).not.toHaveProperty('params');
    const answers = [{ action: 'decline' }, { role: 'assistant' }, { roots: [] }];
    asked.forEach(({ id }, index) => {
      expect(rig.heardByServer()).toEqual([]);
      rig.client({ jsonrpc: '2.0', id, result: answers[index] });
    });
    const [second] = rig.heardByServer();
    expect(second.id).not.toBe(first.id);
    const { _meta, ...params } = second.params;
    expect(params).toEqual({
      name: 'tool',
      arguments: { a: 1 },
      inputResponses: { who: answers[0], say: answers[1], where: answers[2] },
      requestState: 'opaque "state" \u{1F600}',
    });
    expect(_meta).toEqual(first.params._meta);
    rig.server({ jsonrpc: '2.0', id: second.id, result: { resultType: 'complete', content: [] } });
    expect(rig.heardByClient()).toEqual([{ jsonrpc: '2.0', id: 'c', result: { content: [] } }]);
    expect(rig.timers.size).toBe(0);
  });

  it('passes bytes of questions, answers and state unchanged', () => {
    const rig = met(able);
    rig.client(call(1));
    const [{ id }] = rig.heardByServer();
    rig.server(
      `{"jsonrpc":"2.0","id":${id},"result":{"resultType":"input_required","inputRequests":{"k\\u0031":{"method":"sampling/createMessage","params":{"maxTokens": 12345678901234567890,"messages":[]}}},"requestState":"\\u0061\\/"}}`,
    );
    const [question] = rig.textsToClient();
    expect(question).toContain('"params":{"maxTokens": 12345678901234567890,"messages":[]}');
    const answer = '{"role":"assistant", "n":1.0, "n":12345678901234567890}';
    rig.client(
      `{"jsonrpc":"2.0","id":${JSON.stringify(JSON.parse(question ?? '').id)},"result":${answer}}`,
    );
    const [again] = rig.textsToServer();
    expect(again).toContain(`"inputResponses":{"k1":${answer}},"requestState":"\\u0061\\/"`);
  });

  it('replaces input the client made up itself', () => {
    const rig = met(able);
    rig.client(call(1, 't', { inputResponses: { x: 1 }, requestState: 'mine' }));
    const [first] = rig.heardByServer();
    rig.server(inputRequired(first.id, { requestState: 'theirs' }));
    rig.pass(250);
    const [second] = rig.heardByServer();
    expect(second.params.requestState).toBe('theirs');
    expect(second.params).not.toHaveProperty('inputResponses');
  });

  it('gets an id for a page to open, which 2025-11-25 wants', () => {
    const rig = met({ elicitation: { url: {} } });
    rig.client(call(1));
    const params = { mode: 'url', message: 'Sign in', url: 'https://example.com/' };
    const asks = { inputRequests: { u: { method: 'elicitation/create', params } } };
    rig.server(inputRequired(rig.heardByServer()[0].id, asks));
    expect(rig.heardByClient()[0].params).toEqual({ ...params, elicitationId: 'token-1' });
  });

  it.each([
    ['elicitation/create', form, {}],
    [
      'elicitation/create',
      { ...form, mode: 'url', url: 'https://e.example/' },
      { elicitation: {} },
    ],
    ['elicitation/create', form, { elicitation: { url: {} } }],
    ['sampling/createMessage', { messages: [], tools: [] }, { sampling: {} }],
    ['roots/list', {}, { sampling: {} }],
    ['tools/call', { name: 'x' }, able],
  ])('never reaches a client that may not be asked %s %j', (method, params, capabilities) => {
    const rig = met(capabilities);
    rig.client(call(1));
    const asks = { inputRequests: { k: { method, params } } };
    rig.server(inputRequired(rig.heardByServer()[0].id, asks));
    expect(rig.heardByClient()).toMatchObject([{ id: 1, result: { isError: true } }]);
    expect(rig.heardByServer()).toEqual([]);
  });

  it('ends the call where the client answers with an error, and takes the other questions back', () => {
    const rig = met(able);
    rig.client(call(1));
    const ask = { method: 'elicitation/create', params: form };
    rig.server(inputRequired(rig.heardByServer()[0].id, { inputRequests: { a: ask, b: ask } }));
    const [a, b] = rig.heardByClient();
    rig.client({ jsonrpc: '2.0', id: a.id, error: { code: -1, message: 'User said no' } });
    const heard = rig.heardByClient();
    expect(heard).toMatchObject([
      { method: 'notifications/cancelled', params: { requestId: b.id } },
      { id: 1, result: { isError: true } },
    ]);
    expect(heard[1].result.content[0].text).toContain('User said no');
    rig.client({ jsonrpc: '2.0', id: b.id, result: { action: 'accept' } });
    expect(rig.heardByServer()).toEqual([]);
    expect(rig.facts).toMatchObject([{ kind: 'dropped', from: 'client' }]);
  });

  it('ends in an answer after too many rounds', () => {
    const rig = met(able, { rounds: 3 });
    rig.client(call(1));
    for (let round = 0; round < 4; round += 1) {
      const [sent] = rig.heardByServer();
      rig.server(inputRequired(sent.id, { requestState: 'again' }));
      rig.pass(250);
    }
    expect(rig.heardByServer()).toEqual([]);
    expect(rig.heardByClient()).toMatchObject([{ id: 1, result: { isError: true } }]);
  });

  it('ends in an answer when nobody answers in time', () => {
    const rig = met(able);
    rig.client(call(1));
    const asks = { inputRequests: { a: { method: 'roots/list' } } };
    rig.server(inputRequired(rig.heardByServer()[0].id, asks));
    const [question] = rig.heardByClient();
    rig.pass(10 * 60_000);
    expect(rig.heardByClient()).toMatchObject([
      { method: 'notifications/cancelled', params: { requestId: question.id } },
      { id: 1, result: { isError: true } },
    ]);
  });

  it('is taken back when the client cancels the call meanwhile', () => {
    const rig = met(able);
    rig.client(call(1));
    const asks = { inputRequests: { a: { method: 'roots/list' } } };
    rig.server(inputRequired(rig.heardByServer()[0].id, asks));
    const [question] = rig.heardByClient();
    rig.client({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } });
    expect(rig.heardByClient()).toMatchObject([{ params: { requestId: question.id } }]);
    expect(rig.heardByServer()).toEqual([]);
    expect(rig.timers.size).toBe(0);
  });

  it('asks too much at once in vain', () => {
    const rig = met(able, { questions: 2 });
    rig.client(call(1));
    const ask = { method: 'roots/list' };
    const asks = { inputRequests: { a: ask, b: ask, c: ask } };
    rig.server(inputRequired(rig.heardByServer()[0].id, asks));
    expect(rig.heardByClient()).toMatchObject([{ id: 1, result: { isError: true } }]);
  });
});

describe('what has no place', () => {
  it('is a request of a modern server: it is told so', () => {
    const rig = met({ roots: {} });
    rig.server({ jsonrpc: '2.0', id: 's', method: 'roots/list' });
    expect(rig.heardByServer()).toMatchObject([{ id: 's', error: { code: -32601 } }]);
    expect(rig.heardByClient()).toEqual([]);
  });

  it('is an answer to nothing: it goes nowhere', () => {
    const rig = met();
    rig.server({ jsonrpc: '2.0', id: 99, result: { resultType: 'complete' } });
    rig.client({ jsonrpc: '2.0', id: 99, result: {} });
    expect([...rig.heardByClient(), ...rig.heardByServer()]).toEqual([]);
    expect(rig.facts).toHaveLength(2);
  });

  it('is what 2026-07-28 took out: it is swallowed', () => {
    const rig = met();
    for (const method of ['notifications/roots/list_changed', 'notifications/progress'])
      rig.client({ jsonrpc: '2.0', method, params: {} });
    expect(rig.heardByServer()).toEqual([]);
  });

  it('is no message: the relay judges it', () => {
    const rig = met();
    rig.server('Listening on stdio');
    expect(rig.textsToClient()).toEqual(['Listening on stdio\n']);
  });
});

it('passes progress, logs and unknown notifications on as they are', () => {
  const rig = met();
  const said = ['notifications/progress', 'notifications/message', 'notifications/x'].map(
    (method) => `{"jsonrpc":"2.0","method":"${method}","params":{"progressToken":1.0}}`,
  );
  for (const text of said) rig.server(text);
  expect(rig.textsToClient()).toEqual(said.map((text) => `${text}\n`));
});

it('says nothing after its end', () => {
  const rig = met();
  rig.client(call(1));
  const [{ id }] = rig.heardByServer();
  rig.front.end();
  rig.server({ jsonrpc: '2.0', id, result: { resultType: 'complete' } });
  rig.pass(1e9);
  expect(rig.heardByClient()).toEqual([]);
});
