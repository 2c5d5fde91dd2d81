import { DatabaseSync } from '@photostructure/sqlite';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mostFollowed } from '../../../main/audit/call-entries.ts';
import type { Entry, EntryInput } from '../../../shared/audit.ts';
import { closed, opened, said } from './trail-child.ts';
import { aTrail, trailPath } from './trail-support.ts';

const asked = (callId: string): EntryInput => ({ kind: 'call.asked', callId });

/** What the drawer asks for. */
const look = (callId: string, near?: number) =>
  ({ callId, near, limit: 200, search: 'not looked at', outcome: 'refused' }) as const;

const places = (entries: readonly Entry[]) =>
  entries.map(({ sequence, kind }) => `${sequence} ${kind}`);

test('every entry of a call is found from any one of them, whatever runs in between', () => {
  const calls = ['a', 'b', 'c', 'a"b', '\\'];
  const weave = fc.array(fc.constantFrom(...calls, undefined), { minLength: 20, maxLength: 60 });
  fc.assert(
    fc.property(weave, (turns) => {
      const trail = aTrail();
      const step = new Map<string, number>();
      for (const callId of turns) {
        if (callId === undefined) {
          trail.append(said('in between'));
          continue;
        }
        const at = step.get(callId) ?? 0;
        step.set(callId, at + 1);
        const make = [opened, asked, closed][at];
        if (make !== undefined) trail.append(make(callId));
      }
      const all = trail.recent(1_000);
      for (const callId of calls) {
        const own = all.filter((entry) => entry.callId === callId);
        for (const { sequence } of own) {
          expect(trail.page(look(callId, sequence))).toEqual(own);
        }
      }
      trail.close();
    }),
    { numRuns: 25 },
  );
}, 60_000);

test('what a client writes into its arguments does not make an entry part of a call', () => {
  const trail = aTrail();
  trail.appendMany([
    opened('a'),
    opened('b', { arguments: '{"callId":"a"}' }),
    said('"callId":"a"'),
    closed('a'),
    closed('b'),
  ]);
  expect(places(trail.page(look('a', 2)))).toEqual(['5 call.closed', '2 call.opened']);
});

test('without a place it looks from the newest entry back, and no limit is passed', () => {
  const trail = aTrail();
  trail.appendMany([opened('a'), asked('a'), closed('a'), said('after')]);
  expect(places(trail.page(look('a')))).toEqual(['4 call.closed', '3 call.asked', '2 call.opened']);
  expect(places(trail.page({ ...look('a', 3), limit: 1 }))).toEqual(['4 call.closed']);
  expect(trail.page(look('nobody', 3))).toEqual([]);
});

test('a call is followed over very many others, but not through the whole trail', () => {
  const trail = aTrail();
  trail.append(opened('far'));
  const crowd = Array.from({ length: 2_000 }, () => said('another'));
  for (let n = 0; n < mostFollowed; n += crowd.length) trail.appendMany(crowd);
  trail.append(closed('far'));
  const last = mostFollowed + 3;
  // Each end is one entry too far from the other.
  expect(places(trail.page(look('far', last)))).toEqual([`${last} call.closed`]);
  expect(places(trail.page(look('far', 2)))).toEqual(['2 call.opened']);
  expect(trail.page(look('far', 20_000))).toHaveLength(2);
}, 60_000);

test('an entry that was tampered with is none of the call any more', () => {
  const path = trailPath();
  const trail = aTrail(path);
  trail.appendMany([opened('a'), asked('a'), closed('a')]);
  const db = new DatabaseSync(path);
  db.exec(
    `DROP TRIGGER entries_stay; UPDATE entries SET body = '"callId":"a" and no entry' WHERE sequence = 3`,
  );
  db.close();
  expect(places(trail.page(look('a', 2)))).toEqual(['4 call.closed', '2 call.opened']);
});
