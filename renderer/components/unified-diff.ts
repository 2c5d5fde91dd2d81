/** One line of a unified diff with its line numbers in the old and the new file, where it is in them. */
export interface DiffLine {
  readonly kind: 'hunk' | 'same' | 'added' | 'removed' | 'note';
  readonly text: string;
  readonly before?: number;
  readonly after?: number;
}

const hunk = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@/;

/** Reads a unified diff. File headers before the first hunk are left out: the dialog names the file itself. */
export function unifiedDiff(diff: string): DiffLine[] {
  const lines: DiffLine[] = [];
  let before = 0;
  let after = 0;
  let inside = false;
  for (const line of diff.replace(/\n$/, '').split('\n')) {
    const head = hunk.exec(line);
    if (head) {
      inside = true;
      before = Number(head[1]);
      after = Number(head[2]);
      lines.push({ kind: 'hunk', text: line });
    } else if (inside) {
      lines.push(bodyLine(line));
    }
  }
  return lines;

  function bodyLine(line: string): DiffLine {
    const text = line.slice(1);
    switch (line[0]) {
      case '+':
        return { kind: 'added', text, after: after++ };
      case '-':
        return { kind: 'removed', text, before: before++ };
      case '\\':
        return { kind: 'note', text: line.slice(2) };
      default:
        return { kind: 'same', text, before: before++, after: after++ };
    }
  }
}

/** How many lines a diff adds and takes away. */
export const diffSize = (lines: readonly DiffLine[]): { added: number; removed: number } => ({
  added: lines.filter((line) => line.kind === 'added').length,
  removed: lines.filter((line) => line.kind === 'removed').length,
});
