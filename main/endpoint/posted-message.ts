import { isAscii, isUtf8 } from 'node:buffer';
import {
  type Span,
  scanArray,
  scanObject,
  skipSpace,
  skipValue,
  tooDeep,
} from '../../shared/json-members.ts';
import { wireCodes } from './reply.ts';

/** A JSON object as parsed. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** One message of a client, as far as its transport has to know it. */
export interface PostedMessage {
  readonly kind: 'request' | 'notification' | 'response';
  /** The id exactly as sent; of a request or a response. */
  readonly idText: string | undefined;
  readonly method: string;
  readonly params: JsonObject;
}

/** What the body of a POST holds. */
export type Posted =
  | { readonly ok: true; readonly batch: boolean; readonly messages: readonly PostedMessage[] }
  | {
      readonly ok: false;
      readonly code: number;
      readonly message: string;
      readonly idText?: string;
    };

const openBrace = 0x7b;
const openBracket = 0x5b;
/** A message that repeats one of these is one message to us and could be another to its server. */
const routing = new Set(['jsonrpc', 'id', 'method', 'params', 'result', 'error']);

const notJson: Posted = {
  ok: false,
  code: wireCodes.parseError,
  message: 'The body is not valid JSON in UTF-8.',
};
const notMessage = (why: string, idText?: string): Posted => {
  const message = `The body is not a JSON-RPC message: ${why}.`;
  const code = wireCodes.invalidRequest;
  return idText === undefined ? { ok: false, code, message } : { ok: false, code, message, idText };
};

/** Reads the body of a POST: one message, or a batch of them. */
export function readPosted(body: Buffer): Posted {
  const ascii = isAscii(body);
  if (!ascii && !isUtf8(body)) return notJson;
  const text = body.toString(ascii ? 'latin1' : 'utf8');
  const start = skipSpace(text, 0);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return notJson;
  }
  const first = text.charCodeAt(start);
  if (first === openBrace) {
    const found = readMessage(text, start, parsed, 0);
    return typeof found === 'string'
      ? notMessage(found)
      : { ok: true, batch: false, messages: [found] };
  }
  if (first !== openBracket || !Array.isArray(parsed)) return notMessage('it is no object');
  if (parsed.length === 0) return notMessage('the batch is empty');
  const messages: PostedMessage[] = [];
  let problem: string | undefined;
  const values: readonly unknown[] = parsed;
  scanArray(text, start, (at) => {
    const found =
      text.charCodeAt(at) === openBrace
        ? readMessage(text, at, values[messages.length], 1)
        : 'an element is no object';
    if (typeof found === 'string') {
      problem = found;
      return tooDeep;
    }
    messages.push(found);
    return skipValue(text, at, 1);
  });
  return problem === undefined ? { ok: true, batch: true, messages } : notMessage(problem);
}

/** Reads the message at `at`, or says what is wrong with it. */
function readMessage(
  text: string,
  at: number,
  value: unknown,
  depth: number,
): PostedMessage | string {
  const spans = new Map<string, Span>();
  let twice: string | undefined;
  const end = scanObject(text, at, (key, start) => {
    const stop = skipValue(text, start, depth + 1);
    if (routing.has(key)) {
      if (spans.has(key)) twice = key;
      spans.set(key, { start, end: stop });
    }
    return stop;
  });
  if (end === tooDeep) return 'it nests too deeply';
  if (end < 0 || !isObject(value)) return 'it is no object';
  if (twice !== undefined) return `it holds ${twice} twice`;
  const { id, method, params } = value;
  const idSpan = spans.get('id');
  const idText = idSpan === undefined ? undefined : text.slice(idSpan.start, idSpan.end);
  const named = typeof id === 'string' || typeof id === 'number';
  const answers = spans.has('result') || spans.has('error');
  if (typeof method === 'string') {
    if (answers) return 'it is a request and an answer at once';
    if (idText !== undefined && !named) return 'its id is neither a string nor a number';
    const kind = idText === undefined ? 'notification' : 'request';
    return { kind, idText, method, params: isObject(params) ? params : {} };
  }
  if (spans.has('method') || !answers) return 'it names no method and answers nothing';
  if (idText !== undefined && !named && id !== null)
    return 'its id is neither a string nor a number';
  return { kind: 'response', idText, method: '', params: {} };
}

/** True for JSON objects, false for arrays and null. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `params._meta`, or an empty object. */
export const metaOf = (params: JsonObject): JsonObject =>
  isObject(params._meta) ? params._meta : {};

/** The text by which two progress tokens or ids are compared: `1` and `"1"` differ. */
export const tokenKey = (token: unknown): string | undefined =>
  typeof token === 'string' || typeof token === 'number' ? JSON.stringify(token) : undefined;

const space = 0x20;
const newline = 0x0a;
const carriage = 0x0d;

/**
 * The body as one line: in text that is known to be JSON, a bare CR or LF can only stand between two tokens, where a
 * space means the same. Nothing else is changed. The bytes are changed in place.
 */
export function asLine(body: Buffer): Buffer {
  for (const byte of [newline, carriage]) {
    for (let at = body.indexOf(byte); at >= 0; at = body.indexOf(byte, at + 1)) body[at] = space;
  }
  return Buffer.concat([body, Buffer.of(newline)]);
}
