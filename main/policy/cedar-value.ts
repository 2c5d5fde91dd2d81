import type { CedarValueJson } from '@cedar-policy/cedar-wasm/nodejs';

/** What can come out of mapping JSON: never an entity, an extension, a float or null. */
export type CedarValue =
  | boolean
  | number
  | string
  | readonly CedarValue[]
  | { readonly [key: string]: CedarValue };

/** The bounds of one mapping. A text beyond `text` is cut; values beyond the others are left out. */
export const mappingBounds = { depth: 32, values: 4_000, text: 65_536, total: 262_144 };

/** Marks that the mapping gives a meaning; a text that starts with one is told apart by another `str:`. */
const marks = ['num:', 'null:', 'str:'];

/**
 * A text as Cedar takes it: lone surrogates become U+FFFD, as they have no form in UTF-8 and Cedar's binding fails
 * on them.
 */
export const cedarText = (text: string): string => text.toWellFormed();

const escaped = (text: string): string =>
  marks.some((mark) => text.startsWith(mark)) ? `str:${text}` : text;

/** `__entity` and `__extn` would make Cedar build an entity or an extension value out of a client's argument. */
const escapedKey = (key: string): string =>
  key.startsWith('__') || key.startsWith('key:') ? `key:${key}` : key;

/**
 * Maps the arguments of a call to a Cedar record, by this rule:
 *
 * - a string is a String, a boolean a Bool, an object a Record, an array a Set (order and repeats are lost);
 * - a whole number within ±(2^53-1) is a Long; every other number is the String `num:` and its JSON text;
 * - null is the String `null:`; a text that itself starts with `num:`, `null:` or `str:` gets `str:` before it;
 * - a key that starts with `__` or `key:` gets `key:` before it;
 * - anything but an object at the top becomes the member `key:value` of a record.
 *
 * So two different arguments map to different values, but for sets and for lone surrogates. `tooLarge` says that
 * something was cut or left out (see `mappingBounds`). Members nearer to the top are kept before deeper ones.
 */
export function toCedarRecord(value: unknown): {
  readonly record: Record<string, CedarValueJson>;
  readonly tooLarge: boolean;
} {
  let values = 0;
  let total = 0;
  let tooLarge = false;

  const text = (part: string): string => {
    const kept = part.length > mappingBounds.text ? part.slice(0, mappingBounds.text) : part;
    if (kept.length < part.length) tooLarge = true;
    total += kept.length;
    if (total <= mappingBounds.total) return cedarText(kept);
    tooLarge = true;
    return '';
  };

  const record = emptyRecord();
  const top = isObject(value) ? value : { 'key:value': value };
  const wait: (() => void)[] = [];
  fillRecord(record, top, 1, isObject(value) ? escapedKey : (key) => key);
  // Breadth first, so that deep padding cannot push a shallow member out of the bounds.
  for (const next of wait) next();
  return { record, tooLarge };

  function convert(part: unknown, depth: number): CedarValueJson | undefined {
    values += 1;
    if (values > mappingBounds.values || depth > mappingBounds.depth) {
      tooLarge = true;
      return undefined;
    }
    if (typeof part === 'string') return escaped(text(part));
    if (typeof part === 'boolean') return part;
    if (typeof part === 'number') {
      return Number.isSafeInteger(part) ? part + 0 : `num:${JSON.stringify(part)}`;
    }
    if (Array.isArray(part)) {
      const items: CedarValueJson[] = [];
      wait.push(() => {
        for (const item of part) {
          const mapped = convert(item, depth + 1);
          if (mapped === undefined) return;
          items.push(mapped);
        }
      });
      return items;
    }
    if (isObject(part)) {
      const members = emptyRecord();
      wait.push(() => fillRecord(members, part, depth + 1, escapedKey));
      return members;
    }
    return 'null:';
  }

  function fillRecord(
    into: Record<string, CedarValueJson>,
    from: Readonly<Record<string, unknown>>,
    depth: number,
    keyOf: (key: string) => string,
  ): void {
    for (const [key, member] of Object.entries(from)) {
      const mapped = convert(member, depth);
      if (mapped === undefined) return;
      into[keyOf(text(key))] = mapped;
    }
  }
}

/** Without a prototype, so that no key of a client means anything to JavaScript. */
const emptyRecord = (): Record<string, CedarValueJson> => Object.create(null);

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
