import { describe, expect, it } from 'vitest';
import type { EraFront, EraPorts } from '../../../main/era/era-ports.ts';
import { makeLegacyFront } from '../../../main/era/legacy-front.ts';
import { readLine } from '../../../main/era/message.ts';
import { makeModernFront } from '../../../main/era/modern-front.ts';
import { frontRig, modernMeta } from './front-rig.ts';

const able = { elicitation: {}, sampling: {}, roots: {} };

function legacy(limits = {}) {
  const rig = frontRig(makeLegacyFront, limits);
  const params = { capabilities: able };
  rig.client({ jsonrpc: '2.0', id: 'i', method: 'initialize', params });
  const capabilities = { resources: { subscribe: true }, tools: { listChanged: true } };
  const result = { resultType: 'complete', supportedVersions: ['2026-07-28'], capabilities };
  rig.server({ jsonrpc: '2.0', id: rig.heardByServer()[0].id, result });
  rig.heardByClient();
  return rig;
}

function modern(limits = {}) {
  const rig = frontRig(makeModernFront, limits);
  const params = { _meta: modernMeta(able) };
  rig.client({ jsonrpc: '2.0', id: 'd', method: 'server/discover', params });
  const capabilities = { resources: { subscribe: true }, tools: { listChanged: true } };
  const result = { protocolVersion: '2025-11-25', capabilities };
  rig.server({ jsonrpc: '2.0', id: rig.heardByServer()[0].id, result });
  rig.heardByClient();
  rig.heardByServer();
  return rig;
}

const deep = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

describe('what is no message', () => {
  it.each([
    'no json',
    '{"jsonrpc":"2.0"',
    '"text"',
    '7',
    '[]',
    '[{"jsonrpc":"2.0","method":"a"},7]',
    '{"jsonrpc":"2.0","id":1,"id":2,"result":{}}',
    '{"jsonrpc":"2.0","id":1,"method":"a","result":{}}',
    '{"jsonrpc":"2.0","id":null,"method":"a"}',
    '{"jsonrpc":"2.0","id":{},"result":{}}',
    '{"jsonrpc":"2.0","id":1,"error":7}',
    `{"jsonrpc":"2.0","id":1,"result":{"x":${deep(600)}}}`,
  ])('%s goes to whoever judges it, as it is', (text) => {
    expect(readLine(Buffer.from(`${text}\n`))).toBeUndefined();
    for (const rig of [legacy(), modern()]) {
      rig.server(text);
      expect(rig.textsToClient()).toEqual([`${text}\n`]);
      rig.client(text);
      expect(rig.textsToServer()).toEqual([`${text}\n`]);
    }
  });

  it('is also a line that is not UTF-8', () => {
    expect(readLine(Buffer.from([0x7b, 0xff, 0x7d, 0x0a]))).toBeUndefined();
  });
});

describe('a front under fire throws nothing and keeps its bounds', () => {
  const odd: unknown[] = [null, 1, 'x', true, [], {}, [[]], { a: null }];
  const methods = [
    'initialize',
    'tools/call',
    'tools/list',
    'server/discover',
    'subscriptions/listen',
    'resources/subscribe',
    'resources/unsubscribe',
    'logging/setLevel',
    'elicitation/create',
    'roots/list',
    'notifications/cancelled',
    'notifications/progress',
    'notifications/message',
    'notifications/initialized',
    'notifications/subscriptions/acknowledged',
    'notifications/resources/updated',
    'notifications/tools/list_changed',
  ];

  it.each([
    ['legacy', makeLegacyFront],
    ['modern', makeModernFront],
  ] as const)('%s', (_, make: (ports: EraPorts) => EraFront) => {
    for (const met of [false, true]) {
      const rig = met ? (make === makeLegacyFront ? legacy() : modern()) : frontRig(make);
      let id = 0;
      for (const method of methods) {
        for (const value of odd) {
          const params = [
            value,
            { _meta: value },
            { name: value, uri: value, level: value, requestId: value, progressToken: value },
            { notifications: value, inputResponses: value, requestState: value },
            { notifications: { resourceSubscriptions: value }, _meta: modernMeta(able) },
            { _meta: { 'io.modelcontextprotocol/subscriptionId': value } },
            { capabilities: value, clientInfo: value, protocolVersion: value },
          ];
          for (const one of params) {
            id += 1;
            const message = { jsonrpc: '2.0', method, params: one };
            rig.client({ ...message, id });
            rig.client(message);
            rig.server({ ...message, id });
            rig.server(message);
          }
          for (const answer of [
            value,
            { resultType: value },
            { resultType: 'input_required', inputRequests: value, requestState: value },
            { resultType: 'input_required', inputRequests: { a: value } },
            { resultType: 'complete', content: value, structuredContent: value, tools: value },
            { tools: [value, { outputSchema: value }], _meta: value },
            { supportedVersions: value, capabilities: value, _meta: value },
            { protocolVersion: value, serverInfo: value },
          ]) {
            id += 1;
            for (const heard of rig.heardByServer().slice(-3)) {
              if (heard.method !== undefined && heard.id !== undefined)
                rig.server({ jsonrpc: '2.0', id: heard.id, result: answer });
            }
            for (const heard of rig.heardByClient().slice(-3)) {
              if (heard.method !== undefined && heard.id !== undefined)
                rig.client({ jsonrpc: '2.0', id: heard.id, result: answer });
            }
          }
        }
      }
      rig.pass(1e7);
      rig.front.end();
      rig.pass(1e12);
      rig.textsToClient();
      rig.textsToServer();
      rig.pass(1e12);
      expect([...rig.textsToClient(), ...rig.textsToServer()]).toEqual([]);
    }
  });

  it('a legacy server that asks and asks is asked to stop', () => {
    const rig = modern({ questions: 2 });
    const call = (id: number) =>
      rig.client({
        jsonrpc: '2.0',
        id,
        method: 'tools/call',
        params: { name: 't', _meta: modernMeta(able) },
      });
    call(1);
    rig.heardByServer();
    for (let n = 0; n < 100; n += 1)
      rig.server({ jsonrpc: '2.0', id: `q${n}`, method: 'roots/list' });
    expect(rig.heardByServer()).toHaveLength(97);
    expect(rig.heardByClient()).toHaveLength(1);
  });

  it('a modern server that ends its subscription at once is asked again with growing pauses', () => {
    const rig = legacy();
    rig.client({ jsonrpc: '2.0', method: 'notifications/initialized' });
    let opened = 0;
    for (let second = 0; second < 600; second += 1) {
      for (const { id, method } of rig.heardByServer()) {
        if (method !== 'subscriptions/listen') continue;
        opened += 1;
        rig.server({
          jsonrpc: '2.0',
          method: 'notifications/subscriptions/acknowledged',
          params: {
            _meta: { 'io.modelcontextprotocol/subscriptionId': id },
            notifications: { toolsListChanged: true },
          },
        });
        rig.server({ jsonrpc: '2.0', id, result: { resultType: 'complete' } });
      }
      rig.pass(1000);
    }
    expect(opened).toBeLessThan(30);
  });

  it('a call whose answer is too large to be kept while its client thinks is over', () => {
    const rig = modern({ heldBytes: 5000 });
    const params = { name: 't', _meta: modernMeta(able) };
    rig.client({ jsonrpc: '2.0', id: 1, method: 'tools/call', params });
    const [{ id }] = rig.heardByServer();
    rig.server({ jsonrpc: '2.0', id: 'q', method: 'roots/list' });
    const [{ result }] = rig.heardByClient();
    rig.server({ jsonrpc: '2.0', id, result: { content: ['x'.repeat(6000)] } });
    expect(rig.heardByServer()).toMatchObject([{ id: 'q', error: {} }]);
    const retry = { ...params, requestState: result.requestState };
    rig.client({ jsonrpc: '2.0', id: 2, method: 'tools/call', params: retry });
    expect(rig.heardByClient()).toMatchObject([{ id: 2, error: { code: -32602 } }]);
  });

  it('a call too large to be kept is sent all the same, and may not ask for input', () => {
    const rig = legacy({ heldBytes: 100 });
    const params = { name: 't', arguments: { x: 'x'.repeat(200) } };
    rig.client({ jsonrpc: '2.0', id: 1, method: 'tools/call', params });
    const [{ id }] = rig.heardByServer();
    const asks = { resultType: 'input_required', requestState: 's' };
    rig.server({ jsonrpc: '2.0', id, result: asks });
    expect(rig.heardByClient()).toMatchObject([{ id: 1, result: { isError: true } }]);
  });
});
