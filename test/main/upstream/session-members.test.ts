import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ProcessRow } from '../../../main/upstream/process-listing.ts';
import {
  type SessionRoot,
  sessionMembers,
  withAncestors,
  withFamily,
} from '../../../main/upstream/session-members.ts';

const row = (pid: number, ppid: number, over: Partial<ProcessRow> = {}): ProcessRow => ({
  pid,
  ppid,
  started: pid,
  name: 'x',
  ...over,
});

const root = (sessionId: string, pid?: number, over: Partial<SessionRoot> = {}): SessionRoot => ({
  sessionId,
  serverEnded: false,
  adopted: false,
  seen: new Map(),
  ...(pid === undefined ? {} : { server: { pid, started: pid } }),
  ...over,
});

const same = (a: number, b: number) => a === b;

/** The pids of session `a` among these rows. */
function membersOfA(
  rows: readonly ProcessRow[],
  roots: readonly SessionRoot[],
  spared: ReadonlySet<number> = new Set([1, 10]),
): number[] {
  const members = sessionMembers(rows, roots, spared, same).get('a') ?? [];
  return members.map(({ pid }) => pid).sort((x, y) => x - y);
}

describe('a process belongs to a session', () => {
  const app = [row(1, 0), row(10, 1)];

  test('when it is the server or descends from it', () => {
    const rows = [...app, row(20, 10), row(21, 20), row(22, 21), row(30, 10)];
    expect(membersOfA(rows, [root('a', 20)])).toEqual([20, 21, 22]);
  });

  test('when it carries the marker, wherever it hangs', () => {
    expect(membersOfA([...app, row(40, 1, { marker: 'a' }), row(41, 40)], [root('a')])).toEqual([
      40, 41,
    ]);
  });

  test('when it stayed in the group or session after the server died', () => {
    const rows = [...app, row(21, 1, { group: 20 }), row(22, 1, { session: 20, group: 22 })];
    expect(membersOfA(rows, [root('a', 20)])).toEqual([21, 22]);
  });

  test('when it was seen to belong before', () => {
    const rows = [...app, row(33, 1)];
    expect(membersOfA(rows, [root('a', 20, { seen: new Map([[33, 33]]) })])).toEqual([33]);
  });

  test('and not to another one', () => {
    const rows = [...app, row(20, 10), row(30, 10), row(31, 30), row(40, 1, { marker: 'b' })];
    expect(membersOfA(rows, [root('a', 20), root('b', 30)])).toEqual([20]);
  });
});

describe('a pid that is used again takes no stranger with it', () => {
  test('as the server', () => {
    const rows = [row(20, 1, { started: 99 }), row(100, 20, { started: 100 })];
    expect(membersOfA(rows, [root('a', 20)])).toEqual([]);
  });

  test('as a group', () => {
    const rows = [
      row(20, 1, { started: 99, group: 20 }),
      row(100, 1, { started: 100, group: 20, session: 20 }),
    ];
    expect(membersOfA(rows, [root('a', 20)])).toEqual([]);
  });

  test('as a group of a server of an earlier run', () => {
    const rows = [row(100, 1, { group: 20 })];
    expect(membersOfA(rows, [root('a', 20, { adopted: true })])).toEqual([]);
  });

  test('as one that was seen before', () => {
    const rows = [row(33, 1, { started: 99 })];
    expect(membersOfA(rows, [root('a', 20, { seen: new Map([[33, 33]]) })])).toEqual([]);
  });

  test('as a parent: nobody is older than their own', () => {
    const rows = [row(20, 1, { started: 50 }), row(21, 20, { started: 49 })];
    const server = { pid: 20, started: 50 };
    expect(membersOfA(rows, [root('a', undefined, { server })])).toEqual([20]);
  });

  test('once our child is known to have ended', () => {
    const rows = [row(20, 1), row(21, 20)];
    expect(membersOfA(rows, [root('a', 20, { serverEnded: true })])).toEqual([]);
  });
});

describe('who is spared', () => {
  test('stays so even with the marker, and so does what hangs on it alone', () => {
    const rows = [row(5, 1, { marker: 'a' }), row(10, 5, { marker: 'a' }), row(11, 10)];
    expect(membersOfA(rows, [root('a')], withAncestors(rows, 10))).toEqual([]);
    expect(membersOfA(rows, [root('a')], new Set([10]))).toEqual([5]);
  });

  test('as a line is a process with its ancestors, as a family all below it too', () => {
    const rows = [row(1, 0), row(5, 1), row(10, 5), row(11, 10), row(12, 11), row(6, 5)];
    expect([...withAncestors(rows, 10)].sort((a, b) => a - b)).toEqual([0, 1, 5, 10]);
    expect([...withFamily(rows, 10)].sort((a, b) => a - b)).toEqual([0, 1, 5, 10, 11, 12]);
  });

  test('is found in a table that runs in a circle', () => {
    const rows = [row(5, 6), row(6, 5)];
    expect([...withFamily(rows, 5)].sort()).toEqual([5, 6]);
    expect(membersOfA(rows, [root('a')], new Set())).toEqual([]);
  });
});

test('every process belongs to one session at most, and all below an owned one are owned', () => {
  const table = fc.array(
    fc.record({
      pid: fc.integer({ min: 2, max: 40 }),
      ppid: fc.integer({ min: 0, max: 40 }),
      marker: fc.option(fc.constantFrom('a', 'b'), { nil: undefined }),
    }),
    { maxLength: 40 },
  );
  fc.assert(
    fc.property(table, (drawn) => {
      const rows = [...new Map(drawn.map((each) => [each.pid, each])).values()].map(
        ({ pid, ppid, marker }) => row(pid, ppid, marker === undefined ? {} : { marker }),
      );
      const found = sessionMembers(rows, [root('a', 3), root('b', 4)], new Set([2]), same);
      const owned = [...found.values()].flat().map(({ pid }) => pid);
      expect(new Set(owned).size).toBe(owned.length);
      for (const { pid, ppid } of rows) {
        if (owned.includes(ppid) && ppid < pid && pid !== 2) expect(owned).toContain(pid);
      }
    }),
  );
});
