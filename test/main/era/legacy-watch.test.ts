import { describe, expect, it } from 'vitest';
import { makeLegacyFront } from '../../../main/era/legacy-front.ts';
import { frontRig } from './front-rig.ts';

const subscriptionId = 'io.modelcontextprotocol/subscriptionId';
const everything = {
  tools: { listChanged: true },
  prompts: { listChanged: true },
  resources: { subscribe: true, listChanged: true },
};

/** A front whose client is ready for news. */
function ready(capabilities: object = everything, limits = {}) {
  const rig = frontRig(makeLegacyFront, limits);
  rig.client({ jsonrpc: '2.0', id: 0, method: 'initialize', params: { capabilities: {} } });
  const result = { resultType: 'complete', supportedVersions: ['2026-07-28'], capabilities };
  rig.server({ jsonrpc: '2.0', id: rig.heardByServer()[0].id, result });
  rig.heardByClient();
  rig.client({ jsonrpc: '2.0', method: 'notifications/initialized' });
  const tell = (method: string, id: unknown, params: object = {}) =>
    rig.server({ jsonrpc: '2.0', method, params: { ...params, _meta: { [subscriptionId]: id } } });
  return {
    ...rig,
    tell,
    /** The server agrees to all that was asked. */
    agree(listen: { id: number; params: { notifications: object } }) {
      tell('notifications/subscriptions/acknowledged', listen.id, {
        notifications: listen.params.notifications,
      });
    },
    subscribe: (id: unknown, uri: string) =>
      rig.client({ jsonrpc: '2.0', id, method: 'resources/subscribe', params: { uri } }),
    unsubscribe: (id: unknown, uri: string) =>
      rig.client({ jsonrpc: '2.0', id, method: 'resources/unsubscribe', params: { uri } }),
  };
}

describe('changes that a legacy client hears of unasked', () => {
  it('come from one subscription to all that the server can tell', () => {
    const rig = ready();
    const [listen, ...more] = rig.heardByServer();
    expect(more).toEqual([]);
    expect(listen).toMatchObject({
      method: 'subscriptions/listen',
      params: {
        notifications: {
          toolsListChanged: true,
          promptsListChanged: true,
          resourcesListChanged: true,
        },
      },
    });
    rig.agree(listen);
    expect(rig.heardByClient()).toEqual([]);
    rig.tell('notifications/tools/list_changed', listen.id);
    expect(rig.heardByClient()).toEqual([
      { jsonrpc: '2.0', method: 'notifications/tools/list_changed', params: { _meta: {} } },
    ]);
  });

  it('need no subscription where there are none', () => {
    const rig = ready({ tools: {} });
    expect(rig.heardByServer()).toEqual([]);
  });

  it('are not heard from a subscription that is not ours or not agreed to', () => {
    const rig = ready();
    const [listen] = rig.heardByServer();
    rig.tell('notifications/tools/list_changed', listen.id);
    rig.agree(listen);
    rig.tell('notifications/tools/list_changed', 'another');
    expect(rig.heardByClient()).toEqual([]);
  });

  it.each([
    [
      'cancels it',
      (id: number) => ({ method: 'notifications/cancelled', params: { requestId: id } }),
    ],
    ['answers it', (id: number) => ({ id, result: { resultType: 'complete' } })],
  ])('go on when the server %s, after a pause that grows', (_, ending) => {
    const rig = ready();
    let [listen] = rig.heardByServer();
    rig.agree(listen);
    rig.server({ jsonrpc: '2.0', ...ending(listen.id) });
    expect(rig.heardByServer()).toEqual([]);
    rig.pass(1000);
    [listen] = rig.heardByServer();
    expect(listen.method).toBe('subscriptions/listen');
    rig.agree(listen);
    rig.tell('notifications/prompts/list_changed', listen.id);
    expect(rig.heardByClient()).toHaveLength(1);
  });

  it('are given up where the server refuses the subscription or agrees to nothing', () => {
    const rig = ready();
    const [listen] = rig.heardByServer();
    rig.server({ jsonrpc: '2.0', id: listen.id, error: { code: -32601, message: 'no' } });
    rig.pass(1e9);
    expect(rig.heardByServer()).toEqual([]);

    const other = ready();
    const [opened] = other.heardByServer();
    other.tell('notifications/subscriptions/acknowledged', opened.id, { notifications: {} });
    other.server({ jsonrpc: '2.0', id: opened.id, result: { resultType: 'complete' } });
    other.pass(1e9);
    expect(other.heardByServer()).toEqual([]);
  });
});

describe('resources/subscribe', () => {
  it('is answered when the server agreed, and replaces the subscription without a gap', () => {
    const rig = ready();
    const [first] = rig.heardByServer();
    rig.agree(first);
    rig.subscribe(1, 'file:///a');
    const [second] = rig.heardByServer();
    expect(second.params.notifications).toMatchObject({
      toolsListChanged: true,
      resourceSubscriptions: ['file:///a'],
    });
    expect(rig.heardByClient()).toEqual([]);
    rig.tell('notifications/tools/list_changed', first.id);
    expect(rig.heardByClient()).toHaveLength(1);
    rig.agree(second);
    expect(rig.heardByClient()).toEqual([{ jsonrpc: '2.0', id: 1, result: {} }]);
    expect(rig.heardByServer()).toMatchObject([
      { method: 'notifications/cancelled', params: { requestId: first.id } },
    ]);
    rig.tell('notifications/resources/updated', second.id, { uri: 'file:///a' });
    rig.tell('notifications/tools/list_changed', first.id);
    expect(rig.heardByClient()).toEqual([
      {
        jsonrpc: '2.0',
        method: 'notifications/resources/updated',
        params: { uri: 'file:///a', _meta: {} },
      },
    ]);
  });

  it('of several at once takes one change for all that came meanwhile', () => {
    const rig = ready({ resources: { subscribe: true } });
    for (const id of [1, 2, 3]) rig.subscribe(id, `file:///${id}`);
    const [one] = rig.heardByServer();
    rig.agree(one);
    expect(rig.heardByClient()).toMatchObject([{ id: 1, result: {} }]);
    const [all, ...more] = rig.heardByServer();
    expect(more).toEqual([]);
    expect(all.params.notifications.resourceSubscriptions).toHaveLength(3);
    rig.agree(all);
    expect(rig.heardByClient()).toMatchObject([
      { id: 2, result: {} },
      { id: 3, result: {} },
    ]);
    rig.subscribe(4, 'file:///2');
    expect(rig.heardByClient()).toMatchObject([{ id: 4, result: {} }]);
  });

  it('fails where the server leaves the resource out, refuses or stays silent', () => {
    const rig = ready({ resources: { subscribe: true } });
    rig.subscribe(1, 'file:///a');
    rig.tell('notifications/subscriptions/acknowledged', rig.heardByServer()[0].id, {
      notifications: {},
    });
    expect(rig.heardByClient()).toMatchObject([{ id: 1, error: { code: -32602 } }]);
    rig.subscribe(2, 'file:///b');
    const error = { code: -32603, message: 'full' };
    rig.server({ jsonrpc: '2.0', id: rig.heardByServer()[0].id, error });
    expect(rig.heardByClient()).toMatchObject([{ id: 2, error }]);
    rig.subscribe(3, 'file:///c');
    rig.pass(30_000);
    expect(rig.heardByClient()).toMatchObject([{ id: 3, error: { code: -32603 } }]);
  });

  it.each([
    ['the server cannot', { resources: {} }, 'file:///a', -32601],
    ['there is no uri', everything, undefined, -32602],
  ])('is refused where %s', (_, capabilities, uri, code) => {
    const rig = ready(capabilities);
    rig.subscribe(1, uri as string);
    expect(rig.heardByClient()).toMatchObject([{ id: 1, error: { code } }]);
  });

  it('is refused beyond the limit', () => {
    const rig = ready({ resources: { subscribe: true } }, { watched: 2 });
    for (const id of [1, 2, 3]) rig.subscribe(id, `file:///${id}`);
    expect(rig.heardByClient()).toMatchObject([{ id: 3, error: { code: -32603 } }]);
  });

  it('ends with resources/unsubscribe, and with the last the subscription itself', () => {
    const rig = ready({ resources: { subscribe: true } });
    rig.subscribe(1, 'file:///a');
    const [listen] = rig.heardByServer();
    rig.agree(listen);
    rig.unsubscribe(2, 'file:///a');
    rig.unsubscribe(3, 'file:///a');
    expect(rig.heardByClient()).toMatchObject([{ id: 1 }, { id: 2 }, { id: 3 }]);
    expect(rig.heardByServer()).toMatchObject([
      { method: 'notifications/cancelled', params: { requestId: listen.id } },
    ]);
    rig.tell('notifications/resources/updated', listen.id, { uri: 'file:///a' });
    expect(rig.heardByClient()).toEqual([]);
  });
});
