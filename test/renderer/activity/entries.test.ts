import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  maxLive,
  nothingKnown,
  oldestFetched,
  rowsOf,
  takeLive,
  takePage,
} from '../../../renderer/activity/entries.ts';
import { spareRows, visibleRange } from '../../../renderer/activity/visible-range.ts';
import { anEntry, callEntries } from '../../fakes/entry.ts';

const some = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, n) => anEntry(to - n));

describe('what is pushed live', () => {
  test('adds what is new and keeps what is known', () => {
    const known = takeLive(takeLive(nothingKnown, some(1, 3)), some(2, 5));
    expect([...known.live.keys()]).toEqual([1, 2, 3, 4, 5]);
    expect(known.gap).toBe(false);
  });

  test('nothing new is the same value, so that nothing is drawn again', () => {
    const known = takeLive(nothingKnown, some(1, 3));
    expect(takeLive(known, some(2, 3))).toBe(known);
    expect(takeLive(known, [])).toBe(known);
  });

  test('a push that does not reach back to the one before is noticed, until a page closes the gap', () => {
    const known = takeLive(takeLive(nothingKnown, some(1, 3)), some(6, 8));
    expect(known.gap).toBe(true);
    expect(takePage(known, some(1, 8), false).gap).toBe(true);
    expect(takePage(known, some(1, 8), true).gap).toBe(false);
  });

  test('the oldest go when there are too many', () => {
    const known = takeLive(nothingKnown, some(1, maxLive + 5));
    expect(known.live.size).toBe(maxLive);
    expect(known.live.has(5)).toBe(false);
    expect(known.live.has(maxLive + 5)).toBe(true);
  });
});

describe('pages', () => {
  test('the first of a filter replaces, an older one adds', () => {
    const first = takePage(takePage(nothingKnown, some(1, 2), true), some(11, 12), true);
    expect(oldestFetched(first)).toBe(11);
    const both = takePage(first, some(8, 10), false);
    expect(oldestFetched(both)).toBe(8);
    expect(both.fetched.size).toBe(5);
    expect(oldestFetched(nothingKnown)).toBeUndefined();
  });

  test('main chose what it sent; only live rows are filtered here', () => {
    const fetched = callEntries(1, 'chosen_by_main');
    const live = [...callEntries(11, 'fits'), ...callEntries(21, 'other')];
    const known = takeLive(takePage(nothingKnown, fetched, true), live);
    expect(rowsOf(known, 'fits', 'calls').map((row) => row.sequence)).toEqual([11, 1]);
  });

  test('a call fetched while it ran is ended by what comes live', () => {
    const [closed, opened] = callEntries(1, 't', { outcome: 'denied-by-policy' });
    if (!closed || !opened) throw new Error('a call has two entries');
    const known = takeLive(takePage(nothingKnown, [opened], true), [closed]);
    const rows = rowsOf(known, '', 'calls');
    expect(rows).toHaveLength(1);
    expect(rows[0]?.entries).toEqual([opened, closed]);
  });
});

describe('which rows are drawn', () => {
  test('all that are in view, with some to spare, and no more', () => {
    const place = fc.record({
      top: fc.nat(400_000),
      height: fc.integer({ min: 100, max: 2_000 }),
      count: fc.nat(10_000),
    });
    fc.assert(
      fc.property(place, ({ top, height, count }) => {
        const { start, end } = visibleRange(top, height, 34, count);
        expect(start >= 0 && end <= count && start <= Math.max(0, end)).toBe(true);
        expect(end - start).toBeLessThanOrEqual(Math.ceil(height / 34) + 1 + 2 * spareRows);
        const seen = [Math.floor(top / 34), Math.floor((top + height - 1) / 34)];
        for (const row of seen) if (row < count) expect(row >= start && row < end).toBe(true);
      }),
    );
  });

  test('of none, none', () => {
    expect(visibleRange(0, 600, 34, 0)).toEqual({ start: 0, end: 0 });
    expect(visibleRange(-20, 600, 34, 1)).toEqual({ start: 0, end: 1 });
  });
});
