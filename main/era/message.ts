import { isUtf8 } from 'node:buffer';
import { elementSpans, skipSpace } from '../../shared/json-members.ts';
import { type Member, memberNamed, membersOf, repeats } from './json-text.ts';

/** A JSON object as parsed. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** True for JSON objects, false for arrays and null. */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

interface Base {
  /** The text of this message alone, without its line end; every position points into it. */
  readonly text: string;
  readonly members: readonly Member[];
  readonly value: JsonObject;
}

/** A message that names a method. `params` is empty where it is absent or no object. */
interface Named extends Base {
  readonly method: string;
  readonly params: JsonObject;
}

/** A message that wants an answer. */
export interface Request extends Named {
  readonly kind: 'request';
  /** The id exactly as sent. */
  readonly idText: string;
}

/** A message that wants none. */
export interface Notification extends Named {
  readonly kind: 'notification';
}

/** An answer. */
export interface Response extends Base {
  readonly kind: 'response';
  readonly idText: string;
  readonly failed: boolean;
}

/** What a line, or one element of a batch, says. */
export type Message = Request | Notification | Response;

const openBrace = 0x7b;
const openBracket = 0x5b;

/**
 * The messages of a line; `undefined` where it holds anything that is none, or that two readers could read in two ways.
 * The relay on the other side of the bridge judges such a line, so it goes on as it is.
 */
export function readLine(line: Buffer): readonly Message[] | undefined {
  if (!isUtf8(line)) return undefined;
  const text = trimmed(line.toString('utf8'));
  const first = text.charCodeAt(0);
  if (first !== openBrace && first !== openBracket) return undefined;
  const value = parsed(text);
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) return only(messageOf(text, value));
  // Batches exist in 2025-03-26 alone; their elements are messages like any other.
  const messages = elementSpans(text, skipSpace(text, 0)).map(({ start, end }, index) =>
    messageOf(text.slice(start, end), value[index]),
  );
  const read = messages.filter((message) => message !== undefined);
  return read.length === messages.length && read.length > 0 ? read : undefined;
}

/** Without the white space that JSON knows; of any other JSON.parse complains. */
function trimmed(text: string): string {
  let end = text.length;
  while (end > 0 && ' \n\r\t'.includes(text.charAt(end - 1))) end -= 1;
  return text.slice(skipSpace(text, 0), end);
}

const only = (message: Message | undefined): readonly Message[] | undefined =>
  message === undefined ? undefined : [message];

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const routing = ['jsonrpc', 'id', 'method', 'params', 'result', 'error'];

function messageOf(text: string, value: unknown): Message | undefined {
  if (!isObject(value)) return undefined;
  const members = membersOf(text, 0);
  // A negative end says that it nests too deep (`tooDeep`).
  if (members.some(({ end }) => end < 0) || routing.some((key) => repeats(members, key)))
    return undefined;
  const { id, method } = value;
  const at = memberNamed(members, 'id');
  const known = at !== undefined && (typeof id === 'string' || typeof id === 'number');
  const idText = known ? text.slice(at.start, at.end) : undefined;
  const base = { text, members, value };
  if (typeof method === 'string') {
    if ('result' in value || 'error' in value) return undefined;
    const named = { ...base, method, params: isObject(value.params) ? value.params : {} };
    if (idText !== undefined) return { ...named, kind: 'request', idText };
    return at === undefined ? { ...named, kind: 'notification' } : undefined;
  }
  const failed = isObject(value.error);
  if ((!failed && !('result' in value)) || idText === undefined) return undefined;
  return { ...base, kind: 'response', idText, failed };
}

/** Where `params` begins, or undefined where it is absent or no object. */
export function paramsAt({ members, value }: Request | Notification): number | undefined {
  const at = memberNamed(members, 'params');
  return at !== undefined && isObject(value.params) ? at.start : undefined;
}

/** The parsed `_meta` of params. */
export const metaOf = ({ params }: Request | Notification): JsonObject =>
  isObject(params._meta) ? params._meta : {};

/** The error of a failed answer; code and message are what they should be, or 0 and nothing. */
export function errorOf({ value }: Response): { code: number; message: string; data: unknown } {
  const error = isObject(value.error) ? value.error : {};
  return {
    code: typeof error.code === 'number' ? error.code : 0,
    message: typeof error.message === 'string' ? error.message : '',
    data: error.data,
  };
}

/** Equal for two ids or tokens exactly where both are the same string or the same number as written. */
export const idKey = (idText: string): string =>
  idText.startsWith('"')
    ? `s${String(JSON.parse(idText))}`
    : `n${Number.isSafeInteger(Number(idText)) ? Number(idText) : idText}`;

/** The number that one of our own ids is, or undefined: servers may give `7` back as `"7"` or `7.0`. */
export function ownId(idText: string): number | undefined {
  const id = Number(JSON.parse(idText));
  return Number.isSafeInteger(id) && id > 0 ? id : undefined;
}

/** The JSON text of `params.requestId`, as the sender wrote it; empty where there is none. */
export function requestIdText(notification: Notification): string {
  const at = paramsAt(notification);
  if (at === undefined) return '';
  const id = memberNamed(membersOf(notification.text, at), 'requestId');
  return id === undefined ? '' : notification.text.slice(id.start, id.end);
}
