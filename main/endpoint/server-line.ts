import {
  elementSpans,
  type Span,
  scanObject,
  skipSpace,
  skipValue,
} from '../../shared/json-members.ts';
import { isObject, type JsonObject } from './posted-message.ts';

/** One message of the server's side, as far as it has to be known to find where it goes. */
export interface ServerMessage {
  readonly kind: 'request' | 'notification' | 'response';
  /** The id exactly as it came; of a request or a response. */
  readonly idText: string | undefined;
  readonly method: string;
  /** The message itself, without the line around it. */
  readonly bytes: Buffer;
  /** Reads `params` of a request or notification; empty where there are none. */
  readonly params: () => JsonObject;
  /** Reads `result` of a response, or undefined for an error. */
  readonly result: () => unknown;
  /** The code of an error response. */
  readonly errorCode: () => number | undefined;
}

/** What a line of the server's side holds, or undefined where it holds no message. */
export interface ServerLine {
  readonly batch: boolean;
  readonly messages: readonly ServerMessage[];
}

const openBrace = 0x7b;
const openBracket = 0x5b;

/**
 * Looks at a line that the session has already found to be JSON. Only where its members stand is searched, and as
 * Latin-1, where an index is a byte: a large result is neither decoded nor parsed here.
 */
export function readServerLine(line: Buffer): ServerLine | undefined {
  const text = line.toString('latin1');
  const start = skipSpace(text, 0);
  const first = text.charCodeAt(start);
  if (first === openBrace) {
    const message = readMessage(line, text, start, 0);
    return message && { batch: false, messages: [message] };
  }
  if (first !== openBracket) return undefined;
  const messages = elementSpans(text, start).flatMap(({ start: at }) => {
    const message = text.charCodeAt(at) === openBrace ? readMessage(line, text, at, 1) : undefined;
    return message === undefined ? [] : [message];
  });
  return messages.length === 0 ? undefined : { batch: true, messages };
}

function readMessage(
  line: Buffer,
  text: string,
  at: number,
  depth: number,
): ServerMessage | undefined {
  const spans = new Map<string, Span>();
  const end = scanObject(text, at, (key, start) => {
    const stop = skipValue(text, start, depth + 1);
    spans.set(key, { start, end: stop });
    return stop;
  });
  if (end < 0) return undefined;
  const raw = (span: Span) => line.toString('utf8', span.start, span.end);
  const value = (key: string): unknown => {
    const span = spans.get(key);
    return span === undefined ? undefined : parse(raw(span));
  };
  const id = spans.get('id');
  const method = value('method');
  const idText = id && raw(id);
  const rest = {
    bytes: line.subarray(at, end),
    params: () => asObject(value('params')),
    result: () => value('result'),
    errorCode() {
      const { code } = asObject(value('error'));
      return typeof code === 'number' ? code : undefined;
    },
  };
  if (typeof method === 'string')
    return { kind: idText === undefined ? 'notification' : 'request', idText, method, ...rest };
  if (!spans.has('result') && !spans.has('error')) return undefined;
  return { kind: 'response', idText, method: '', ...rest };
}

const asObject = (value: unknown): JsonObject => (isObject(value) ? value : {});

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The content of a line without its terminator, safe inside one `data:` line of an event stream. */
export function lineContent(line: Buffer): Buffer {
  let end = line.length;
  while (end > 0 && (line[end - 1] === 0x0a || line[end - 1] === 0x0d)) end -= 1;
  const content = line.subarray(0, end);
  // Event streams end a line at a bare CR too. A governed session lets none pass; between tokens a space is the same.
  return content.includes(0x0d)
    ? (content.map((byte) => (byte === 0x0d ? 0x20 : byte)) as Buffer)
    : content;
}
