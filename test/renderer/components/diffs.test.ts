import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { commonPairs, linePieces, sideBySide } from '../../../renderer/components/side-by-side.ts';
import { diffSize, unifiedDiff } from '../../../renderer/components/unified-diff.ts';

describe('a unified diff', () => {
  const lines = unifiedDiff(
    [
      '--- a/mcp.json',
      '+++ b/mcp.json',
      '@@ -3,3 +3,2 @@',
      ' same',
      '-gone',
      '-- looks like a header',
      '+come',
      '\\ No newline at end of file',
      '',
    ].join('\n'),
  );

  test('numbers each line on the side it stands on', () => {
    expect(lines).toEqual([
      { kind: 'hunk', text: '@@ -3,3 +3,2 @@' },
      { kind: 'same', text: 'same', before: 3, after: 3 },
      { kind: 'removed', text: 'gone', before: 4 },
      { kind: 'removed', text: '- looks like a header', before: 5 },
      { kind: 'added', text: 'come', after: 4 },
      { kind: 'note', text: 'No newline at end of file' },
    ]);
  });

  test('is counted by what comes and goes', () => {
    expect(diffSize(lines)).toEqual({ added: 1, removed: 2 });
  });

  test('is nothing where there is no hunk', () => {
    expect(unifiedDiff('')).toEqual([]);
    expect(unifiedDiff('--- a\n+++ b\n')).toEqual([]);
  });
});

describe('what two lists share', () => {
  const list = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 });

  test('is equal on both sides, in order, and no pair crosses another', () => {
    fc.assert(
      fc.property(list, list, (a, b) => {
        const pairs = commonPairs(a, b);
        for (const [n, [i, j]] of pairs.entries()) {
          expect(a[i]).toBe(b[j]);
          const before = pairs[n - 1];
          if (before) expect(i > before[0] && j > before[1]).toBe(true);
        }
      }),
    );
  });

  test('is as long as the longest common subsequence', () => {
    const longest = (a: readonly string[], b: readonly string[]): number => {
      const [x, ...as] = a;
      const [y, ...bs] = b;
      if (x === undefined || y === undefined) return 0;
      return x === y ? 1 + longest(as, bs) : Math.max(longest(as, b), longest(a, bs));
    };
    const short = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 7 });
    fc.assert(
      fc.property(short, short, (a, b) => {
        expect(commonPairs(a, b)).toHaveLength(longest(a, b));
      }),
    );
  });

  test('of very long lists is at least their equal ends', () => {
    const middle = (mark: string) => Array.from({ length: 3_000 }, (_, n) => `${mark}${n}`);
    const pairs = commonPairs(['x', ...middle('a'), 'y'], ['x', ...middle('b'), 'z', 'y']);
    expect(pairs).toEqual([
      [0, 0],
      [3_001, 3_002],
    ]);
  });
});

describe('two definitions side by side', () => {
  const text = fc.array(fc.constantFrom('one two', 'one three', '', '}'), { maxLength: 8 });
  const joined = (pieces: readonly { readonly text: string }[] | undefined) =>
    pieces?.map((piece) => piece.text).join('');

  test('each side read down is its text, and a row that is the same is the same on both', () => {
    fc.assert(
      fc.property(text, text, (a, b) => {
        const rows = sideBySide(a.join('\n'), b.join('\n'));
        const side = (pick: 'left' | 'right') =>
          rows.map((row) => joined(row[pick])).filter((line) => line !== undefined);
        expect(side('left').join('\n')).toBe(a.join('\n'));
        expect(side('right').join('\n')).toBe(b.join('\n'));
        for (const row of rows) {
          if (!row.changed) expect(joined(row.left)).toBe(joined(row.right));
        }
      }),
    );
  });

  test('marks the words that were put in, and only those', () => {
    const { left, right } = linePieces('reads a file', 'reads a secret file');
    expect(left.every((piece) => !piece.changed)).toBe(true);
    expect(right.filter((piece) => piece.changed).map((piece) => piece.text.trim())).toEqual([
      'secret',
    ]);
  });

  test('a line without a partner stands alone', () => {
    expect(sideBySide('a', 'a\nb')).toEqual([
      {
        changed: false,
        left: [{ changed: false, text: 'a' }],
        right: [{ changed: false, text: 'a' }],
      },
      { changed: true, right: [{ changed: true, text: 'b' }] },
    ]);
  });
});
