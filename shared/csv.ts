/** What a cell may hold; undefined is an empty one. */
export type CsvCell = string | number | boolean | undefined;

/**
 * One cell of CSV (RFC 4180). A text that a spreadsheet would take for a formula gets a quote in front, as names and
 * sentences come from outside (OWASP: CSV Injection). Pure.
 */
export function csvCell(value: CsvCell): string {
  if (value === undefined) return '';
  if (typeof value !== 'string') return String(value);
  const safe = /^\s*[=+\-@|\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** One line of CSV without its end. Pure. */
export const csvLine = (cells: readonly CsvCell[]): string => cells.map(csvCell).join(',');
