import type { PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';

/** A rule with its literals taken out: rules that differ in nothing else have the same shape. */
export interface RuleShape {
  /** A rule like the others of its shape, with a mark in place of each literal. */
  readonly text: string;
  /** The literals, in the order of their marks; one that stands twice has one mark. */
  readonly literals: readonly string[];
}

const mark = (index: number): string => `\uE000${index}\uE001`;
const marked = /^\uE000(\d+)\uE001$/;

const token = /\/\/[^\n]*|"((?:[^"\\]|\\[\s\S])*)"|::|[A-Za-z_][A-Za-z0-9_]*|[^\s]/g;

/** Constructors whose argument decides whether the rule is one at all. */
const checked: ReadonlySet<string> = new Set(['ip', 'decimal', 'datetime', 'duration']);

/**
 * Whether a literal is mere data there: not the name of an attribute, a key or an action, nor an argument that has to
 * be of a certain form. `after` is what follows it.
 */
function isData(one: string, two: string, after: string): boolean {
  if (one === 'has' || (one === '::' && two === 'Action')) return false;
  if (one === '(' && checked.has(two)) return false;
  // `x["key"]` reads an attribute; `["a", "b"]` is a list.
  if (one === '[' && /^[A-Za-z_)\]"]/.test(two) && two !== 'in') return false;
  // `{"key": value}` names a key.
  return after !== ':';
}

/**
 * Takes the literals out of a rule; undefined where that could change what it is. Equal literals get one mark, so that
 * a comparison of two of them comes out as before.
 */
export function shapeOf(rule: string): RuleShape | undefined {
  if (/[\uE000\uE001]/.test(rule)) return undefined;
  const found = [...rule.matchAll(token)];
  const places = new Map<string, number>();
  let text = '';
  let from = 0;
  for (const [at, match] of found.entries()) {
    const literal = match[1];
    // What is escaped means something else than what is written.
    if (literal === undefined || literal.includes('\\') || literal.includes('\n')) continue;
    const near = (offset: number): string => found[at + offset]?.[0] ?? '';
    if (!isData(near(-1), near(-2), near(1))) continue;
    const place = places.get(literal) ?? places.size;
    places.set(literal, place);
    text += `${rule.slice(from, match.index)}"${mark(place)}"`;
    from = match.index + match[0].length;
  }
  return { text: text + rule.slice(from), literals: [...places.keys()] };
}

/** The pattern of a `like` in Cedar's JSON form: one element for each character. */
const patternOf = (literal: string): unknown[] =>
  [...literal].map((letter) => (letter === '*' ? 'Wildcard' : { Literal: letter }));

/** The text of a pattern without wildcards. */
function textOfPattern(pattern: readonly unknown[]): string {
  return pattern
    .map((part) =>
      typeof part === 'object' && part !== null && 'Literal' in part ? String(part.Literal) : '*',
    )
    .join('');
}

/** Puts the literals of a rule into the JSON form of its shape. Gives a copy. */
export function filled(shape: PolicyJson, literals: readonly string[]): PolicyJson {
  const literalOf = (text: string): string | undefined => {
    if (text.charCodeAt(0) !== 0xe000) return undefined;
    const place = marked.exec(text)?.[1];
    return place === undefined ? undefined : literals[Number(place)];
  };
  const fill = (value: unknown): unknown => {
    if (typeof value === 'string') return literalOf(value) ?? value;
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map(fill);
    const copy: Record<string, unknown> = {};
    for (const [key, part] of Object.entries(value)) {
      copy[key] = key === 'pattern' && Array.isArray(part) ? fillPattern(part) : fill(part);
    }
    return copy;
  };
  const fillPattern = (pattern: readonly unknown[]): readonly unknown[] => {
    const literal = literalOf(textOfPattern(pattern));
    return literal === undefined ? pattern : patternOf(literal);
  };
  // Filling changes strings alone, so that the form stays that of a policy.
  return fill(shape) as PolicyJson;
}
