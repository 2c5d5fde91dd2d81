import { named } from './named-secrets.ts';
import type { Sighting } from './sighting.ts';
import { formats, tokenAt } from './token-formats.ts';
import { connectionString, jwt, privateKey, scheme } from './value-secrets.ts';

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
 * Finds the secrets of a plain text, in order, without overlap. Linear: every look ahead is bounded, consumes
 * what it read, or is remembered.
 */
export function secretsIn(text: string): readonly Sighting[] {
  const found: Sighting[] = [];
  const anchors = new RegExp(anchorSource, 'gi');
  const memory = { noDotUntil: 0, from: 0, judgedUntil: 0 };
  for (let match = anchors.exec(text); match !== null; match = anchors.exec(text)) {
    const seen = look(text, match.index, match[0], memory);
    if (seen === undefined) {
      anchors.lastIndex = match.index + 1;
      continue;
    }
    found.push(seen);
    memory.from = seen.end;
    anchors.lastIndex = Math.max(seen.end, match.index + 1);
  }
  return found;
}

interface Memory {
  noDotUntil: number;
  from: number;
  judgedUntil: number;
}

function look(text: string, at: number, anchor: string, memory: Memory): Sighting | undefined {
  if (anchor === '-----BEGIN') return privateKey(text, at);
  if (anchor === '://') return connectionString(text, at);
  if (text.startsWith('eyJ', at)) return jwt(text, at, memory);
  const token = tokenAt(text, at, anchor);
  if (token !== undefined) return token;
  if (/^(?:bearer|basic) $/i.test(anchor)) return scheme(text, at, anchor.length);
  return named(text, at, memory);
}
