import { type Pair, random, type Style, type Value } from './json-style.ts';

type Table = { readonly pairs: Pair[] };

const isTable = (value: Value): value is Table =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Writes a value as TOML in the many ways there are: tables with headers in any order below their parents, inline
 * tables, dotted keys, lists on one line or several, every kind of string. Null has no word in TOML and must not occur.
 */
export function writeToml(value: Table, style: Style): string {
  const next = random(style.seed);
  const chance = (share: number) => next() < share;
  const lines: string[] = [];
  const later: (() => void)[] = [];
  const comment = () => (style.comments && chance(0.2) ? ' # note, "x" = [' : '');
  const blank = () => {
    if (chance(0.2)) lines.push('');
    if (style.comments && chance(0.2)) lines.push('# a remark about what follows');
  };
  const key = (name: string) =>
    /^[A-Za-z0-9_-]+$/.test(name) && !chance(0.1)
      ? name
      : chance(0.2)
        ? literal(name)
        : basic(name);
  const basic = (text: string) => JSON.stringify(text).replaceAll('\x7f', '\\u007f');
  const literal = (text: string) =>
    /^(?:[^'\p{Cc}]|\t)*$/u.test(text) ? `'${text}'` : basic(text);
  const string = (text: string) => {
    if (chance(0.15) && !/["\\\p{Cc}]/u.test(text)) return `"""${style.eol}${text}"""`;
    return chance(0.3) ? literal(text) : basic(text);
  };
  const inline = (item: Value): string => {
    if (typeof item === 'string') return string(item);
    if (typeof item === 'number' || typeof item === 'boolean') return String(item);
    if (Array.isArray(item)) {
      if (item.length > 0 && chance(0.3)) {
        const inner = item.map((one) => `${style.indent}${inline(one)},${comment()}`);
        return ['[', ...inner, ']'].join(style.eol);
      }
      return `[${chance(0.3) ? ' ' : ''}${item.map(inline).join(chance(0.5) ? ', ' : ',')}]`;
    }
    if (!isTable(item)) throw new Error('TOML has no null');
    const pairs = item.pairs.map(([name, one]) => `${key(name)} = ${oneLine(one)}`);
    return pairs.length === 0 ? '{}' : `{ ${pairs.join(', ')} }`;
  };
  /** Inline tables hold no line break in TOML 1.0. */
  const oneLine = (item: Value): string => {
    if (typeof item === 'string') return chance(0.3) ? literal(item) : basic(item);
    if (Array.isArray(item)) return `[${item.map(oneLine).join(', ')}]`;
    return inline(item);
  };
  const pair = (name: string, item: Value, indent: string) => {
    lines.push(`${indent}${name}${chance(0.1) ? '  =  ' : ' = '}${inline(item)}${comment()}`);
  };
  const body = (path: readonly string[], { pairs }: Table) => {
    const indent = chance(0.2) ? style.indent.replaceAll('\t', '  ') : '';
    const tables: (() => void)[] = [];
    for (const [name, item] of pairs) {
      if (isTable(item)) {
        const dotted = item.pairs.length > 0 && item.pairs.every(([, one]) => !isTable(one));
        const way = next();
        if (path.length < 2 || way < 0.4) tables.push(() => table([...path, name], item));
        else if (way < 0.6 && dotted) {
          for (const [inner, one] of item.pairs) pair(`${key(name)}.${key(inner)}`, one, indent);
        } else pair(key(name), item, indent);
      } else if (Array.isArray(item) && item.length > 0 && item.every(isTable)) {
        tables.push(() => {
          for (const one of item) {
            blank();
            lines.push(`[[${[...path, name].map(key).join('.')}]]${comment()}`);
            body([...path, name], one as Table);
          }
        });
      } else pair(key(name), item, indent);
      if (chance(0.1)) blank();
    }
    for (const one of tables)
      if (path.length === 2 && chance(0.2)) later.push(one);
      else one();
  };
  const table = (path: readonly string[], item: Table) => {
    blank();
    const gap = chance(0.1) ? ' . ' : '.';
    lines.push(`[${path.map(key).join(gap)}]${comment()}`);
    body(path, item);
  };
  const scalars = value.pairs.filter(([, item]) => !isTable(item) && !tablesIn(item));
  const rest = value.pairs.filter(([, item]) => isTable(item) || tablesIn(item));
  body([], { pairs: [...scalars, ...rest] });
  for (const one of later) one();
  return lines.join(style.eol) + style.end;
}

const tablesIn = (item: Value) => Array.isArray(item) && item.length > 0 && item.every(isTable);
