import { skipString, unescapeKey } from '../../shared/json-members.ts';
import { foldKey } from './key-fold.ts';
import { roundTrips } from './number-text.ts';

/** What readers of a JSON text may see differently. */
export interface ArgumentsScan {
  /**
   * An object holds a key twice: readers keep the first, the last, or both. Among the tool's own parameters (the top
   * level) keys that differ by case alone count as well, since readers that ignore case fill one field from both.
   */
  readonly ambiguous: boolean;
  /** Nothing is lost by JSON.parse: no key twice, every number fits a double, every string is well-formed Unicode. */
  readonly lossless: boolean;
}

/** Scans a text known to be JSON, in linear time and without recursion. */
export function scanArguments(text: string): ArgumentsScan {
  const open: (Set<string> | undefined)[] = [];
  let keys: Set<string> | undefined;
  let folded: Set<string> | undefined;
  let keyNext = false;
  let lossless = true;
  const escapes = text.includes('\\u');
  let index = 0;
  while (index < text.length) {
    const c = text.charCodeAt(index);
    if (c === 0x22) {
      const end = skipString(text, index);
      if (end < 0) break;
      if (keyNext && keys !== undefined) {
        const key = unescapeKey(text.slice(index + 1, end - 1));
        if (keys.has(key)) return { ambiguous: true, lossless: false };
        keys.add(key);
        if (open.length === 1) {
          folded ??= new Set();
          const fold = foldKey(key);
          if (folded.has(fold)) return { ambiguous: true, lossless: false };
          folded.add(fold);
        }
        keyNext = false;
      }
      if (escapes && lossless) lossless = wellFormed(text.slice(index, end));
      index = end;
      continue;
    }
    if (c === 0x2d || (c >= 0x30 && c <= 0x39)) {
      const end = numberEnd(text, index);
      if (lossless) lossless = roundTrips(text.slice(index, end));
      index = end;
      continue;
    }
    if (c === 0x7b) {
      keys = new Set();
      open.push(keys);
      keyNext = true;
    } else if (c === 0x5b) {
      keys = undefined;
      open.push(keys);
      keyNext = false;
    } else if (c === 0x7d || c === 0x5d) {
      open.pop();
      keys = open[open.length - 1];
      keyNext = false;
    } else if (c === 0x2c) {
      keyNext = keys !== undefined;
    }
    index += 1;
  }
  return { ambiguous: false, lossless };
}

/** The index after the number that starts at `at`. */
function numberEnd(text: string, at: number): number {
  let index = at + 1;
  while (index < text.length) {
    const c = text.charCodeAt(index);
    const inNumber =
      (c >= 0x30 && c <= 0x39) ||
      c === 0x2e ||
      c === 0x65 ||
      c === 0x45 ||
      c === 0x2b ||
      c === 0x2d;
    if (!inNumber) break;
    index += 1;
  }
  return index;
}

/** A lone surrogate can only hide in an escape: the bytes were checked to be UTF-8 before. */
const wellFormed = (literal: string): boolean =>
  !literal.includes('\\u') || String(JSON.parse(literal)).isWellFormed();
