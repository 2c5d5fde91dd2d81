import { describe, expect, test } from 'vitest';
import {
  type Learned,
  postHeaders,
  readSessionId,
  sessionHeaders,
  usableFields,
} from '../../../main/upstream/http-headers.ts';
import { readMessages } from '../../../main/upstream/http-message.ts';
import { modernMeta } from '../../fakes/remote.ts';

const nothing: Learned = {
  sessionId: undefined,
  version: undefined,
  modernVersion: undefined,
  tools: new Map(),
};
const shaken: Learned = { ...nothing, sessionId: 'sid', version: '2025-06-18' };
const always = {
  accept: 'application/json, text/event-stream',
  'content-type': 'application/json',
};

function headersOf(message: unknown, learned: Learned) {
  const line = readMessages(Buffer.from(JSON.stringify(message)));
  if (line === undefined) throw new Error('no line');
  return postHeaders(line, learned);
}

const modern = (method: string, params: Record<string, unknown> = {}) => ({
  id: 1,
  method,
  params: { ...params, _meta: modernMeta },
});

describe('a line of a revision with sessions', () => {
  test('carries id and version of the session', () => {
    const session = { 'mcp-session-id': 'sid', 'mcp-protocol-version': '2025-06-18' };
    for (const line of [
      { id: 1, method: 'ping' },
      { method: 'notifications/x' },
      { id: 1, result: {} },
      [{ id: 1, method: 'ping' }],
    ])
      expect(headersOf(line, shaken)).toEqual({ ...always, ...session });
    expect(sessionHeaders(shaken)).toEqual(session);
  });

  test('carries neither while it begins one', () => {
    expect(headersOf({ id: 1, method: 'initialize' }, shaken)).toEqual(always);
    expect(headersOf({ id: 1, method: 'ping' }, nothing)).toEqual(always);
  });
});

describe('the trace of a message', () => {
  const trace = {
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    tracestate: 'vendor=a',
  };
  const call = (_meta: object) => ({ id: 1, method: 'tools/call', params: { name: 'x', _meta } });

  test('goes into the header fields of both eras', () => {
    expect(headersOf(call(trace), shaken)).toMatchObject(trace);
    expect(headersOf(call({ ...modernMeta, ...trace }), nothing)).toMatchObject(trace);
    const told = { method: 'notifications/x', params: { _meta: trace } };
    expect(headersOf(told, { ...nothing, modernVersion: '2026-07-28' })).toMatchObject(trace);
  });

  test('does not where it is none, or where a batch has several', () => {
    for (const line of [call({ ...trace, traceparent: 'x\r\nEvil: 1' }), [call(trace)]]) {
      expect(headersOf(line, shaken)).not.toHaveProperty('traceparent');
      expect(headersOf(line, shaken)).not.toHaveProperty('tracestate');
    }
  });
});

describe('a request of 2026-07-28', () => {
  const own = { 'mcp-protocol-version': '2026-07-28' };

  test.each([
    ['tools/call', { name: 'a b' }, 'a b'],
    ['prompts/get', { name: ' p' }, '=?base64?IHA=?='],
    ['resources/read', { uri: 'file:///é' }, '=?base64?ZmlsZTovLy/DqQ==?='],
    ['tasks/get', { taskId: 't-1' }, 't-1'],
    ['tasks/update', { taskId: 't-1' }, 't-1'],
    ['tasks/cancel', { taskId: 't-1' }, 't-1'],
    ['tools/call', { name: 7 }, undefined],
    ['tools/list', { name: 'x' }, undefined],
    ['constructor', { name: 'x' }, undefined],
  ])('%s with %j names %s', (method, params, name) => {
    expect(headersOf(modern(method, params), nothing)).toEqual({
      ...always,
      ...own,
      'mcp-method': method,
      ...(name !== undefined && { 'mcp-name': name }),
    });
  });

  test('belongs to no session, whatever other requests have', () => {
    expect(headersOf(modern('ping'), shaken)).toEqual({ ...always, ...own, 'mcp-method': 'ping' });
  });

  test('mirrors the parameters of a listed tool, by its exact name', () => {
    const tools = new Map([['t', [{ path: ['a'], header: 'A' }]]]);
    const call = (name: string) => modern('tools/call', { name, arguments: { a: 'v' } });
    expect(headersOf(call('t'), { ...nothing, tools })).toMatchObject({ 'Mcp-Param-A': 'v' });
    expect(headersOf(call('T'), { ...nothing, tools })).not.toHaveProperty('Mcp-Param-A');
    const other = modern('prompts/get', { name: 't', arguments: { a: 'v' } });
    expect(headersOf(other, { ...nothing, tools })).not.toHaveProperty('Mcp-Param-A');
  });

  test('cannot break out of its header fields', () => {
    const fields = headersOf(modern('x\r\nHost: evil', { name: 'a\r\nb' }), nothing);
    for (const value of Object.values(fields)) expect(value).toMatch(/^[\x20-\x7e]+$/);
  });
});

test('a session id is visible ASCII, or none', () => {
  expect(readSessionId('a-B.1~')).toBe('a-B.1~');
  for (const field of [undefined, '', 'a b', 'é', 'a\n', ['a'], 'x'.repeat(5_000)])
    expect(readSessionId(field)).toBeUndefined();
});

test('fields of an entry are sent but for those that belong to the transport', () => {
  const { usable, refused } = usableFields({
    Authorization: 'Bearer x',
    'X-Latin': 'caf\xe9',
    'Content-Length': '3',
    'X-Wide': '世',
    'x y': '1',
    'MCP-Method': 'x',
  });
  expect(usable).toEqual({ authorization: 'Bearer x', 'x-latin': 'caf\xe9' });
  expect(refused).toEqual(['Content-Length', 'X-Wide', 'x y', 'MCP-Method']);
});
