/** Everything JSON can hold. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json | undefined };

/** The texts of settled objects. They cannot go stale: a settled object is frozen all the way down. */
const settled = new WeakMap<object, string>();

/**
 * The RFC 8785 form of a value: keys sorted by UTF-16 code units, numbers and strings as ECMAScript writes them, no
 * space. Members that are undefined are left out. Throws on NaN and infinities, which JSON cannot hold.
 *
 * It stands beside the package `canonicalize` because the trail runs it for every entry: about half the time, tested
 * to give the same text.
 */
export function canonical(value: Json): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new RangeError(`${value} has no form in JSON.`);
    return JSON.stringify(value);
  }
  if (value === null || typeof value === 'boolean') return String(value);
  return settled.get(value) ?? (isList(value) ? list(value) : record(value));
}

/**
 * Freezes a value with all it holds and remembers its canonical text: what stands in every entry of a session is
 * written out once. Returns the value.
 */
export function settle<T extends object>(value: T): T {
  freeze(value);
  settled.set(value, canonical(value as Json));
  return value;
}

function freeze(value: object): void {
  Object.freeze(value);
  for (const member of Object.values(value)) {
    if (typeof member === 'object' && member !== null) freeze(member);
  }
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);

function list(items: readonly Json[]): string {
  let text = '[';
  for (const [n, item] of items.entries()) text += (n === 0 ? '' : ',') + canonical(item);
  return `${text}]`;
}

function record(members: { readonly [key: string]: Json | undefined }): string {
  let text = '';
  for (const key of Object.keys(members).sort()) {
    const member = members[key];
    if (member === undefined) continue;
    text += `${text === '' ? '' : ','}${keyText(key)}:${canonical(member)}`;
  }
  return `{${text}}`;
}

/** The few keys that entries have, quoted once. Bounded, because a key may come from outside. */
const known = new Map<string, string>();

function keyText(key: string): string {
  const before = known.get(key);
  if (before !== undefined) return before;
  const text = JSON.stringify(key);
  if (known.size < 512) known.set(key, text);
  return text;
}
