import { DatabaseSync } from '@photostructure/sqlite';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PageQuery } from '../../../main/audit/pages.ts';
import { filterBits, filtersOf, searchText } from '../../../main/audit/search-text.ts';
import type { Entry, EntryInput } from '../../../shared/audit.ts';
import { closed, opened, said } from './trail-child.ts';
import { aTrail, trailPath } from './trail-support.ts';

const tool = fc.constantFrom('read_file', 'write_file', 'Read_Mail');
const input: fc.Arbitrary<EntryInput> = fc.oneof(
  fc
    .record({ tool, call: fc.nat(9) })
    .map(({ tool: name, call }) => opened(`c${call}`, { tool: { name, pin: 'p' } })),
  fc
    .record({
      tool,
      outcome: fc.constantFrom('ok', 'denied-by-person', 'refused', 'tool-error'),
      asked: fc.boolean(),
      detail: fc.option(fc.constantFrom('The rule says no.', 'Ada said no'), { nil: undefined }),
    })
    .map(({ tool: name, outcome, asked, detail }) =>
      closed('c', {
        tool: { name, pin: 'p' },
        outcome,
        ...(asked ? { approver: { by: 'ada', how: 'person' } } : {}),
        ...(detail === undefined ? {} : { detail }),
      }),
    ),
  fc.constantFrom('disk full', 'The rule is gone').map(said),
);

const query: fc.Arbitrary<PageQuery> = fc.record({
  before: fc.option(fc.integer({ min: 1, max: 60 }), { nil: undefined }),
  limit: fc.integer({ min: 1, max: 12 }),
  search: fc.constantFrom('', 'read', 'RULE', 'ada no', 'file cursor', 'nowhere', '  ', 'files'),
  outcome: fc.constantFrom('all', 'refused', 'asked', 'calls'),
});

/** What a page must hold, by looking at every entry. */
function model(
  entries: readonly Entry[],
  { before = Infinity, limit, search, outcome }: PageQuery,
) {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return entries
    .filter(({ sequence }) => sequence < before)
    .filter((entry) => outcome === 'all' || (filtersOf(entry) & filterBits[outcome]) !== 0)
    .filter((entry) => words.every((word) => searchText(entry).includes(word)))
    .toReversed()
    .slice(0, limit);
}

test('a page holds what a look at every entry finds', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(input, query), { minLength: 1, maxLength: 50 }),
      fc.array(query, { minLength: 5, maxLength: 10 }),
      (steps, queries) => {
        const trail = aTrail();
        for (const [n, [entry, between]] of steps.entries()) {
          trail.append(entry);
          // Looked at in between, so that the index grows in pieces.
          if (n % 9 === 0) trail.page(between);
        }
        const entries = trail.recent(1_000).toReversed();
        for (const asked of queries) expect(trail.page(asked)).toEqual(model(entries, asked));
        trail.close();
      },
    ),
    { numRuns: 40 },
  );
}, 60_000);

describe('the filters', () => {
  const bits = (entry: EntryInput) =>
    filtersOf({ ...entry, sequence: 1, id: '', time: 1, chain: '', previousHash: '', hash: '' });

  test.each([
    [closed('c'), filterBits.calls],
    [closed('c', { outcome: 'denied-by-policy' }), filterBits.calls | filterBits.refused],
    [closed('c', { outcome: 'denied-by-kill' }), filterBits.calls | filterBits.refused],
    [closed('c', { outcome: 'refused' }), filterBits.calls | filterBits.refused],
    [closed('c', { outcome: 'cancelled' }), filterBits.calls],
    [closed('c', { approver: { by: '', how: 'timeout' } }), filterBits.calls | filterBits.asked],
    [
      closed('c', { decision: { decision: 'ask', rules: [], risk: 'write' } }),
      filterBits.calls | filterBits.asked,
    ],
    [opened('c'), 0],
    [said('x'), 0],
  ])('%o', (entry, expected) => {
    expect(bits(entry)).toBe(expected);
  });
});

test('an entry that was tampered with stays in sight', () => {
  const path = trailPath();
  const trail = aTrail(path);
  trail.appendMany([said('one'), said('two')]);
  const db = new DatabaseSync(path);
  db.exec("DROP TRIGGER entries_stay; UPDATE entries SET body = 'x' WHERE sequence = 2");
  db.close();
  const all = trail.page({ limit: 10, search: '', outcome: 'all' });
  expect(all.map(({ sequence, kind }) => [sequence, kind])).toEqual([
    [3, 'problem'],
    [2, 'problem'],
    [1, 'trail.started'],
  ]);
  expect(all[1]?.detail).toContain('changed after it was written');
  expect(trail.page({ limit: 10, search: 'two', outcome: 'all' })).toHaveLength(1);
});

test('a search with very many matching texts finds the newest', () => {
  const trail = aTrail();
  trail.appendMany(Array.from({ length: 6_000 }, (_, n) => said(`sentence number ${n}`)));
  const found = trail.page({ limit: 3, search: 'sentence', outcome: 'all' });
  expect(found.map(({ detail }) => detail)).toEqual([
    'sentence number 5999',
    'sentence number 5998',
    'sentence number 5997',
  ]);
  expect(trail.page({ limit: 3, search: 'sentence', outcome: 'calls' })).toEqual([]);
});
