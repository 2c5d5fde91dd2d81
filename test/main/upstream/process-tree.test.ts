import { describe, expect, test } from 'vitest';
import type { ProcessRow } from '../../../main/upstream/process-listing.ts';
import type { ProcessTable } from '../../../main/upstream/process-table.ts';
import { makeProcessTrees, type ProcessTreePorts } from '../../../main/upstream/process-tree.ts';
import { fail, ok } from '../../../shared/outcome.ts';

const row = (pid: number, ppid: number, over: Partial<ProcessRow> = {}): ProcessRow => ({
  pid,
  ppid,
  started: pid,
  name: 'x',
  ...over,
});

/** A machine of made-up processes: `hears` says what ends one. */
function aMachine(rows: ProcessRow[], over: Partial<ProcessTreePorts> = {}) {
  const sent: string[] = [];
  const machine = {
    rows,
    sent,
    readable: true,
    scanMs: 0,
    hears: (_pid: number, _signal: NodeJS.Signals) => true,
    onScan: () => {},
  };
  const table: ProcessTable = {
    scan: async () => {
      machine.onScan();
      await new Promise((resolve) => setTimeout(resolve, machine.scanMs));
      return machine.readable ? ok([...machine.rows]) : fail('process-table-unreadable', 'no');
    },
    lives: ({ pid, started }) => machine.rows.some((r) => r.pid === pid && r.started === started),
    startOf: (pid) => machine.rows.find((r) => r.pid === pid)?.started ?? 0,
    sameStart: (a, b) => a === b,
  };
  const trees = makeProcessTrees({
    table,
    signal(pid, signal) {
      sent.push(`${signal} ${pid}`);
      const hit = machine.rows.filter((r) => (pid < 0 ? r.group === -pid : r.pid === pid));
      if (hit.length === 0) throw Object.assign(new Error('no such process'), { code: 'ESRCH' });
      machine.rows = machine.rows.filter((r) => !(hit.includes(r) && machine.hears(r.pid, signal)));
    },
    forceEnd: undefined,
    spared: () => new Set([10]),
    ...over,
  });
  trees.track('a', 'files');
  return { machine, trees };
}

const quick = { closeMs: 0, graceMs: 1, forceMs: 50 };
const ends = (report: { items: readonly { pid?: number | undefined; detail: string }[] }) =>
  report.items.map(({ pid, detail }) => `${pid} ${detail}`);

describe('ending a tree', () => {
  test('that ends with its input sends no signal', async () => {
    const { machine, trees } = aMachine([row(20, 10), row(21, 20)]);
    trees.serverStarted('a', 20, 'npx');
    const closeInput = () => {
      machine.rows = [];
    };
    const report = await trees.end('a', { ...quick, closeInput });
    expect(machine.sent).toEqual([]);
    expect(report).toMatchObject({ verified: true, survivors: [] });
    expect(ends(report)).toEqual([
      '20 It ended when its input was closed.',
      '21 It ended when its input was closed.',
    ]);
  });

  test('sends SIGTERM first and SIGKILL to who is left', async () => {
    const { machine, trees } = aMachine([row(20, 10, { group: 20 }), row(21, 20, { group: 21 })]);
    trees.serverStarted('a', 20, 'npx');
    machine.hears = (pid, signal) => pid === 20 || signal === 'SIGKILL';
    const report = await trees.end('a', quick);
    expect(machine.sent).toEqual(['SIGTERM -20', 'SIGTERM 21', 'SIGKILL 21']);
    expect(ends(report)).toEqual(['20 It ended on SIGTERM.', '21 It was killed.']);
  });

  test('remembers a child whose parent is gone by the next look', async () => {
    const { machine, trees } = aMachine([row(20, 10), row(21, 20)]);
    trees.serverStarted('a', 20, 'npx');
    machine.hears = (pid, signal) => pid === 20 || signal === 'SIGKILL';
    machine.onScan = () => {
      machine.rows = machine.rows.map((r) =>
        machine.rows.some(({ pid }) => pid === r.ppid) || r.ppid === 10 ? r : { ...r, ppid: 1 },
      );
    };
    expect(await trees.end('a', quick)).toMatchObject({ verified: true });
    expect(machine.rows).toEqual([]);
  });

  test('takes in what is forked meanwhile', async () => {
    const { machine, trees } = aMachine([row(20, 10)]);
    trees.serverStarted('a', 20, 'npx');
    machine.hears = (_, signal) => signal === 'SIGKILL';
    let forks = 0;
    machine.onScan = () => {
      if (machine.sent.length === forks || forks === 3) return;
      forks += 1;
      machine.rows = [...machine.rows, row(100 + forks, 1, { marker: 'a' })];
    };
    const report = await trees.end('a', quick);
    expect(report).toMatchObject({ verified: true });
    expect(report.items.map(({ pid }) => pid).sort()).toEqual([101, 102, 103, 20]);
  });

  test('kills at least once, however long a look takes', async () => {
    const { machine, trees } = aMachine([row(20, 10)]);
    trees.serverStarted('a', 20, 'npx');
    machine.hears = (_, signal) => signal === 'SIGKILL';
    machine.scanMs = 60;
    const report = await trees.end('a', { closeMs: 0, graceMs: 0, forceMs: 0 });
    expect(report).toMatchObject({ verified: true });
    expect(machine.rows).toEqual([]);
  });

  test('names a survivor and does not call itself verified', async () => {
    const { machine, trees } = aMachine([row(20, 10), row(21, 20, { name: 'sudo' })]);
    trees.serverStarted('a', 20, 'npx');
    machine.hears = (pid) => pid === 20;
    const report = await trees.end('a', quick);
    expect(report.verified).toBe(false);
    expect(report.survivors).toMatchObject([
      { kind: 'process', id: 'a/21', name: 'files: sudo', pid: 21, stopped: false },
    ]);
    expect(report.items).toHaveLength(2);
  });

  test('signals nobody else, not even with a pid the session once had', async () => {
    const { machine, trees } = aMachine([row(20, 10), row(30, 10), row(10, 1)]);
    trees.serverStarted('a', 20, 'npx');
    machine.rows = [row(20, 1, { started: 999 }), row(21, 20, { started: 1_000 }), row(30, 10)];
    const report = await trees.end('a', quick);
    expect(machine.sent).toEqual([]);
    expect(report).toMatchObject({ verified: true, survivors: [] });
    expect(machine.rows).toHaveLength(3);
  });

  test('of an earlier run signals no stranger, though only a pid can be asked', async () => {
    const stranger = row(20, 1, { started: 999 });
    const { machine, trees } = aMachine([stranger]);
    trees.adopt('a', { pid: 20, started: 20 });
    expect(await trees.end('a', quick)).toEqual({ items: [], survivors: [], verified: true });
    machine.readable = false;
    expect(await trees.end('a', quick)).toMatchObject({ items: [], verified: false });
    expect(machine.sent).toEqual([]);
  });

  test('goes on without a list, and does not call itself verified', async () => {
    const { machine, trees } = aMachine([row(20, 10, { group: 20 }), row(21, 20, { group: 20 })]);
    trees.serverStarted('a', 20, 'npx');
    machine.readable = false;
    machine.hears = (_, signal) => signal === 'SIGKILL';
    expect(await trees.end('a', quick)).toMatchObject({ verified: false });
    expect(machine.rows).toEqual([]);
  });

  test('that is empty is verified by a look', async () => {
    const { trees } = aMachine([row(10, 1)]);
    expect(await trees.end('a', quick)).toEqual({ items: [], survivors: [], verified: true });
    expect(await trees.end('unknown', quick)).toMatchObject({ verified: true });
  });

  test('on Windows uses no signal but ends each tree by force', async () => {
    const ended: number[] = [];
    const { machine, trees } = aMachine([row(20, 10), row(21, 20)], {
      forceEnd: async (pid) => {
        ended.push(pid);
        machine.rows = machine.rows.filter((r) => r.pid !== pid && r.ppid !== pid);
        if (pid === 21) throw new Error('already gone');
      },
    });
    trees.serverStarted('a', 20, 'npx');
    expect(await trees.end('a', quick)).toMatchObject({ verified: true });
    expect(machine.sent).toEqual([]);
    expect(ended).toEqual([20, 21]);
  });
});

test('a look serves many sessions and knows the forgotten by their marker alone', async () => {
  const { trees } = aMachine([row(20, 10), row(30, 10), row(40, 1, { marker: 'a' })]);
  trees.serverStarted('a', 20, 'npx');
  trees.track('b', 'git');
  trees.serverStarted('b', 30, 'npx');
  const pids = async () => {
    const found = await trees.members(['a', 'b', 'c']);
    return found.ok ? [...found.value].map(([id, rows]) => [id, rows.map((r) => r.pid)]) : found;
  };
  expect(await pids()).toEqual([
    ['a', [20, 40]],
    ['b', [30]],
    ['c', []],
  ]);
  trees.forget('a');
  expect(await pids()).toEqual([
    ['a', [40]],
    ['b', [30]],
    ['c', []],
  ]);
});
