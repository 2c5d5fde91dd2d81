import { parse } from 'smol-toml';
import type { Node } from './config-node.ts';

/** A node without children. */
export type Scalar = Node;

/** Deeper values are not read: no config needs them. */
const maxDepth = 200;

/** Past blanks on one line. */
export function skipBlank(text: string, from: number): number {
  let at = from;
  while (text[at] === ' ' || text[at] === '\t') at += 1;
  return at;
}

/** Past blanks, line breaks and comments. */
export function skipGap(text: string, from: number): number {
  let at = from;
  for (;;) {
    while (at < text.length && ' \t\r\n'.includes(text[at] ?? '')) at += 1;
    if (text[at] !== '#') return at;
    const end = text.indexOf('\n', at);
    at = end === -1 ? text.length : end;
  }
}

/** The value that begins at a place of a valid TOML document; undefined where this reader cannot follow. */
export function readTomlValue(text: string, at: number, depth = 0): Node | undefined {
  if (depth > maxDepth) return undefined;
  switch (text[at]) {
    case '"':
    case "'":
      return readText(text, at);
    case '[':
      return readBracket(text, at, depth, ']');
    case '{':
      return readBracket(text, at, depth, '}');
    default:
      return readBare(text, at);
  }
}

function readText(text: string, at: number): Node | undefined {
  const quote = text[at] ?? '';
  const triple = quote.repeat(3);
  const multi = text.startsWith(triple, at);
  let end = multi ? at + 3 : at + 1;
  for (;;) {
    if (end >= text.length) return undefined;
    if (quote === '"' && text[end] === '\\') end += 2;
    else if (multi && text.startsWith(triple, end)) {
      // Up to two more quotes belong to the text: """"a"""" is "a" in quotes.
      end += 3;
      for (let more = 0; more < 2 && text[end] === quote; more += 1) end += 1;
      break;
    } else if (!multi && text[end] === quote) {
      end += 1;
      break;
    } else end += 1;
  }
  const own = text.slice(at, end);
  const plain = !multi && !own.includes('\\');
  const value: unknown = plain ? own.slice(1, -1) : parsed(own);
  if (typeof value !== 'string') return undefined;
  return { type: 'string', offset: at, length: end - at, value };
}

function readBracket(
  text: string,
  from: number,
  depth: number,
  closing: ']' | '}',
): Node | undefined {
  const items: Node[] = [];
  const pairs: Pair[] = [];
  let at = skipGap(text, from + 1);
  while (text[at] !== closing) {
    const item = closing === ']' ? readTomlValue(text, at, depth + 1) : undefined;
    const pair = closing === '}' ? readPair(text, at, depth) : undefined;
    const value = item ?? pair?.value;
    if (value === undefined) return undefined;
    if (item !== undefined) items.push(item);
    if (pair !== undefined) pairs.push(pair);
    at = skipGap(text, value.offset + value.length);
    if (text[at] === ',') at = skipGap(text, at + 1);
    else if (text[at] !== closing) return undefined;
  }
  const base = { style: 'flow', offset: from, length: at + 1 - from } as const;
  if (closing === ']') return { type: 'array', ...base, children: items };
  const children = propertiesOf(pairs);
  return children === undefined ? undefined : { type: 'object', ...base, children };
}

/** One pair of an inline table, by its whole key. */
interface Pair {
  readonly keys: readonly Scalar[];
  readonly value: Node;
}

function readPair(text: string, at: number, depth: number): Pair | undefined {
  const found = readKeys(text, at);
  if (found === undefined || text[found.end] !== '=') return undefined;
  const value = readTomlValue(text, skipBlank(text, found.end + 1), depth + 1);
  return value === undefined ? undefined : { keys: found.keys, value };
}

/**
 * The properties that pairs come to. Those with dotted keys share an object that stands in no one place: it is marked
 * as linked, so that it is read and never edited. Undefined where a name is an object and a value at once.
 */
function propertiesOf(pairs: readonly Pair[]): Node[] | undefined {
  const byName = new Map<unknown, Pair[]>();
  for (const pair of pairs) {
    const name = pair.keys[0]?.value;
    byName.set(name, [...(byName.get(name) ?? []), pair]);
  }
  const properties: Node[] = [];
  for (const [first, ...more] of byName.values()) {
    const key = first?.keys[0];
    if (first === undefined || key === undefined) return undefined;
    let { value } = first;
    if (first.keys.length > 1) {
      const below = [first, ...more].map((pair) => ({ ...pair, keys: pair.keys.slice(1) }));
      const children = below.every(({ keys }) => keys.length > 0) ? propertiesOf(below) : undefined;
      if (children === undefined) return undefined;
      const offset = below[0]?.keys[0]?.offset ?? key.offset;
      const length = value.offset + value.length - offset;
      value = { type: 'object', style: 'flow', linked: true, offset, length, children };
    } else if (more.length > 0) return undefined;
    const length = first.value.offset + first.value.length - key.offset;
    properties.push({ type: 'property', offset: key.offset, length, children: [key, value] });
  }
  return properties;
}

/** A longer dotted key would only exhaust the stack of whoever walks the tree. */
const maxKeys = 50;

interface Keys {
  readonly keys: readonly Scalar[];
  readonly end: number;
}

/** A dotted key; `end` is where the next sign after it stands. */
export function readKeys(text: string, from: number): Keys | undefined {
  const keys: Scalar[] = [];
  let at = skipBlank(text, from);
  for (;;) {
    const quote = text[at];
    let key: Scalar | undefined;
    if (quote === '"' || quote === "'") key = readText(text, at);
    else {
      const bare = /^[A-Za-z0-9_-]+/.exec(text.slice(at, at + 1_000))?.[0];
      if (bare !== undefined)
        key = { type: 'string', offset: at, length: bare.length, value: bare };
    }
    if (key === undefined || typeof key.value !== 'string') return undefined;
    keys.push(key);
    if (keys.length > maxKeys) return undefined;
    at = skipBlank(text, key.offset + key.length);
    if (text[at] !== '.') return { keys, end: at };
    at = skipBlank(text, at + 1);
  }
}

function readBare(text: string, at: number): Node | undefined {
  const own =
    /^(?:\d{4}-\d{2}-\d{2} \d{2}:[^\s,\]}#]*|[^\s,\]}#]+)/.exec(text.slice(at, at + 1_000))?.[0] ??
    '';
  if (own === '') return undefined;
  const base = { offset: at, length: own.length };
  const value = parsed(own);
  switch (typeof value) {
    case 'boolean':
      return { ...base, type: 'boolean', value };
    case 'number':
    case 'bigint':
      return { ...base, type: 'number', value };
    case 'object':
      return { ...base, type: 'other' };
    default:
      return undefined;
  }
}

function parsed(own: string): unknown {
  try {
    return parse(`x=${own}`, { integersAsBigInt: 'asNeeded' }).x;
  } catch {
    // Not a value after all: whoever asked gives up on the file.
    return undefined;
  }
}
