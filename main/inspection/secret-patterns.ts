import { type NameMemory, named } from './named-secrets.ts';
import type { Sighting } from './sighting.ts';
import { formats, tokenAt } from './token-formats.ts';
import {
  connectionString,
  type JwtMemory,
  jwt,
  privateKey,
  scheme,
  untilKey,
} from './value-secrets.ts';

const escaped = (text: string): string => text.replace(/[.+]/g, '\\$&');

/** Where names of secrets may stand; each is judged by `isSecretName`. */
const nameParts =
  'passw|passphrase|passwd|pwd|pass|secret|token|key|credential|authorization|auth|cookie|jwt|mnemonic|seedphrase|otp|cvv|cvc|sig|sas|bearer|contrase|kennwort|motdepasse|senha|пароль|密码|密钥|パスワード';
const special = '-----BEGIN|:\\/\\/|eyJ|bearer |basic ';
const prefixes = formats.map(({ prefix }) => escaped(prefix)).join('|');
const anchorSource = `${special}|${prefixes}|${nameParts}`;

/** One look decides whether a text can hold a secret at all. Literals only, so linear. */
const anyAnchor = new RegExp(anchorSource, 'i');

/** Whether the text may hold a secret of a known form; false is certain. */
export const mayHoldSecret = (text: string): boolean => anyAnchor.test(text);

/**
 * Finds the secrets of a plain text, in order, without overlap. Tokens glued to one another are all found, as a
 * second one may start inside what the first one took. Linear: every look ahead is bounded, consumes what it read,
 * or is remembered.
 */
export function secretsIn(text: string): readonly Sighting[] {
  const found: Sighting[] = [];
  const anchors = new RegExp(anchorSource, 'gi');
  const memory: Memory = { runUntil: 0, end: undefined, from: 0, judgedUntil: 0 };
  for (let match = anchors.exec(text); match !== null; match = anchors.exec(text)) {
    const at = match.index;
    anchors.lastIndex = at + 1;
    const covered = at < memory.from;
    const seen = covered
      ? lookInside(text, at, match[0], memory)
      : beforeKey(text, look(text, at, match[0], memory), at);
    if (seen === undefined) continue;
    found.push(covered ? { ...seen, start: memory.from, hint: '' } : seen);
    memory.from = seen.end;
    memory.judgedUntil = Math.min(memory.judgedUntil, seen.end);
  }
  return found;
}

/** A token that starts inside the last sighting and reaches beyond it. */
function lookInside(
  text: string,
  at: number,
  anchor: string,
  memory: Memory,
): Sighting | undefined {
  const seen = text.startsWith('eyJ', at)
    ? jwt(text, at, memory)
    : tokenAt(text, at, anchor, memory.from);
  if (seen === undefined || seen.end <= memory.from) return undefined;
  return beforeKey(text, seen, memory.from);
}

/** A token never reaches into a key that is glued to it. */
function beforeKey(text: string, seen: Sighting | undefined, from: number): Sighting | undefined {
  if (seen === undefined || seen.kind === 'private-key') return seen;
  const end = untilKey(text, from, seen.end);
  return end === from ? undefined : { ...seen, end };
}

type Memory = JwtMemory & NameMemory;

function look(text: string, at: number, anchor: string, memory: Memory): Sighting | undefined {
  if (anchor === '-----BEGIN') return privateKey(text, at);
  if (anchor === '://') return connectionString(text, at);
  if (text.startsWith('eyJ', at)) return jwt(text, at, memory);
  const token = tokenAt(text, at, anchor);
  if (token !== undefined) return token;
  if (/^(?:bearer|basic) $/i.test(anchor)) return scheme(text, at, anchor.length);
  return named(text, at, memory);
}
