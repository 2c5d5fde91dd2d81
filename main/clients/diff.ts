import { visibleText } from './visible-text.ts';

/** Lines shown around a change. */
const context = 3;
/** Above this many pairs of lines the changed middle is shown as one block instead of being aligned. */
const maxPairs = 4_000_000;
/** A longer line is cut down to the part that differs, with this much around it. */
const maxLine = 300;
const around = 60;
/** And no line is longer than this, however much of it differs. */
const maxShown = 4_000;

interface Step {
  readonly sign: ' ' | '-' | '+';
  readonly line: string;
}

/**
 * A unified diff of two texts, without file headers; empty when they are equal. A line that only changes its line
 * break shows as changed. Long lines are cut around what differs, so that a file without line breaks stays readable.
 */
export function unifiedDiff(before: string, after: string): string {
  const steps = compare(before.split('\n'), after.split('\n'));
  const changed = steps.flatMap((step, index) => (step.sign === ' ' ? [] : [index]));
  const out: string[] = [];
  for (let at = 0; at < changed.length; ) {
    const first = changed[at] ?? 0;
    let last = first;
    while (at < changed.length && (changed[at] ?? 0) - last <= 2 * context) {
      last = changed[at] ?? last;
      at += 1;
    }
    const start = Math.max(0, first - context);
    const hunk = steps.slice(start, last + context + 1);
    const head = steps.slice(0, start);
    out.push(`@@ -${range(head, hunk, '+')} +${range(head, hunk, '-')} @@`, ...lines(hunk));
  }
  return out.join('\n');
}

/** `start,count` as one side of a hunk sees it, without the steps that only the other side has. */
function range(head: readonly Step[], hunk: readonly Step[], other: '-' | '+'): string {
  const own = (steps: readonly Step[]) => steps.filter(({ sign }) => sign !== other).length;
  return `${own(head) + 1},${own(hunk)}`;
}

/** Equal head and tail first, then a longest common subsequence of what is left in between. */
function compare(before: readonly string[], after: readonly string[]): Step[] {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head += 1;
  let tail = 0;
  const room = Math.min(before.length, after.length) - head;
  while (tail < room && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  const same = (line: string): Step => ({ sign: ' ', line });
  return [
    ...before.slice(0, head).map(same),
    ...align(before.slice(head, before.length - tail), after.slice(head, after.length - tail)),
    ...before.slice(before.length - tail).map(same),
  ];
}

function align(a: readonly string[], b: readonly string[]): Step[] {
  const removed = (line: string): Step => ({ sign: '-', line });
  const added = (line: string): Step => ({ sign: '+', line });
  if (a.length * b.length > maxPairs) return [...a.map(removed), ...b.map(added)];
  const width = b.length + 1;
  const common = new Uint32Array((a.length + 1) * width);
  const at = (i: number, j: number) => common[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      common[i * width + j] =
        a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const steps: Step[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      steps.push({ sign: ' ', line: a[i] ?? '' });
      i += 1;
      j += 1;
    } else if (j === b.length || (i < a.length && at(i + 1, j) >= at(i, j + 1))) {
      steps.push(removed(a[i] ?? ''));
      i += 1;
    } else {
      steps.push(added(b[j] ?? ''));
      j += 1;
    }
  }
  return steps;
}

function lines(hunk: readonly Step[]): string[] {
  return hunk.map(({ sign, line }, index) => {
    const next = hunk[index + 1];
    const previous = hunk[index - 1];
    const pair =
      sign === '-' && next?.sign === '+'
        ? next.line
        : sign === '+' && previous?.sign === '-'
          ? previous.line
          : '';
    return sign + visibleText(cut(line.replace(/\r$/, ''), pair.replace(/\r$/, '')));
  });
}

function cut(line: string, pair: string): string {
  if (line.length <= maxLine) return line;
  if (pair === '') return `${line.slice(0, maxLine)}…`;
  let head = 0;
  while (head < line.length && line[head] === pair[head]) head += 1;
  let tail = 0;
  const room = Math.min(line.length, pair.length) - head;
  while (tail < room && line.at(-1 - tail) === pair.at(-1 - tail)) tail += 1;
  const start = Math.max(0, head - around);
  const end = Math.min(line.length, line.length - tail + around, start + maxShown);
  return `${start > 0 ? '…' : ''}${line.slice(start, end)}${end < line.length ? '…' : ''}`;
}
