import { type TraceContext, traceContext } from '../../shared/trace-context.ts';
import { isObject, type Seen, type SeenLine } from './http-message.ts';
import type { HeaderFields } from './http-ports.ts';
import { headerValue, type MirroredParameter, parameterHeaders } from './http-tool-headers.ts';

/** What a session has learned so far that its requests must carry. */
export interface Learned {
  /** `Mcp-Session-Id` (2025-03-26 to 2025-11-25). */
  sessionId: string | undefined;
  /** The version that `initialize` agreed on. */
  version: string | undefined;
  /** The version that the last request named itself (2026-07-28). */
  modernVersion: string | undefined;
  /** The mirrored parameters of the tools that the server listed. */
  readonly tools: Map<string, readonly MirroredParameter[]>;
}

/** Fields that the transport alone may set: an entry that names one of them would break or forge the exchange. */
const reserved = new Set([
  'accept',
  'accept-encoding',
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'host',
  'keep-alive',
  'last-event-id',
  'mcp-method',
  'mcp-name',
  'mcp-protocol-version',
  'mcp-session-id',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

const fieldName = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const fieldValue = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * The fields of an entry that may be sent, by lower-case name, and the names of those that may not. Pure.
 */
export function usableFields(fields: HeaderFields): {
  readonly usable: Record<string, string>;
  readonly refused: readonly string[];
} {
  const usable: Record<string, string> = {};
  const refused: string[] = [];
  for (const [name, value] of Object.entries(fields)) {
    const key = name.toLowerCase();
    const fits = fieldName.test(name) && fieldValue.test(value);
    if (!fits || reserved.has(key) || key.startsWith('mcp-param-')) refused.push(name);
    else usable[key] = value;
  }
  return { usable, refused };
}

/** Which member of params `Mcp-Name` repeats (2026-07-28 "Standard Request Headers"; tasks extension). */
const nameSources = new Map([
  ['tools/call', 'name'],
  ['prompts/get', 'name'],
  ['resources/read', 'uri'],
  ['tasks/get', 'taskId'],
  ['tasks/update', 'taskId'],
  ['tasks/cancel', 'taskId'],
]);

/** True for a request of 2026-07-28 or later: it names its version itself, and belongs to no session. */
export const isModern = (message: Seen): boolean => message.version !== undefined;

/** The fields of the POST that carries a line. Pure. */
export function postHeaders(line: SeenLine, learned: Learned): Record<string, string> {
  const common = {
    accept: 'application/json, text/event-stream',
    'content-type': 'application/json',
  };
  const [message] = line.messages;
  const trace = line.batch ? undefined : traceOf(message);
  if (trace !== undefined) Object.assign(common, trace);
  if (!line.batch && message?.kind === 'request' && message.version !== undefined)
    return { ...common, ...modernHeaders(message, learned) };
  const legacy = sessionHeaders(learned, message?.method === 'initialize');
  const bare = Object.keys(legacy).length === 0 && learned.modernVersion !== undefined;
  if (bare && message?.kind === 'notification' && message.method !== undefined) {
    const version = learned.modernVersion;
    return {
      ...common,
      ...(version !== undefined && { 'mcp-protocol-version': headerValue(version) }),
      'mcp-method': headerValue(message.method),
    };
  }
  return { ...common, ...legacy };
}

/** The trace of a message, as HTTP carries it: servers' own tools look for it there (SEP-414; W3C Trace Context). */
const traceOf = (message: Seen | undefined): TraceContext | undefined =>
  isObject(message?.value.params) ? traceContext(message.value.params._meta) : undefined;

function modernHeaders(message: Seen, { tools }: Learned): Record<string, string> {
  const { method = '', version = '', value } = message;
  const params = isObject(value.params) ? value.params : {};
  const name = params[nameSources.get(method) ?? ''];
  const parameters = method === 'tools/call' && typeof name === 'string' ? tools.get(name) : [];
  return {
    'mcp-protocol-version': headerValue(version),
    'mcp-method': headerValue(method),
    ...(typeof name === 'string' && nameSources.has(method) && { 'mcp-name': headerValue(name) }),
    ...parameterHeaders(parameters ?? [], params.arguments),
  };
}

/** What every request of a legacy session carries after `initialize`, also GET and DELETE. Pure. */
export function sessionHeaders(learned: Learned, initializing = false): Record<string, string> {
  if (initializing) return {};
  const { sessionId, version } = learned;
  return {
    ...(sessionId !== undefined && { 'mcp-session-id': sessionId }),
    ...(version !== undefined && { 'mcp-protocol-version': headerValue(version) }),
  };
}

/** A session id as servers may give it: visible ASCII (2025-11-25). Anything else is none. */
export const readSessionId = (field: string | string[] | undefined): string | undefined =>
  typeof field === 'string' && /^[\x21-\x7e]{1,4096}$/.test(field) ? field : undefined;
