import { describe, expect, test } from 'vitest';
import type { ApprovalOutcome } from '../../../shared/approval.ts';
import { type GovernedOptions, governed, playedServer } from './governed.ts';
import {
  ask,
  beginSession,
  initializeResult,
  modernAsk,
  modernHeaders,
  startRig,
  until,
} from './rig.ts';

/** A server with three tools: `greet` answers, `hang` does not, `ask` asks its client first. */
function server(heard: string[] = []) {
  return playedServer(({ id, method, params, result }, say) => {
    const { name = '', protocolVersion = '' } = (params ?? {}) as Record<string, string>;
    heard.push(`${String(method ?? 'answer')} ${name}`.trim());
    if (method === 'initialize')
      say({ jsonrpc: '2.0', id, result: initializeResult(protocolVersion) });
    else if (method === undefined)
      say({ jsonrpc: '2.0', id: 'call', result: { content: [], structuredContent: result } });
    else if (name === 'greet') say({ jsonrpc: '2.0', id, result: { content: [] } });
    else if (name === 'ask') say({ jsonrpc: '2.0', id: 'roots', method: 'roots/list' });
  });
}

async function start(options: GovernedOptions = {}) {
  const heard: string[] = [];
  const relay = governed(server(heard), options);
  const rig = await startRig({ accept: relay.accept });
  return { rig, relay, heard };
}

const call = (name: string, id: string | number, meta = {}) =>
  ask('tools/call', { name, arguments: {}, _meta: meta }, id);

describe('a kill', () => {
  test('answers the call in flight and every later one, until it is lifted', async () => {
    const { rig, relay, heard } = await start();
    const headers = await beginSession(rig);
    const hanging = rig.post(call('hang', 1), headers);
    await until(() => heard.includes('tools/call hang'));
    relay.sessions[0]?.refuse('Everything is stopped.');
    for (const reply of [await hanging, await rig.post(call('greet', 2), headers)]) {
      expect(reply.json().result?.isError).toBe(true);
      expect(reply.text()).toContain('Everything is stopped.');
    }
    expect(heard).not.toContain('tools/call greet');
    relay.sessions[0]?.resume();
    expect((await rig.post(call('greet', 3), headers)).json().result?.isError).toBeUndefined();
  });

  test('that ends the session ends its streams, and the client may begin anew', async () => {
    const { rig, relay } = await start();
    const headers = await beginSession(rig);
    const stream = await rig.start('GET', { headers });
    relay.sessions[0]?.stop();
    await until(stream.ended);
    expect((await rig.post(call('greet', 1), headers)).status).toBe(404);
    const again = await beginSession(rig);
    expect((await rig.post(call('greet', 1), again)).status).toBe(200);
  });

  test('reaches a client of 2026-07-28 as a result of its own revision', async () => {
    const { rig, relay, heard } = await start();
    const message = modernAsk('tools/call', { name: 'hang', arguments: {} }, 1);
    const hanging = rig.post(message, modernHeaders('tools/call', 'hang'));
    await until(() => heard.includes('tools/call hang'));
    relay.sessions[0]?.refuse('Everything is stopped.');
    expect((await hanging).json().result).toMatchObject({ resultType: 'complete', isError: true });
  });
});

describe('a call that waits for a person', () => {
  test('shows progress on its stream meanwhile, and then its answer', async () => {
    let press: (outcome: ApprovalOutcome) => void = () => undefined;
    const pressed = new Promise<ApprovalOutcome>((resolve) => {
      press = resolve;
    });
    const { rig, heard } = await start({ asks: { greet: pressed } });
    const headers = await beginSession(rig);
    const body = JSON.stringify(call('greet', 'g', { progressToken: 'p' }));
    const stream = await rig.start('POST', { headers, body });
    await until(() => stream.data().length >= 3, 'progress');
    expect(heard).not.toContain('tools/call greet');
    press({ answer: 'allow', how: 'person' });
    await until(stream.ended);
    const said = stream
      .data()
      .slice(1)
      .map((one) => JSON.parse(one));
    expect(said[0]).toMatchObject({
      method: 'notifications/progress',
      params: { progressToken: 'p' },
    });
    expect(said.at(-1)).toEqual({ jsonrpc: '2.0', id: 'g', result: { content: [] } });
  });

  test('is never sent when its client of 2026-07-28 leaves first', async () => {
    let press: (outcome: ApprovalOutcome) => void = () => undefined;
    const pressed = new Promise<ApprovalOutcome>((resolve) => {
      press = resolve;
    });
    const { rig, relay, heard } = await start({ asks: { greet: pressed } });
    const message = modernAsk('tools/call', { name: 'greet', arguments: {} }, 1, {
      progressToken: 1,
    });
    const stream = await rig.start('POST', {
      headers: modernHeaders('tools/call', 'greet'),
      body: JSON.stringify(message),
    });
    stream.break();
    await until(() => relay.sessions[0]?.inFlight().length === 0, 'the end of the call');
    press({ answer: 'allow', how: 'person' });
    const other = modernAsk('tools/call', { name: 'hang', arguments: {} }, 2);
    void rig.post(other, modernHeaders('tools/call', 'hang')).catch(() => undefined);
    await until(() => heard.includes('tools/call hang'));
    expect(heard).not.toContain('tools/call greet');
  });
});

test('a question of the server travels on the stream of the call, and the answer back by POST', async () => {
  const { rig, heard } = await start();
  const headers = await beginSession(rig);
  const stream = await rig.start('POST', { headers, body: JSON.stringify(call('ask', 'call')) });
  await until(() => stream.data().some((one) => one.includes('roots/list')));
  const roots = { roots: [{ uri: 'file:///a' }] };
  expect((await rig.post({ jsonrpc: '2.0', id: 'roots', result: roots }, headers)).status).toBe(
    202,
  );
  await until(stream.ended);
  expect(heard).toContain('answer');
  expect(JSON.parse(stream.data().at(-1) ?? '').result.structuredContent).toEqual(roots);
});

test('a message that the relay refuses is answered on its own POST', async () => {
  const { rig, heard } = await start();
  const headers = await beginSession(rig);
  const body =
    '{"jsonrpc":"2.0","id":"amb","method":"tools/call","params":{"name":"greet","Name":"hang"}}';
  const reply = await rig.send('POST', { headers, body });
  expect(reply.json()).toMatchObject({ id: 'amb', error: { code: -32600 } });
  expect(heard.filter((one) => one.startsWith('tools/call'))).toEqual([]);
});
