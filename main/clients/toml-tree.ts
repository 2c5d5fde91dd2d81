import { parse } from 'smol-toml';
import type { Node, Span } from './config-node.ts';
import { readKeys, readTomlValue, type Scalar, skipBlank, skipGap } from './toml-value.ts';

interface Building {
  type: 'object' | 'array';
  style: 'flow' | 'tables' | 'dotted';
  offset: number;
  length: number;
  headerEnd?: number;
  readonly own: Span[];
  readonly children: Node[];
  readonly byName: Map<string, Building>;
}

const table = (style: Building['style'], offset: number): Building => ({
  type: 'object',
  style,
  offset,
  length: 0,
  own: [],
  children: [],
  byName: new Map(),
});

/**
 * The syntax tree of a TOML document that is known to be valid, or undefined where the text is written in a way this
 * reader does not follow. A table with headers has one segment per header, from the header to what comes before the
 * next one; `isSameAs` tells whether tree and a real parser's value agree, which every caller asks.
 */
export function tomlTree(text: string): Node | undefined {
  const root = table('tables', 0);
  root.length = text.length;
  root.own.push({ start: 0, end: text.length });
  let current = root;
  let open: Building | undefined;
  let at = skipGap(text, 0);
  const close = (end: number) => {
    if (open === undefined) return;
    const segment = open.own.at(-1);
    if (segment === undefined) return;
    const body = text.slice(segment.start, end).trimEnd();
    open.own[open.own.length - 1] = { start: segment.start, end: segment.start + body.length };
  };
  while (at < text.length) {
    if (text[at] === '[') {
      close(at);
      const list = text[at + 1] === '[';
      const keys = readKeys(text, at + (list ? 2 : 1));
      if (keys === undefined) return undefined;
      const end = keys.end + (list ? 2 : 1);
      const entered = enterTable(root, keys.keys, list, at);
      if (entered === undefined) return undefined;
      entered.own.push({ start: at, end });
      entered.headerEnd ??= end;
      current = entered;
      open = entered;
      at = skipGap(text, end);
      continue;
    }
    const keys = readKeys(text, at);
    if (keys === undefined || text[keys.end] !== '=') return undefined;
    const value = readTomlValue(text, skipBlank(text, keys.end + 1));
    if (value === undefined) return undefined;
    if (!addPair(current, keys.keys, at, value)) return undefined;
    at = skipGap(text, value.offset + value.length);
  }
  close(text.length);
  return finished(root);
}

function enterTable(
  root: Building,
  keys: readonly Scalar[],
  list: boolean,
  at: number,
): Building | undefined {
  let node = root;
  for (const [index, key] of keys.entries()) {
    const last = index === keys.length - 1;
    const name = String(key.value);
    let next = node.byName.get(name);
    if (next === undefined) {
      next = table('tables', at);
      if (last && list) next.type = 'array';
      node.byName.set(name, next);
      node.children.push(property(key, next));
    }
    if (next.style === 'flow') return undefined;
    if (next.type === 'array') {
      if (last && list) {
        const item = table('tables', at);
        next.children.push(item as unknown as Node);
        next.byName.set(String(next.byName.size), item);
        next = item;
      } else {
        const item = next.byName.get(String(next.byName.size - 1));
        if (item === undefined) return undefined;
        next = item;
      }
    }
    node = next;
  }
  return node;
}

function addPair(current: Building, keys: readonly Scalar[], at: number, value: Node): boolean {
  let node = current;
  for (const key of keys.slice(0, -1)) {
    const name = String(key.value);
    let next = node.byName.get(name);
    if (next === undefined) {
      next = table('dotted', at);
      node.byName.set(name, next);
      node.children.push(property(key, next));
    }
    next.own.push({ start: at, end: value.offset + value.length });
    if (next.type === 'array') return false;
    node = next;
  }
  const key = keys.at(-1);
  if (key === undefined) return false;
  const length = value.offset + value.length - at;
  node.children.push({ type: 'property', offset: at, length, children: [key, value] });
  return true;
}

/** The value is filled in later; it is the same object until then. */
const property = (key: Scalar, value: Building): Node => ({
  type: 'property',
  offset: key.offset,
  length: key.length,
  children: [key, value as unknown as Node],
});

/** Gives every table its segments: its own, and those of the tables below it. */
function finished(building: Building): Node {
  const children = building.children.map((child): Node => {
    if (child.type !== 'property') return finished(child as unknown as Building);
    const [key, value] = child.children ?? [];
    if (key === undefined || value === undefined || !('byName' in value)) return child;
    const done = finished(value as unknown as Building);
    return { ...child, children: [key, done] };
  });
  const below = children
    .map((child) => (child.type === 'property' ? child.children?.[1] : child))
    .flatMap((node) => (node?.style === 'tables' ? (node.segments ?? []) : []));
  const seen = new Set<number>();
  const segments = [...building.own, ...below]
    .filter(({ start }) => !seen.has(start) && seen.add(start) !== undefined)
    .sort((a, b) => a.start - b.start);
  const [first] = segments;
  return {
    type: building.type,
    style: building.style,
    offset: first?.start ?? building.offset,
    length: first === undefined ? 0 : first.end - first.start,
    children,
    segments,
    ...(building.headerEnd === undefined ? {} : { headerEnd: building.headerEnd }),
  };
}

/** A TOML document's value, or the parser's word and line on why it has none. */
export function tomlValue(text: string): { value: unknown } | { line: number; why: string } {
  try {
    return { value: parse(text, { integersAsBigInt: 'asNeeded' }) };
  } catch (error) {
    const line = error instanceof Error && 'line' in error ? Number(error.line) : 1;
    const first = error instanceof Error ? error.message.split('\n', 1)[0] : '';
    return { line, why: (first ?? '').replace(/^Invalid TOML document: /, '') };
  }
}

/** True when a tree says the same as a parsed value: same names, same order of lists, same texts. */
export function isSameAs(node: Node, value: unknown): boolean {
  if (node.type === 'object') {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    const children = node.children ?? [];
    return (
      children.length === Object.keys(value).length &&
      children.every((child) => {
        const [key, inner] = child.children ?? [];
        const name = String(key?.value);
        return (
          inner !== undefined &&
          Object.hasOwn(value, name) &&
          isSameAs(inner, (value as Record<string, unknown>)[name])
        );
      })
    );
  }
  if (node.type === 'array') {
    const items = node.children ?? [];
    return (
      Array.isArray(value) &&
      items.length === value.length &&
      items.every((item, index) => isSameAs(item, value[index]))
    );
  }
  if (node.type === 'other') return typeof value === 'object' && value !== null;
  return Object.is(node.value, value) || (node.type === 'number' && node.value === value);
}
