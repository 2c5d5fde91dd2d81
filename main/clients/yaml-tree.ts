import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Pair,
  parseDocument,
} from 'yaml';
import type { Node } from './config-node.ts';
import { lineEnd } from './lines.ts';

/** Deeper nesting is refused: no config needs it. */
const maxDepth = 200;

/** A YAML document read, or the line and the parser's word on why it is none. */
export type YamlReading = { readonly root: Node } | { readonly line: number; readonly why: string };

/** Reads one YAML 1.2 document into a syntax tree. Block collections reach to the end of what they hold. */
export function yamlTree(text: string): YamlReading {
  const depth = deepestIndent(text);
  if (depth > maxDepth) return { line: 1, why: `more than ${maxDepth} levels deep` };
  let document: Document.Parsed;
  try {
    document = parseDocument(text, { uniqueKeys: true, strict: true, logLevel: 'error' });
  } catch (error) {
    // The parser throws for what it never expected; to the person it is a file that cannot be read.
    return { line: 1, why: error instanceof Error ? error.name : 'unknown error' };
  }
  const [error] = document.errors;
  if (error !== undefined) {
    const line = error.linePos?.[0].line ?? 1;
    return { line, why: error.message.split(' at line ', 1)[0] ?? error.code };
  }
  const root = convert(document.contents, text, text.length, 0);
  return root === undefined ? { line: 1, why: 'unfamiliar' } : { root };
}

/** An upper bound on how deep brackets and indentation nest, before any recursive reader sees the text. */
function deepestIndent(text: string): number {
  let depth = 0;
  let most = 0;
  for (const sign of text) {
    if (sign === '[' || sign === '{') depth += 1;
    else if ((sign === ']' || sign === '}') && depth > 0) depth -= 1;
    if (depth > most) most = depth;
  }
  const widest = /^(?:[ -])*/gm;
  for (const [run] of text.matchAll(widest)) {
    if (run.length / 2 > most) most = run.length / 2;
  }
  return most;
}

function convert(found: unknown, text: string, end: number, depth: number): Node | undefined {
  if (depth > 4 * maxDepth) return undefined;
  if (isAlias(found)) return { type: 'other', ...range(found.range), linked: true };
  if (isScalar(found)) return scalar(found, text);
  if (isMap(found) || isSeq(found)) {
    const children: Node[] = [];
    for (const [index, item] of (found.items as unknown[]).entries()) {
      const next = (found.items as unknown[])[index + 1];
      const until = next === undefined ? end : (startOf(next) ?? end);
      const child = isPair(item)
        ? property(item, text, until, depth)
        : convert(item, text, until, depth + 1);
      if (child === undefined) return undefined;
      children.push(child);
    }
    const linked = found.anchor !== undefined || found.tag !== undefined;
    const type = isMap(found) ? 'object' : 'array';
    const own = range(found.range);
    if (found.flow === true)
      return { type, style: 'flow', ...own, children, ...(linked ? { linked } : {}) };
    const last = children.at(-1);
    const close = last === undefined ? own.offset + own.length : reach(text, last);
    return {
      type,
      style: 'lines',
      offset: own.offset,
      length: close - own.offset,
      children,
      ...(linked ? { linked } : {}),
    };
  }
  return found === null ? { type: 'null', offset: end, length: 0 } : undefined;
}

/** Where a child ends with all it holds; the line break behind a block text is not part of it. */
const reach = (text: string, child: Node): number => {
  const end = child.offset + child.length;
  return child.offset + text.slice(child.offset, end).trimEnd().length;
};

function scalar(
  found: { value: unknown; range?: unknown; anchor?: string; tag?: string; type?: unknown },
  text: string,
): Node {
  const own = range(found.range);
  const base =
    found.type === 'BLOCK_LITERAL' || found.type === 'BLOCK_FOLDED'
      ? {
          offset: own.offset,
          length: text.slice(own.offset, own.offset + own.length).trimEnd().length,
        }
      : own;
  const linked = found.anchor !== undefined || found.tag !== undefined ? { linked: true } : {};
  const { value } = found;
  switch (typeof value) {
    case 'string':
      return { type: 'string', ...base, value, ...linked };
    case 'number':
    case 'bigint':
      return { type: 'number', ...base, value, ...linked };
    case 'boolean':
      return { type: 'boolean', ...base, value, ...linked };
    default:
      return { type: value === null ? 'null' : 'other', ...base, ...linked };
  }
}

function property(pair: Pair, text: string, end: number, depth: number): Node | undefined {
  if (!isScalar(pair.key)) return undefined;
  const read = scalar(pair.key, text);
  const merge = read.value === '<<';
  // A key such as 1 or true goes by its own text.
  const key: Node = {
    ...read,
    value: String(read.value ?? 'null'),
    ...(merge ? { linked: true } : {}),
  };
  const keyEnd = key.offset + key.length;
  const value =
    pair.value === null
      ? ({ type: 'null', offset: colonEnd(text, keyEnd), length: 0 } as const)
      : convert(pair.value, text, end, depth + 1);
  if (value === undefined) return undefined;
  const close = Math.max(keyEnd, value.offset + value.length);
  return {
    type: 'property',
    offset: key.offset,
    length: close - key.offset,
    children: [key, value],
    ...(merge ? { linked: true } : {}),
  };
}

/** Behind the colon that follows a key. */
export function colonEnd(text: string, keyEnd: number): number {
  const found = /^\s*:/.exec(text.slice(keyEnd, lineEnd(text, keyEnd)));
  return keyEnd + (found?.[0].length ?? 0);
}

const startOf = (item: unknown): number | undefined => {
  const node = isPair(item) ? item.key : item;
  return typeof node === 'object' && node !== null && 'range' in node
    ? range(node.range).offset
    : undefined;
};

/** The parser's `[start, end of value, end of node]` as offset and length. */
function range(found: unknown): { offset: number; length: number } {
  const [start, end] = Array.isArray(found) ? found.map(Number) : [];
  return start === undefined || end === undefined
    ? { offset: 0, length: 0 }
    : { offset: start, length: end - start };
}

/**
 * The end of an entry that is written line by line: with the comments that follow it, up to the next line that holds
 * something, so that taking its last line out and putting it back does not step over them.
 */
export function entryEnd(text: string, node: Node): number {
  let at = lineEnd(text, node.offset + node.length);
  for (let next = at; next < text.length; ) {
    next += text.startsWith('\r\n', next) ? 2 : 1;
    const end = lineEnd(text, next);
    const line = text.slice(next, end).trim();
    if (line !== '' && !line.startsWith('#')) break;
    if (line !== '') at = end;
    next = end;
  }
  return node.offset + text.slice(node.offset, at).trimEnd().length;
}
