import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { unifiedDiff } from '../../../main/clients/diff.ts';

describe('a unified diff', () => {
  test('of equal texts is empty', () => {
    expect(unifiedDiff('a\nb', 'a\nb')).toBe('');
  });

  test('shows three lines around a change', () => {
    const lines = Array.from({ length: 11 }, (_, index) => `l${index}`);
    const after = lines.with(5, 'new');
    expect(unifiedDiff(lines.join('\n'), after.join('\n')).split('\n')).toEqual([
      '@@ -3,7 +3,7 @@',
      ...[' l2', ' l3', ' l4', '-l5', '+new', ' l6', ' l7', ' l8'],
    ]);
  });

  test('joins changes that are near and parts those that are far', () => {
    const lines = Array.from({ length: 30 }, (_, index) => `l${index}`);
    const hunks = (...changed: number[]) => {
      const after = lines.map((line, index) => (changed.includes(index) ? 'new' : line));
      return unifiedDiff(lines.join('\n'), after.join('\n')).match(/^@@/gm)?.length;
    };
    expect(hunks(5, 11)).toBe(1);
    expect(hunks(5, 12)).toBe(2);
  });

  test('is one that patch(1) understands', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'airlock-diff-'));
    const file = path.join(folder, 'f');
    const text = fc.array(fc.constantFrom('a', 'b', 'c', '{', '}'), { maxLength: 25 });
    try {
      fc.assert(
        fc.property(text, text, (a, b) => {
          const [before, after] = [`${a.join('\n')}\nend\n`, `${b.join('\n')}\nend\n`];
          const diff = unifiedDiff(before, after);
          if (diff === '') {
            expect(before).toBe(after);
            return;
          }
          writeFileSync(file, before);
          // The text ends in a line break, so the last, empty line is none for patch.
          const input = `--- f\n+++ f\n${withoutEmptyEnd(diff)}\n`;
          execFileSync('patch', ['-s', '--no-backup-if-mismatch', file], { input });
          expect(readFileSync(file, 'utf8')).toBe(after);
        }),
        { numRuns: 40 },
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  }, 30_000);

  test('shows a changed line break as a change, and no line break itself', () => {
    expect(unifiedDiff('a\r\nb', 'a\nb')).toBe('@@ -1,2 +1,2 @@\n-a\n+a\n b');
  });

  test('shows what would be invisible', () => {
    expect(unifiedDiff('a', 'a\u202e\x1b')).toBe('@@ -1,1 +1,1 @@\n-a\n+a\\u{202e}\\u{1b}');
  });

  test('cuts long lines around what differs', () => {
    const [head, tail] = ['h'.repeat(1000), 't'.repeat(1000)];
    const [removed, added] = unifiedDiff(`${head}old${tail}`, `${head}new${tail}`)
      .split('\n')
      .slice(1);
    expect(removed).toBe(`-…${'h'.repeat(60)}old${'t'.repeat(60)}…`);
    expect(added).toBe(`+…${'h'.repeat(60)}new${'t'.repeat(60)}…`);
  });

  test('stays quick when everything differs', () => {
    const many = (word: string) =>
      Array.from({ length: 20_000 }, (_, index) => word + index).join('\n');
    expect(unifiedDiff(many('a'), many('b')).split('\n')).toHaveLength(40_001);
  });
});

/** Takes the context line for the empty text behind the last line break out of a diff, and out of its count. */
function withoutEmptyEnd(diff: string): string {
  const lines = diff.split('\n');
  if (lines.at(-1) !== ' ') return diff;
  const at = lines.findLastIndex((line) => line.startsWith('@@'));
  lines[at] = (lines[at] ?? '').replace(/,(\d+)/g, (_, count: string) => `,${Number(count) - 1}`);
  return lines.slice(0, -1).join('\n');
}
