/** How a command ended: done, a negative answer, or bad input. */
export type ExitCode = 0 | 1 | 2;

/** Where a command writes: results to standard output, everything else to standard error. */
export interface Output {
  /** The result: one JSON document with --json, else the text. */
  result(document: unknown, text: string): void;
  /** A note for the person, never part of a result. */
  note(text: string): void;
}

/** Writes to the process's own streams. */
export const processOutput = (json: boolean): Output => ({
  result: (document, text) => {
    process.stdout.write(
      json ? `${JSON.stringify(document, null, 2)}\n` : text === '' ? '' : `${text}\n`,
    );
  },
  note: (text) => {
    process.stderr.write(`${text}\n`);
  },
});

/** A table as text: columns padded, the last one free. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<number[]>(
    (most, row) => row.map((cell, n) => Math.max(most[n] ?? 0, cell.length)),
    [],
  );
  return rows
    .map((row) =>
      row
        .map((cell, n) => (n === row.length - 1 ? cell : cell.padEnd(widths[n] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
