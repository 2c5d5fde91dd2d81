import { isPlaceholder } from './secret-names.ts';
import { isMasked, type Sighting } from './sighting.ts';

const pemHead = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/y;
const pemTail = /-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/y;

/** A private key in PEM form; without its end it reaches to the end of the text. */
export function privateKey(text: string, at: number): Sighting | undefined {
  pemHead.lastIndex = at;
  if (!pemHead.test(text)) return undefined;
  const tail = text.indexOf('-----END', pemHead.lastIndex);
  pemTail.lastIndex = tail;
  const end = tail >= 0 && pemTail.test(text) ? pemTail.lastIndex : text.length;
  return { start: at, end, kind: 'private-key', hint: '' };
}

const jwtRun = /[A-Za-z0-9_-]*/y;
const jwtRest = /\.[A-Za-z0-9_-]{2,}(?:\.[A-Za-z0-9_-]*){0,3}/y;

const keyHead = '-----BEGIN';

/** Where a token ends that a key is glued to: the key is a sighting of its own. */
export function untilKey(text: string, start: number, end: number): number {
  const at = text.slice(start, end).indexOf(keyHead);
  return at < 0 ? end : start + at;
}

/** What a scan for JWTs remembers: the run of token characters it is in, and where a token in it ends. */
export interface JwtMemory {
  runUntil: number;
  end: number | undefined;
}

/** A JSON Web Token: base64url parts with dots between, the first of them an object. */
export function jwt(text: string, at: number, memory: JwtMemory): Sighting | undefined {
  if (at >= memory.runUntil) {
    jwtRun.lastIndex = at;
    jwtRun.test(text);
    memory.runUntil = jwtRun.lastIndex;
    jwtRest.lastIndex = memory.runUntil;
    memory.end = jwtRest.test(text) ? untilKey(text, at, jwtRest.lastIndex) : undefined;
  }
  const { end, runUntil } = memory;
  if (end === undefined || runUntil - at < 10) return undefined;
  return { start: at, end, kind: 'jwt', hint: 'eyJ' };
}

const authority = /[^\s"'`<>\\/?#]{1,512}/y;
const untilAt = /[^\s"'`<>\\]{1,512}/y;

/** `scheme://user:password@host`, also where the password holds a slash. */
export function connectionString(text: string, at: number): Sighting | undefined {
  const from = at + 3;
  authority.lastIndex = from;
  const head = authority.exec(text)?.[0] ?? '';
  const colon = head.indexOf(':');
  const named = colon >= 0 && (head.includes('@') || !/^:\d{0,5}$/.test(head.slice(colon)));
  if (!named && !head.includes('@')) return undefined;
  untilAt.lastIndex = from;
  const run = named ? (untilAt.exec(text)?.[0] ?? head) : head;
  if (!run.includes('@')) return undefined;
  const end = from + run.lastIndexOf('@');
  const start = colon < 0 ? from : from + colon + 1;
  const value = text.slice(start, end);
  const secret = colon < 0 ? value.length >= 16 && /[0-9]/.test(value) : value !== '';
  if (!secret || isPlaceholder(value) || isMasked(text, start, end)) return undefined;
  return { start, end, kind: 'connection-string', hint: '' };
}

const schemeValue = /[A-Za-z0-9._~+/=-]{8,}/y;

/** `Bearer …` and `Basic …`, but not "basic authentication". */
export function scheme(text: string, at: number, length: number): Sighting | undefined {
  schemeValue.lastIndex = at + length;
  const value = schemeValue.exec(text)?.[0];
  if (value === undefined || !/[0-9A-Z=]/.test(value.slice(1))) return undefined;
  return { start: at + length, end: schemeValue.lastIndex, kind: 'authorization', hint: '' };
}
