import { isAscii, isUtf8 } from 'node:buffer';
import { protocolVersionKey } from '../../shared/answers.ts';
import { type Span, scanObject, skipSpace, skipValue } from '../../shared/json-members.ts';

/** A JSON object as parsed. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** One message of a line, as far as the transport has to know it. */
export interface Seen {
  readonly kind: 'request' | 'notification' | 'answer' | 'other';
  /** The id's own JSON text; `null` for an error that names none. */
  readonly idText: string | undefined;
  readonly method: string | undefined;
  readonly value: JsonObject;
  /** Where `error` stands in the text. */
  readonly error: Span | undefined;
  /** The protocol version that the message itself names (2026-07-28 and later). */
  readonly version: string | undefined;
}

/** What a line or body holds. */
export interface SeenLine {
  readonly text: string;
  readonly batch: boolean;
  readonly messages: readonly Seen[];
}

/** True for JSON objects, false for arrays and null. */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Reads a line, or gives undefined where it is no JSON that anybody may be asked to take: not UTF-8, nested too deep,
 * or neither an object nor a list of values. Only what two readers agree on counts: a repeated id is none.
 */
export function readMessages(line: Buffer): SeenLine | undefined {
  if (!isAscii(line) && !isUtf8(line)) return undefined;
  const text = isAscii(line) ? line.toString('latin1') : line.toString('utf8');
  const start = skipSpace(text, 0);
  if (skipValue(text, start, 0) < 0) return undefined;
  const json = parse(text);
  if (isObject(json)) return { text, batch: false, messages: [seen(text, start, 0, json)] };
  if (!Array.isArray(json)) return undefined;
  const messages: Seen[] = [];
  let at = start + 1;
  for (const value of json) {
    const begin = skipSpace(text, at);
    if (isObject(value)) messages.push(seen(text, begin, 1, value));
    at = skipSpace(text, skipValue(text, begin, 1)) + 1;
  }
  return { text, batch: true, messages };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function seen(text: string, at: number, depth: number, value: JsonObject): Seen {
  let id: Span | undefined;
  let error: Span | undefined;
  let ids = 0;
  scanObject(text, at, (key, start) => {
    const end = skipValue(text, start, depth + 1);
    if (key === 'id') {
      ids += 1;
      id = { start, end };
    } else if (key === 'error') {
      error = { start, end };
    }
    return end;
  });
  const span = ids === 1 ? id : undefined;
  const known = typeof value.id === 'string' || typeof value.id === 'number';
  const idText = span !== undefined && known ? text.slice(span.start, span.end) : undefined;
  const method = typeof value.method === 'string' ? value.method : undefined;
  const meta = isObject(value.params) ? value.params._meta : undefined;
  const version = isObject(meta) ? meta[protocolVersionKey] : undefined;
  const named = {
    method,
    value,
    error,
    version: typeof version === 'string' ? version : undefined,
  };
  const answers = 'result' in value || error !== undefined;
  if (method !== undefined && !answers) {
    if (idText !== undefined) return { kind: 'request', idText, ...named };
    return { kind: ids === 0 ? 'notification' : 'other', idText, ...named };
  }
  const nameless = idText === undefined && ids <= 1 && isObject(value.error);
  if ('method' in value || !answers || (idText === undefined && !nameless))
    return { kind: 'other', idText, ...named };
  return { kind: 'answer', idText: idText ?? 'null', ...named };
}

/** JSON white space that would end a line becomes a space; a byte order mark goes. Changes the bytes in place. */
export function asOneLine(body: Buffer): Buffer {
  for (let at = body.indexOf(0x0a); at >= 0; at = body.indexOf(0x0a, at + 1)) body[at] = 0x20;
  for (let at = body.indexOf(0x0d); at >= 0; at = body.indexOf(0x0d, at + 1)) body[at] = 0x20;
  const marked = body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf;
  return marked ? body.subarray(3) : body;
}

/** True for white space alone: nothing is said by it. */
export const isBlank = (line: Buffer): boolean =>
  line.every((byte) => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09);
