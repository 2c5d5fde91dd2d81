import { isPlaceholder, isSecretName } from './secret-names.ts';
import { isMasked, maskedThrough, type Sighting } from './sighting.ts';

/** What a scan for names remembers: where the last sighting ended, and how far a name was judged as a whole. */
export interface NameMemory {
  from: number;
  judgedUntil: number;
}

const nameCharacter = /[\p{L}\p{N}_.-]/u;
const nameRest = /[\p{L}\p{N}_.-]*/uy;
const longestLook = 64;

/** `password=…`, `"token": "…"`, `--api-key …`, `Authorization: Bearer …`, and a random value near such a name. */
export function named(text: string, at: number, memory: NameMemory): Sighting | undefined {
  if (at < memory.judgedUntil) return undefined;
  let start = at;
  while (
    start > memory.from &&
    at - start < longestLook &&
    nameCharacter.test(text[start - 1] ?? '')
  ) {
    start -= 1;
  }
  nameRest.lastIndex = at;
  nameRest.test(text);
  const end = nameRest.lastIndex;
  memory.judgedUntil = end;
  const name = fullName(text, Math.max(start, end - longestLook), end);
  if (!isSecretName(name)) return undefined;
  separator.lastIndex = end;
  if (separator.test(text)) {
    const last = text[separator.lastIndex - 1] ?? '';
    return valueAt(text, separator.lastIndex, name, /[: \t]/.test(last));
  }
  gap.lastIndex = end;
  if (name.startsWith('-') && gap.test(text)) return valueAt(text, gap.lastIndex, name, false);
  return randomNear(text, end);
}

const wordBefore = /([A-Za-z]{1,16})[ ]$/;

/** The name with the word before a bare "key" or "token": "api key" is as much a name as `api_key`. */
const fullName = (text: string, start: number, end: number): string => {
  const name = text.slice(start, end);
  if (!/^(?:keys?|tokens?)$/i.test(name)) return name;
  const before = wordBefore.exec(text.slice(Math.max(0, start - 17), start))?.[1];
  return before === undefined ? name : `${before}_${name}`;
};

const separator = /(?:\\{0,8}["'`])?[ \t]{0,8}(?:=>|:=|[:=])[ \t]{0,8}/y;
const gap = /[ \t]{1,8}/y;
const openQuote = /\\{0,8}(["'`])/y;
const bareValue = /[^\s"'`,;&<>|)}]{1,}/y;
const lineValue = /[^\r\n"'`]{1,}/y;

function valueAt(text: string, at: number, name: string, loose: boolean): Sighting | undefined {
  openQuote.lastIndex = at;
  const quote = openQuote.exec(text);
  if (quote !== null) return quotedValue(text, at, quote[0]);
  const whole = /cookie/i.test(name) ? lineValue : bareValue;
  whole.lastIndex = at;
  let value = whole.exec(text)?.[0];
  if (value === undefined) return undefined;
  let end = whole.lastIndex;
  if (/^(?:bearer|basic|token|digest|negotiate|apikey)$/i.test(value) && text[end] === ' ') {
    bareValue.lastIndex = end + 1;
    const more = bareValue.exec(text)?.[0];
    if (more !== undefined) {
      value = more;
      end = bareValue.lastIndex;
      at = end - more.length;
    }
  }
  if (isPlaceholder(value) || maskedThrough(text, at, end)) return undefined;
  if (loose && isProse(text, value, end)) return undefined;
  return { start: at, end, kind: 'named-secret', hint: '' };
}

/** "password: the one you chose": a plain word followed by another one. */
const isProse = (text: string, value: string, end: number): boolean =>
  /^[\p{L}'’]{1,24}[.,]?$/u.test(value) && /^ [\p{L}(]/u.test(text.slice(end, end + 2));

function quotedValue(text: string, at: number, open: string): Sighting | undefined {
  const start = at + open.length;
  let end = text.indexOf(open, start);
  if (open.length === 1) {
    while (end > 0 && slashesBefore(text, end) % 2 === 1) end = text.indexOf(open, end + 1);
  }
  if (end < 0) end = text.length;
  const value = text.slice(start, end);
  if (isPlaceholder(value) || isMasked(text, start, end)) return undefined;
  return { start, end, kind: 'named-secret', hint: '' };
}

const slashesBefore = (text: string, at: number): number => {
  let count = 0;
  while (count < 64 && text[at - 1 - count] === '\\') count += 1;
  return count;
};

const nearRun = /[^\r\n]{0,24}?([A-Za-z0-9+/_=.-]{16,})/y;

function randomNear(text: string, from: number): Sighting | undefined {
  nearRun.lastIndex = from;
  const value = nearRun.exec(text)?.[1];
  if (value === undefined || !looksRandom(value)) return undefined;
  const end = nearRun.lastIndex;
  return { start: end - value.length, end, kind: 'high-entropy', hint: '' };
}

/** Letters and digits mixed, with at least three bits a character (Shannon) over at most 256 characters. */
export function looksRandom(value: string): boolean {
  if (!/[0-9]/.test(value) || !/[A-Za-z]/.test(value)) return false;
  const sample = value.slice(0, 256);
  const counts = new Map<string, number>();
  for (const character of sample) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values())
    bits -= (count / sample.length) * Math.log2(count / sample.length);
  return bits >= 3;
}
