/** A value to write, of the kinds an entry's fields have. */
export type Plain = string | readonly string[] | { readonly [name: string]: Plain };

/** Tells a list from a map, which the compiler cannot for read-only lists. */
export const isWords = (value: Plain): value is readonly string[] => Array.isArray(value);
