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
  const children: Node[] = [];
  let at = skipGap(text, from + 1);
  while (text[at] !== closing) {
    const item = closing === ']' ? readTomlValue(text, at, depth + 1) : readPair(text, at, depth);
    if (item === undefined) return undefined;
    children.push(item);
    at = skipGap(text, item.offset + item.length);
    if (text[at] === ',') at = skipGap(text, at + 1);
    else if (text[at] !== closing) return undefined;
  }
  const type = closing === ']' ? 'array' : 'object';
  return { type, style: 'flow', offset: from, length: at + 1 - from, children };
}

/** One pair of an inline table. Dotted keys inside one are left to nobody: such a table is not read. */
function readPair(text: string, at: number, depth: number): Node | undefined {
  let key: Node | undefined;
  if (text[at] === '"' || text[at] === "'") key = readText(text, at);
  else {
    const bare = /^[A-Za-z0-9_-]+/.exec(text.slice(at, at + 1_000))?.[0];
    if (bare !== undefined) key = { type: 'string', offset: at, length: bare.length, value: bare };
  }
  if (key === undefined) return undefined;
  const sign = skipBlank(text, key.offset + key.length);
  if (text[sign] !== '=') return undefined;
  const value = readTomlValue(text, skipBlank(text, sign + 1), depth + 1);
  if (value === undefined) return undefined;
  const length = value.offset + value.length - at;
  return { type: 'property', offset: at, length, children: [key, value] };
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
