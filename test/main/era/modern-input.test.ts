import { describe, expect, it } from 'vitest';
import { makeModernFront } from '../../../main/era/modern-front.ts';
import { type FrontRig, frontRig, modernMeta, type Said } from './front-rig.ts';

const able = { elicitation: { form: {}, url: {} }, sampling: {}, roots: {} };
const initialized = {
  protocolVersion: '2025-11-25',
  capabilities: { tools: {} },
  serverInfo: { name: 'old', version: '9' },
};
const form = { message: 'Who?', requestedSchema: { type: 'object', properties: {} } };

const call = (id: unknown, more: object = {}, meta = modernMeta(able)) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name: 't', arguments: { n: 1 }, ...more, _meta: meta },
});

function met(limits = {}, capabilities: object = able) {
  const rig = frontRig(makeModernFront, limits);
  const meta = modernMeta(capabilities);
  rig.client({ jsonrpc: '2.0', id: 'd', method: 'server/discover', params: { _meta: meta } });
  rig.server({ jsonrpc: '2.0', id: rig.heardByServer()[0].id, result: initialized });
  rig.heardByClient();
  rig.heardByServer();
  return rig;
}

const elicit = (id: unknown, params: object = form) => ({
  jsonrpc: '2.0',
  id,
  method: 'elicitation/create',
  params,
});

/** A call that its server has answered with a question. */
function asked(rig: FrontRig, id: unknown = 'c') {
  rig.client(call(id));
  const [sent] = rig.heardByServer();
  rig.server(elicit('q'));
  const [{ result }] = rig.heardByClient();
  return { sent, result, key: Object.keys(result.inputRequests)[0] ?? '' };
}

const retry = (id: unknown, result: Said, inputResponses: object) =>
  call(id, { inputResponses, requestState: result.requestState });

describe('what a legacy server asks during a call', () => {
  it('ends the round with input_required, and the retry goes on with the same call', () => {
    const rig = met();
    const { sent, result, key } = asked(rig);
    expect(result).toMatchObject({
      resultType: 'input_required',
      requestState: 'token-1',
      inputRequests: { [key]: { method: 'elicitation/create', params: form } },
    });
    expect(rig.heardByServer()).toEqual([]);
    rig.client(retry('c2', result, { [key]: { action: 'accept', content: {} } }));
    expect(rig.heardByServer()).toEqual([
      { jsonrpc: '2.0', id: 'q', result: { action: 'accept', content: {} } },
    ]);
    expect(rig.heardByClient()).toEqual([]);
    rig.server({ jsonrpc: '2.0', id: sent.id, result: { content: [] } });
    expect(rig.heardByClient()).toMatchObject([{ id: 'c2', result: { resultType: 'complete' } }]);
    expect(rig.timers.size).toBe(0);
  });

  it('passes bytes of questions and answers, and leaves out what 2026-07-28 does not know', () => {
    const rig = met();
    rig.client(call(1));
    rig.server(
      '{"jsonrpc":"2.0","id":12345678901234567890,"method":"elicitation/create","params":{"mode":"url","elicitationId":"e", "url":"https://e.example/","n":1.0,"_meta":{"progressToken":3},"message":"\\u0061"}}',
    );
    const [text = ''] = rig.textsToClient();
    expect(text).toContain(
      '"params":{"mode":"url","url":"https://e.example/","n":1.0,"_meta":{},"message":"\\u0061"}',
    );
    const answer = '{"action":"accept", "content":{"n":12345678901234567890}}';
    const params = `"name":"t","arguments":{"n":1},"requestState":"token-1","inputResponses":{"elicitation-1-1":${answer}},"_meta":${JSON.stringify(modernMeta(able))}`;
    rig.textsToServer();
    rig.client(`{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{${params}}}`);
    expect(rig.textsToServer()).toEqual([
      `{"jsonrpc":"2.0","id":12345678901234567890,"result":${answer}}\n`,
    ]);
  });

  it('follows the progress token of the round that waits', () => {
    const rig = met();
    rig.client(call(1, {}, modernMeta(able, { progressToken: 'first' })));
    const [sent] = rig.heardByServer();
    const token = sent.params._meta.progressToken;
    const progress = (n: number) =>
      rig.server({
        jsonrpc: '2.0',
        method: 'notifications/progress',
        params: { progressToken: token, progress: n },
      });
    progress(1);
    rig.server(elicit('q'));
    progress(2);
    const heard = rig.heardByClient();
    expect(heard).toMatchObject([{ params: { progressToken: 'first' } }, { id: 1 }]);
    const state = { requestState: 'token-1' };
    const answers = { inputResponses: { 'elicitation-1-1': { action: 'cancel' } } };
    rig.client(call(2, { ...state, ...answers }, modernMeta(able, { progressToken: 2 })));
    progress(3);
    expect(rig.heardByClient()).toMatchObject([{ params: { progressToken: 2, progress: 3 } }]);
  });

  it('comes one after the other where there are several', () => {
    const rig = met();
    const { sent, result, key } = asked(rig);
    rig.server(elicit('q2'));
    rig.server({ jsonrpc: '2.0', id: 'q3', method: 'roots/list' });
    expect(rig.heardByClient()).toEqual([]);
    rig.client(retry(2, result, { [key]: { action: 'decline' } }));
    expect(rig.heardByServer()).toMatchObject([{ id: 'q' }]);
    const [second] = rig.heardByClient();
    const keys = Object.keys(second.result.inputRequests);
    expect(keys).toHaveLength(2);
    expect(second.result.inputRequests[keys[1] ?? '']).toEqual({ method: 'roots/list' });
    const answers = { [keys[0] ?? '']: { action: 'cancel' }, [keys[1] ?? '']: { roots: [] } };
    rig.client(retry(3, second.result, answers));
    expect(rig.heardByServer()).toEqual([
      { jsonrpc: '2.0', id: 'q2', result: { action: 'cancel' } },
      { jsonrpc: '2.0', id: 'q3', result: { roots: [] } },
    ]);
    rig.server({ jsonrpc: '2.0', id: sent.id, error: { code: 1, message: 'm' } });
    expect(rig.heardByClient()).toMatchObject([{ id: 3, error: { code: 1 } }]);
  });

  it('is asked again where the client left it out or answered with something else', () => {
    const rig = met();
    const { result, key } = asked(rig);
    rig.client(retry(2, result, { [key]: 'yes', other: { action: 'accept' } }));
    expect(rig.heardByServer()).toEqual([]);
    expect(rig.heardByClient()).toMatchObject([
      { id: 2, result: { resultType: 'input_required', requestState: 'token-2' } },
    ]);
  });

  it('is over where the server answers the call meanwhile: the retry gets that answer', () => {
    const rig = met();
    const { sent, result, key } = asked(rig);
    rig.server({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'q' } });
    rig.server({ jsonrpc: '2.0', id: sent.id, result: { content: ['late'] } });
    expect(rig.heardByClient()).toEqual([]);
    rig.client(retry(2, result, { [key]: { action: 'accept' } }));
    expect(rig.heardByServer()).toEqual([]);
    expect(rig.heardByClient()).toMatchObject([{ id: 2, result: { content: ['late'] } }]);
  });

  it('is refused where this client cannot be asked it', () => {
    const rig = met({}, { sampling: {} });
    rig.client(call(1, {}, modernMeta({ sampling: {} })));
    rig.heardByServer();
    rig.server(elicit('q'));
    expect(rig.heardByServer()).toMatchObject([{ id: 'q', error: { code: -32601 } }]);
    expect(rig.heardByClient()).toEqual([]);
  });

  it('is refused where this request says that it cannot, though the first one could', () => {
    const rig = met();
    rig.client(call(1, {}, modernMeta({})));
    rig.heardByServer();
    rig.server(elicit('q'));
    expect(rig.heardByServer()).toMatchObject([{ id: 'q', error: { code: -32601 } }]);
  });

  it('goes to the call that can be asked it', () => {
    const rig = met();
    rig.client(call('able'));
    rig.client(call('unable', {}, modernMeta({})));
    rig.server(elicit('q'));
    expect(rig.heardByClient()).toMatchObject([{ id: 'able' }]);
  });

  it('is refused under an id that waits, and where no client knows it', () => {
    const rig = met();
    asked(rig);
    rig.server(elicit('q'));
    rig.server({ jsonrpc: '2.0', id: 'x', method: 'acme/ask' });
    expect(rig.heardByServer()).toMatchObject([
      { id: 'q', error: { code: -32600 } },
      { id: 'x', error: { code: -32601 } },
    ]);
  });

  it('is declined after too many rounds, and the call still gets its answer', () => {
    const rig = met({ rounds: 2 });
    rig.client(call(0));
    const [sent] = rig.heardByServer();
    for (const round of [1, 2]) {
      rig.server(elicit(`q${round}`));
      const [{ result }] = rig.heardByClient();
      const [key = ''] = Object.keys(result.inputRequests);
      rig.client(retry(round, result, { [key]: { action: 'accept' } }));
      rig.heardByServer();
    }
    rig.server(elicit('q3'));
    expect(rig.heardByServer()).toEqual([
      { jsonrpc: '2.0', id: 'q3', result: { action: 'cancel' } },
    ]);
    rig.server({ jsonrpc: '2.0', id: sent.id, result: { content: [] } });
    expect(rig.heardByClient()).toMatchObject([{ id: 2, result: { content: [] } }]);
  });
});

describe('requestState', () => {
  it.each([
    ['it is made up', () => call(2, { requestState: 'token-9' })],
    ['it is no text', () => call(2, { requestState: 5 })],
    [
      'the arguments are others',
      (s: Said) => ({
        ...retry(2, s, {}),
        params: { ...retry(2, s, {}).params, arguments: { n: 2 } },
      }),
    ],
    [
      'the tool is another',
      (s: Said) => ({ ...retry(2, s, {}), params: { ...retry(2, s, {}).params, name: 'u' } }),
    ],
    ['the method is another', (s: Said) => ({ ...retry(2, s, {}), method: 'prompts/get' })],
    [
      'the answers are no object',
      (s: Said) => call(2, { inputResponses: [], requestState: s.requestState }),
    ],
  ])('is refused where %s, and the call goes on waiting', (_, request) => {
    const rig = met();
    const { result, key } = asked(rig);
    rig.client(request(result));
    expect(rig.heardByClient()).toMatchObject([{ id: 2, error: { code: -32602 } }]);
    expect(rig.heardByServer()).toEqual([]);
    rig.client(retry(3, result, { [key]: { action: 'accept' } }));
    expect(rig.heardByServer()).toMatchObject([{ id: 'q' }]);
  });

  it('is good once', () => {
    const rig = met();
    const { result, key } = asked(rig);
    rig.client(retry(2, result, { [key]: { action: 'accept' } }));
    rig.client(retry(3, result, { [key]: { action: 'accept' } }));
    expect(rig.heardByServer()).toHaveLength(1);
    expect(rig.heardByClient()).toMatchObject([{ id: 3, error: { code: -32602 } }]);
  });

  it('expires: the server hears that nobody answered, and that the call is off', () => {
    const rig = met();
    const { sent, result } = asked(rig);
    rig.pass(10 * 60_000);
    expect(rig.heardByServer()).toMatchObject([
      { method: 'notifications/cancelled', params: { requestId: sent.id } },
      { id: 'q', result: { action: 'cancel' } },
    ]);
    rig.client(retry(2, result, {}));
    expect(rig.heardByClient()).toMatchObject([{ id: 2, error: { code: -32602 } }]);
    rig.server({ jsonrpc: '2.0', id: sent.id, result: {} });
    expect(rig.heardByClient()).toEqual([]);
  });

  it('is given to so many calls at once and no more', () => {
    const rig = met({ parked: 1 });
    asked(rig, 1);
    rig.client(call(2));
    rig.heardByServer();
    rig.server(elicit('q2'));
    expect(rig.heardByServer()).toEqual([
      { jsonrpc: '2.0', id: 'q2', result: { action: 'cancel' } },
    ]);
    expect(rig.heardByClient()).toEqual([]);
  });

  it('dies with a call that the client cancels in its second round', () => {
    const rig = met();
    const { sent, result, key } = asked(rig);
    rig.client(retry(2, result, { [key]: { action: 'accept' } }));
    rig.heardByServer();
    rig.client({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 2 } });
    expect(rig.heardByServer()).toMatchObject([{ params: { requestId: sent.id } }]);
  });
});

describe('what a legacy server asks outside of every call', () => {
  const roots = (id: unknown) => ({ jsonrpc: '2.0', id, method: 'roots/list' });

  it('waits for the next call, which is sent once it was answered', () => {
    const rig = met();
    rig.server(roots('r'));
    expect(rig.heardByServer()).toEqual([]);
    rig.client({
      jsonrpc: '2.0',
      id: 'l',
      method: 'tools/list',
      params: { _meta: modernMeta(able) },
    });
    expect(rig.heardByServer()).toMatchObject([{ method: 'tools/list' }]);
    rig.client(call('c'));
    expect(rig.heardByServer()).toEqual([]);
    const [{ result }] = rig.heardByClient();
    const [key = ''] = Object.keys(result.inputRequests);
    rig.client(retry('c2', result, { [key]: { roots: [] } }));
    expect(rig.heardByServer()).toEqual([{ jsonrpc: '2.0', id: 'r', result: { roots: [] } }]);
    rig.pass(250);
    const [sent] = rig.heardByServer();
    expect(sent.params).toEqual({ name: 't', arguments: { n: 1 }, _meta: {} });
    rig.server({ jsonrpc: '2.0', id: sent.id, result: { content: [] } });
    expect(rig.heardByClient()).toMatchObject([{ id: 'c2', result: { content: [] } }]);
  });

  it('is refused in time, in number, and where no client could answer', () => {
    const rig = met({ questions: 1 });
    rig.server(roots('r1'));
    rig.server(roots('r2'));
    expect(rig.heardByServer()).toMatchObject([{ id: 'r2', error: {} }]);
    rig.pass(5 * 60_000);
    expect(rig.heardByServer()).toMatchObject([{ id: 'r1', error: {} }]);
    const other = met({}, {});
    other.server(roots('r'));
    expect(other.heardByServer()).toMatchObject([{ id: 'r', error: { code: -32601 } }]);
  });

  it('can be taken back', () => {
    const rig = met();
    rig.server(roots('r'));
    rig.server({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'r' } });
    rig.client(call('c'));
    expect(rig.heardByServer()).toMatchObject([{ method: 'tools/call' }]);
    expect(rig.timers.size).toBe(0);
  });
});

describe('a page that must be opened first (-32042)', () => {
  const params = { mode: 'url', elicitationId: 'e', url: 'https://e.example/', message: 'Sign in' };
  const needs = (id: number) => ({
    jsonrpc: '2.0',
    id,
    error: { code: -32042, message: 'needed', data: { elicitations: [params] } },
  });

  it('is asked for, and then the call is sent again', () => {
    const rig = met();
    rig.client(call('c'));
    rig.server(needs(rig.heardByServer()[0].id));
    const [{ result }] = rig.heardByClient();
    const [key = ''] = Object.keys(result.inputRequests);
    const { elicitationId: _, ...modern } = params;
    expect(result.inputRequests[key].params).toEqual(modern);
    rig.client(retry('c2', result, { [key]: { action: 'accept' } }));
    const [again] = rig.heardByServer();
    expect(again.params).toEqual({ name: 't', arguments: { n: 1 }, _meta: {} });
    rig.server({ jsonrpc: '2.0', id: again.id, result: { content: [] } });
    expect(rig.heardByClient()).toMatchObject([{ id: 'c2', result: { content: [] } }]);
  });

  it('ends the call where the person says no', () => {
    const rig = met();
    rig.client(call('c'));
    rig.server(needs(rig.heardByServer()[0].id));
    const [{ result }] = rig.heardByClient();
    const [key = ''] = Object.keys(result.inputRequests);
    rig.client(retry('c2', result, { [key]: { action: 'decline' } }));
    expect(rig.heardByServer()).toEqual([]);
    expect(rig.heardByClient()).toMatchObject([{ id: 'c2', result: { isError: true } }]);
  });

  it('is an error for a client that opens none, and after too many rounds', () => {
    const rig = met({ rounds: 0 });
    rig.client(call('c'));
    rig.server(needs(rig.heardByServer()[0].id));
    expect(rig.heardByClient()).toMatchObject([{ id: 'c', result: { isError: true } }]);
    rig.client(call('d', {}, modernMeta({ elicitation: {} })));
    rig.server(needs(rig.heardByServer()[0].id));
    expect(rig.heardByClient()).toMatchObject([{ id: 'd', error: { code: -32603 } }]);
  });
});
