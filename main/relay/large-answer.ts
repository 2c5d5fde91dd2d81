import { isUtf8 } from 'node:buffer';
import { maxDepth } from '../../shared/json-members.ts';

/** What has to be known of an answer before it may pass. */
export interface LargeAnswer {
  readonly idText: string;
  readonly failed: boolean;
  /** `result.isError` is true. */
  readonly toolError: boolean;
}

const space = 0x20;
const quote = 0x22;
const backslash = 0x5c;
const complete = '"complete"';
const inObject = 1;
const inArray = 2;

/** By byte: 1 where a string may hold it as it is. Quote, backslash and control characters are 0. */
const plain = new Uint8Array(256).fill(1, space);
plain[quote] = 0;
plain[backslash] = 0;

/**
 * Reads a large answer without making a string or a value of it, which would cost more than everything else that
 * happens to it. It knows only the plain case: one object of `jsonrpc`, `id`, `result` and `error`, each at most once,
 * valid JSON in valid UTF-8, no bare carriage return, and a result that is complete. Undefined for all else, which is then read in full.
 */
export function readLargeAnswer(line: Buffer): LargeAnswer | undefined {
  if (!isUtf8(line)) return undefined;
  const stack = new Uint8Array(maxDepth + 1);
  const top = new Map<string, { start: number; end: number }>();
  let depth = 0;
  let at = skipSpaces(0);
  let topKey = '';
  let valueStart = 0;
  let toolError = false;
  if (line[at] !== 0x7b) return undefined;

  // Each turn reads one value, or what follows one, so that depth costs no stack of the machine.
  for (;;) {
    const c = line[at];
    if (c === 0x7b || c === 0x5b) {
      depth += 1;
      if (depth > maxDepth) return undefined;
      stack[depth] = c === 0x7b ? inObject : inArray;
      at = skipSpaces(at + 1);
      if (line[at] !== (c === 0x7b ? 0x7d : 0x5d)) {
        if (c === 0x7b && !readKey()) return undefined;
        continue;
      }
    } else {
      at = skipScalar(c);
      if (at < 0) return undefined;
      at = skipSpaces(at);
    }
    // A value has ended, or an empty container is about to: close what closes here.
    while (line[at] === 0x7d || line[at] === 0x5d) {
      if (stack[depth] !== (line[at] === 0x7d ? inObject : inArray)) return undefined;
      if (depth === 1) endTop(at);
      depth -= 1;
      at += 1;
      if (depth === 0) return finish();
      at = skipSpaces(at);
    }
    if (line[at] !== 0x2c) return undefined;
    if (depth === 1) endTop(at);
    at = skipSpaces(at + 1);
    if (stack[depth] === inObject && !readKey()) return undefined;
  }

  /** Reads a key and its colon, and leaves `at` on the value. False where it has to be read in full. */
  function readKey(): boolean {
    if (line[at] !== quote) return false;
    const start = at + 1;
    const end = skipString(at);
    if (end < 0) return false;
    at = skipSpaces(end);
    if (line[at] !== 0x3a) return false;
    at = skipSpaces(at + 1);
    if (depth > 2 || (depth === 2 && topKey !== 'result')) return true;
    const key = line.toString('latin1', start, end - 1);
    if (depth === 2) {
      if (!/^[ -[\]-~]*$/.test(key)) return false;
      if (key === 'isError') toolError = line[at] === 0x74;
      // What a server asks of the client is judged, so such an answer is read in full.
      if (key === 'resultType') return isComplete();
      return key.toLowerCase() !== 'inputrequests';
    }
    if (!/^(?:jsonrpc|id|result|error)$/.test(key) || top.has(key)) return false;
    topKey = key;
    valueStart = at;
    top.set(key, { start: at, end: at });
    return true;
  }

  function isComplete(): boolean {
    return line.toString('latin1', at, at + complete.length) === complete;
  }

  function endTop(end: number): void {
    if (topKey !== '') top.set(topKey, { start: valueStart, end });
    topKey = '';
  }

  function finish(): LargeAnswer | undefined {
    for (; at < line.length; at += 1) {
      const c = line[at];
      if (c !== space && c !== 0x0a && c !== 0x0d && c !== 0x09) return undefined;
    }
    const text = (key: string) => {
      const span = top.get(key);
      return span && line.toString('utf8', span.start, span.end).trimEnd();
    };
    const idText = text('id');
    const failed = top.has('error') && text('error') !== 'null';
    const one = failed !== top.has('result');
    const usual = idText !== undefined && /^["\d-]/.test(idText) && one;
    return usual ? { idText, failed, toolError: toolError && !failed } : undefined;
  }

  /** Past white space; a carriage return ends it, and so what follows is no JSON to this reader. */
  function skipSpaces(from: number): number {
    let index = from;
    while (line[index] === space || line[index] === 0x0a || line[index] === 0x09) index += 1;
    return index;
  }

  /** The index after the string whose quote stands at `from`, or -1. */
  function skipString(from: number): number {
    let index = from + 1;
    for (;;) {
      while (plain[line[index] ?? 0] === 1) index += 1;
      const c = line[index];
      if (c === quote) return index + 1;
      if (c !== backslash) return -1;
      const escaped = line[index + 1];
      if (escaped === 0x75) {
        for (let digit = 2; digit < 6; digit += 1) if (!isHex(line[index + digit])) return -1;
        index += 6;
      } else if (escaped !== undefined && '"\\/bfnrt'.includes(String.fromCharCode(escaped))) {
        index += 2;
      } else {
        return -1;
      }
    }
  }

  /** The index after a string, number or word that starts at `at` with `c`, or -1. */
  function skipScalar(c: number | undefined): number {
    if (c === quote) return skipString(at);
    let end = at;
    while (isWord(line[end])) end += 1;
    const word = line.toString('latin1', at, end);
    return /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/.test(word)
      ? end
      : -1;
  }
}

const isHex = (c = 0): boolean =>
  (c >= 0x30 && c <= 0x39) || (c >= 0x41 && c <= 0x46) || (c >= 0x61 && c <= 0x66);

/** Letters, digits, and the signs of numbers. */
const isWord = (c = 0): boolean =>
  (c >= 0x30 && c <= 0x39) ||
  (c >= 0x61 && c <= 0x7a) ||
  c === 0x2d ||
  c === 0x2b ||
  c === 0x2e ||
  c === 0x45;
