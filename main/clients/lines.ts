/** The line break a text uses first. */
export const lineBreakOf = (text: string): string => /\r\n|\n|\r/.exec(text)?.[0] ?? '\n';

/** The characters before a place on its line. */
export const columnOf = (text: string, at: number): number => at - lineStart(text, at);

/** Where the line of a place begins. */
export function lineStart(text: string, at: number): number {
  let start = at;
  while (start > 0 && !'\n\r'.includes(text[start - 1] ?? '')) start -= 1;
  return start;
}

/** Where the line of a place ends, before its line break. */
export function lineEnd(text: string, at: number): number {
  let end = at;
  while (end < text.length && !'\n\r'.includes(text[end] ?? '')) end += 1;
  return end;
}

/**
 * The whole lines a stretch of text stands on, when nothing else does, with the break and the blank lines before them;
 * else the stretch alone. What follows stays, so that a part of a file ends as it did when its last line has gone.
 */
export function wholeLines(text: string, from: number, to: number): { start: number; end: number } {
  const start = lineStart(text, from);
  const end = lineEnd(text, to);
  if (text.slice(start, from).trim() !== '') return { start: from, end: to };
  if (text.slice(to, end).trim() !== '') return { start: from, end: to };
  let before = start;
  while (before > 0 && ' \t\r\n'.includes(text[before - 1] ?? '')) before -= 1;
  if (before > 0) return { start: before, end };
  return { start, end: Math.min(text.length, end + (text.startsWith('\r\n', end) ? 2 : 1)) };
}

/**
 * Edits that take stretches out together with the lines they stand on alone. Neighbours with nothing but blanks
 * between them go as one.
 */
export function lineRemovals(
  text: string,
  spans: readonly { readonly start: number; readonly end: number }[],
): { start: number; end: number; text: '' }[] {
  const joined: { start: number; end: number }[] = [];
  for (const span of [...spans].sort((a, b) => a.start - b.start)) {
    const last = joined.at(-1);
    if (last !== undefined && text.slice(last.end, span.start).trim() === '') last.end = span.end;
    else joined.push({ ...span });
  }
  return joined.map(({ start, end }) => ({ ...wholeLines(text, start, end), text: '' as const }));
}
