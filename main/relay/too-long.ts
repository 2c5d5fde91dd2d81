import { scanObject, skipSpace, skipValue } from '../../shared/json-members.ts';
import type { TooLong } from './line-framer.ts';

/** What the ends of a line say of the message it would have been. */
export interface LineEnds {
  /** `junk` is no message: it does not begin like one. A batch counts as an answer. */
  readonly kind: 'answer' | 'asking' | 'junk';
  readonly idText: string | undefined;
}

/** The id as the last member of the object, or before `jsonrpc` alone, as some libraries write it. */
const idAtEnd =
  /,\s*"id"\s*:\s*("(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*)\s*(?:,\s*"jsonrpc"\s*:\s*"2\.0"\s*)?\}\s*$/;

/**
 * Finds the id of a message of which only the ends are known, and whether it asks or answers: libraries write the id
 * before or after what is large. It decides nothing but who is told.
 */
export function endsOf({ head, tail }: TooLong): LineEnds {
  const text = head.toString('utf8');
  const start = skipSpace(text, 0);
  const first = text.charAt(start);
  if (first === '[') return { kind: 'answer', idText: undefined };
  if (first !== '{') return { kind: 'junk', idText: undefined };
  let asks = false;
  let idText: string | undefined;
  scanObject(text, start, (key, at) => {
    if (key === 'method') asks = true;
    const end = skipValue(text, at, 1);
    // What reaches the end of the head may go on after it.
    const whole = end >= 0 && end < text.length;
    if (key === 'id' && whole && /^["\d-]/.test(text.slice(at, end))) idText = text.slice(at, end);
    return whole ? end : -1;
  });
  idText ??= idAtEnd.exec(tail.toString('utf8'))?.[1];
  if (idText !== undefined && !isJson(idText)) idText = undefined;
  return { kind: asks ? 'asking' : 'answer', idText };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
