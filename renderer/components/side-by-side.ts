/** A piece of a line: the same on both sides, or only on this one. */
export interface Piece {
  readonly changed: boolean;
  readonly text: string;
}

/** One row of two texts laid side by side; an absent side has no line there. */
export interface SideRow {
  readonly changed: boolean;
  readonly left?: readonly Piece[];
  readonly right?: readonly Piece[];
}

/** Comparing costs the product of both lengths; beyond this many cells everything between the ends is shown as changed. */
const maxCells = 4_000_000;

/**
 * Pairs of indexes at which two lists hold equal items, longest possible and in order. Equal ends are cut off first,
 * so that the table is only as large as what really differs.
 */
export function commonPairs(a: readonly string[], b: readonly string[]): [number, number][] {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (
    end < a.length - start &&
    end < b.length - start &&
    a[a.length - 1 - end] === b[b.length - 1 - end]
  ) {
    end += 1;
  }
  const rows = a.length - start - end;
  const columns = b.length - start - end;
  const head = Array.from({ length: start }, (_, n): [number, number] => [n, n]);
  const tail = Array.from({ length: end }, (_, n): [number, number] => [
    a.length - end + n,
    b.length - end + n,
  ]);
  if (rows * columns > maxCells) return [...head, ...tail];
  const width = columns + 1;
  const best = new Uint32Array((rows + 1) * width);
  for (let i = rows - 1; i >= 0; i -= 1) {
    for (let j = columns - 1; j >= 0; j -= 1) {
      best[i * width + j] =
        a[start + i] === b[start + j]
          ? (best[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(best[(i + 1) * width + j] ?? 0, best[i * width + j + 1] ?? 0);
    }
  }
  const middle: [number, number][] = [];
  for (let i = 0, j = 0; i < rows && j < columns; ) {
    if (a[start + i] === b[start + j]) {
      middle.push([start + i, start + j]);
      i += 1;
      j += 1;
    } else if ((best[(i + 1) * width + j] ?? 0) >= (best[i * width + j + 1] ?? 0)) {
      i += 1;
    } else {
      j += 1;
    }
  }
  return [...head, ...middle, ...tail];
}

const words = (line: string): string[] => line.match(/\w+|\s+|[^\w\s]/gu) ?? [];

/** Marks which words of a changed pair of lines differ; pieces of a side, joined, are the line. */
export function linePieces(left: string, right: string): { left: Piece[]; right: Piece[] } {
  const a = words(left);
  const b = words(right);
  const pairs = commonPairs(a, b);
  return {
    left: pieces(a, new Set(pairs.map(([i]) => i))),
    right: pieces(b, new Set(pairs.map(([, j]) => j))),
  };
}

function pieces(tokens: readonly string[], same: ReadonlySet<number>): Piece[] {
  const out: Piece[] = [];
  for (const [n, text] of tokens.entries()) {
    const changed = !same.has(n);
    const last = out.at(-1);
    if (last?.changed === changed) out[out.length - 1] = { changed, text: last.text + text };
    else out.push({ changed, text });
  }
  return out;
}

const whole = (text: string, changed: boolean): Piece[] => [{ changed, text }];

/** Lays two texts side by side, line by line; lines replaced by others share a row with their words compared. */
export function sideBySide(before: string, after: string): SideRow[] {
  const a = before.split('\n');
  const b = after.split('\n');
  const rows: SideRow[] = [];
  let i = 0;
  let j = 0;
  for (const [sameLeft, sameRight] of [...commonPairs(a, b), [a.length, b.length] as const]) {
    while (i < sameLeft || j < sameRight) {
      const left = i < sameLeft ? a[i++] : undefined;
      const right = j < sameRight ? b[j++] : undefined;
      if (left !== undefined && right !== undefined) {
        rows.push({ changed: true, ...linePieces(left, right) });
      } else if (left !== undefined) {
        rows.push({ changed: true, left: whole(left, true) });
      } else if (right !== undefined) {
        rows.push({ changed: true, right: whole(right, true) });
      }
    }
    const line = a[i++];
    j += 1;
    if (line !== undefined)
      rows.push({ changed: false, left: whole(line, false), right: whole(line, false) });
  }
  return rows;
}
