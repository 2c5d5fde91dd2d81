/** A JSON value whose objects keep their order and may be written in any style. */
export type Value = string | number | boolean | null | Value[] | { readonly pairs: Pair[] };
/** A member of such an object. */
export type Pair = readonly [string, Value];

/** How a person, an editor or a client writes JSON; comments and trailing commas only where the format has them. */
export interface Style {
  readonly indent: string;
  readonly eol: string;
  readonly colon: string;
  readonly mark: string;
  readonly end: string;
  readonly layout: 'lines' | 'one-line' | 'minified' | 'mixed';
  readonly comments: boolean;
  readonly trailingCommas: boolean;
  readonly seed: number;
}

/** Numbers from 0 to 1, the same for the same seed. */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The items in an order that the seed decides. */
export function shuffled<T>(items: readonly T[], seed: number): T[] {
  const next = random(seed);
  return items
    .map((item) => ({ item, at: next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

/** Writes a value in a style; comments and trailing commas only where the style has them. */
export function write(value: Value, style: Style): string {
  const next = random(style.seed);
  const chance = (share: number) => next() < share;
  const comment = (depth: number, multiline: boolean): string => {
    if (!style.comments || !chance(0.25)) return '';
    if (multiline && chance(0.5)) return `// note, "x": {${style.eol}${style.indent.repeat(depth)}`;
    return '/* note, } */ ';
  };
  const quote = (content: string) => {
    const plain = JSON.stringify(content);
    return chance(0.2)
      ? plain.replace(
          /[^\x20-\x7e]/g,
          (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
        )
      : plain;
  };
  const list = (
    open: string,
    close: string,
    items: ((depth: number) => string)[],
    depth: number,
  ) => {
    const multiline = style.layout === 'lines' || (style.layout === 'mixed' && chance(0.5));
    const space = style.layout === 'minified' ? '' : ' ';
    if (items.length === 0) return open + (chance(0.1) ? space : '') + close;
    const pad = multiline ? style.eol + style.indent.repeat(depth + 1) : chance(0.5) ? space : '';
    const closing = multiline ? style.eol + style.indent.repeat(depth) : pad;
    let out = open;
    items.forEach((item, index) => {
      out += index === 0 || multiline ? pad : space;
      out += comment(depth + 1, multiline) + item(depth + 1);
      if (style.comments && chance(0.1)) out += ' /* behind */';
      const last = index === items.length - 1;
      if (!last || (style.trailingCommas && chance(0.5))) out += ',';
      if (multiline && style.comments && chance(0.1)) out += ' // end';
      if (multiline && chance(0.05)) out += style.eol;
    });
    return out + closing + close;
  };
  const any = (node: Value, depth: number): string => {
    if (typeof node === 'string') return quote(node);
    if (node === null || typeof node !== 'object') return JSON.stringify(node);
    if (Array.isArray(node))
      return list(
        '[',
        ']',
        node.map((item) => (d) => any(item, d)),
        depth,
      );
    const members = node.pairs.map(
      ([name, inner]) =>
        (d: number) =>
          quote(name) + style.colon + any(inner, d),
    );
    return list('{', '}', members, depth);
  };
  return comment(0, true) + any(value, 0) + style.end;
}
