const digits = new Intl.NumberFormat('en-GB');

/** A number with thousands separated: `12,345`. */
export const number = (value: number): string => digits.format(value);

/** A count with its noun: `1 call`, `2 calls`. */
export const count = (value: number, one: string, many = `${one}s`): string =>
  `${number(value)} ${value === 1 ? one : many}`;

/** Bytes in the unit a person reads: `512 B`, `1.5 KB`, `3.0 MB`. */
export function bytes(value: number): string {
  if (value < 1024) return `${value} B`;
  if (value < 1024 * 1024) return `${(value / 1024).toFixed(1)} KB`;
  return `${(value / (1024 * 1024)).toFixed(1)} MB`;
}
