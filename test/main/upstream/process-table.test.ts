import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import type { ListingQuery } from '../../../main/upstream/process-listing.ts';
import { makeProcessTable, runListing } from '../../../main/upstream/process-table.ts';

/** A state is waited for as long as a crowded machine may need. */
const patient = { timeout: 15_000 };

const proc = mkdtempSync(path.join(tmpdir(), 'airlock-proc-'));
afterEach(() => rmSync(proc, { recursive: true, force: true }));

/** Makes a process in a /proc of our own; `at` is the address of its environment, 0 where none is told. */
function aProcess(pid: number, started: number, state = 'S', environ = '', at = 0): void {
  mkdirSync(path.join(proc, String(pid)), { recursive: true });
  const start = `${state} 1 ${pid} ${pid} 0 -1 0 1 2 3 4 5 6 7 8 20 0 1 0 ${started} 1 2 3`;
  const zeros = Array.from({ length: 24 }, () => '0').join(' ');
  const fields = `${start} ${zeros} ${at} ${at === 0 ? 0 : at + 10} 0`;
  writeFileSync(path.join(proc, String(pid), 'stat'), `${pid} (x) ${fields}`);
  writeFileSync(path.join(proc, String(pid), 'environ'), environ);
}

const noProgram = () => Promise.reject(new Error('no program may run'));
const madeUp = () => makeProcessTable('linux', noProgram, proc);

describe('the table of Linux', () => {
  test('lists who lives, with the marker', async () => {
    aProcess(7, 70, 'S', 'A=b\0AIRLOCK_SESSION=s1\0');
    aProcess(8, 80, 'Z');
    mkdirSync(path.join(proc, '9'));
    mkdirSync(path.join(proc, 'sys'));
    expect(await madeUp().scan()).toMatchObject({
      ok: true,
      value: [{ pid: 7, started: 70, marker: 's1' }],
    });
  });

  test('reads an environment again where another program may run, or another process', async () => {
    const table = madeUp();
    const marker = async () => {
      const scan = await table.scan();
      return scan.ok ? scan.value.find(({ pid }) => pid === 7)?.marker : 'no scan';
    };
    const seen: (string | undefined)[] = [];
    const [one, two, three] = [1, 2, 3].map((n) => `AIRLOCK_SESSION=s${n}\0`);
    const steps: [started: number, environ: string | undefined, at: number][] = [
      [70, '', 100],
      [70, one, 200],
      [70, two, 200],
      [71, three, 200],
      [71, '', 0],
      [71, one, 0],
    ];
    for (const [started, environ, at] of steps) {
      aProcess(7, started, 'S', environ, at);
      seen.push(await marker());
    }
    // The third changed without an exec, which is not read; where no address is told, each look reads.
    expect(seen).toEqual([undefined, 's1', 's1', 's3', undefined, 's1']);
  });

  test('that is not there is a problem, not an empty list', async () => {
    const gone = makeProcessTable('linux', noProgram, path.join(proc, 'gone'));
    expect(await gone.scan()).toMatchObject({ problem: { code: 'process-table-unreadable' } });
    mkdirSync(proc, { recursive: true });
    expect(await madeUp().scan()).toMatchObject({ problem: { code: 'process-table-unreadable' } });
  });

  test('tells a process from the next one with its pid', () => {
    aProcess(7, 70);
    const table = madeUp();
    expect(table.startOf(7)).toBe(70);
    expect(table.lives({ pid: 7, started: 70 })).toBe(true);
    expect(table.lives({ pid: 7, started: 71 })).toBe(false);
    expect(table.lives({ pid: 99, started: 1 })).toBe(false);
    expect([table.sameStart(70, 70), table.sameStart(70, 71)]).toEqual([true, false]);
  });

  test.runIf(process.platform === 'linux')('finds a real child by its marker', async () => {
    const child = spawn('sleep', ['60'], { env: { AIRLOCK_SESSION: 'table-test' } });
    onTestFinished(() => void child.kill('SIGKILL'));
    await new Promise((resolve) => child.once('spawn', resolve));
    const table = makeProcessTable('linux', noProgram);
    const scan = await table.scan();
    const found = scan.ok ? scan.value.filter((row) => row.marker === 'table-test') : [];
    expect(found).toMatchObject([{ pid: child.pid, ppid: process.pid, name: 'sleep' }]);
    expect(found.map((row) => table.lives(row))).toEqual([true]);
  });
});

describe('a scan', () => {
  test('is shared by those who ask in one turn or while one runs, and begins after they asked', async () => {
    let runs = 0;
    const gates: (() => void)[] = [];
    const table = makeProcessTable('win32', async () => {
      runs += 1;
      const mine = runs;
      await new Promise<void>((resolve) => gates.push(resolve));
      return `{"ProcessId":${mine},"ParentProcessId":1,"CreationDate":"/Date(5)/","Name":"a"}`;
    });
    const pids = async (scan: ReturnType<typeof table.scan>) => {
      const result = await scan;
      return result.ok ? result.value.map(({ pid }) => pid) : result.problem;
    };
    const first = [pids(table.scan()), pids(table.scan())];
    await expect.poll(() => gates.length, patient).toBe(1);
    const others = [pids(table.scan()), pids(table.scan()), pids(table.scan())];
    gates[0]?.();
    expect(await Promise.all(first)).toEqual([[1], [1]]);
    await expect.poll(() => gates.length, patient).toBe(2);
    gates[1]?.();
    expect(await Promise.all(others)).toEqual([[2], [2], [2]]);
    const last = pids(table.scan());
    await expect.poll(() => gates.length, patient).toBe(3);
    gates[2]?.();
    expect(await last).toEqual([3]);
  });
});

describe('the table of macOS', () => {
  const answers = (query: ListingQuery) =>
    Promise.resolve(
      query.args[0] === '-axww'
        ? '  501  1  501 S  Tue Nov 24 11:18:03 2026 /bin/node\n'
        : '  501 node AIRLOCK_SESSION=s1\n',
    );

  test('is what ps says', async () => {
    expect(await makeProcessTable('darwin', answers).scan()).toMatchObject({
      value: [{ pid: 501, name: 'node', marker: 's1' }],
    });
  });

  test('without an answer is a problem', async () => {
    const problem = { problem: { code: 'process-table-unreadable' } };
    expect(await makeProcessTable('darwin', noProgram).scan()).toMatchObject(problem);
    expect(await makeProcessTable('darwin', async () => '').scan()).toMatchObject(problem);
  });

  test('knows starts to the second, and the living by their pid', () => {
    const table = makeProcessTable('darwin', answers);
    expect(table.sameStart(10_000, 11_900)).toBe(true);
    expect(table.sameStart(10_000, 12_100)).toBe(false);
    expect(table.lives({ pid: process.pid, started: 0 })).toBe(true);
    expect(table.lives({ pid: 2 ** 30, started: 0 })).toBe(false);
    expect(Math.abs(table.startOf(1) - Date.now())).toBeLessThan(1_000);
  });
});

test('the table of Windows is what CIM says, or a problem', async () => {
  const json = '[{"ProcessId":9,"ParentProcessId":4,"CreationDate":"/Date(5)/","Name":"a.exe"}]';
  expect(await makeProcessTable('win32', async () => json).scan()).toMatchObject({
    value: [{ pid: 9, name: 'a.exe' }],
  });
  for (const answer of ['[]', 'Access denied']) {
    expect(await makeProcessTable('win32', async () => answer).scan()).toMatchObject({
      problem: { code: 'process-table-unreadable' },
    });
  }
});

test('a listing program answers, or rejects when it fails', async () => {
  const echo = (code: string) => ({ command: process.execPath, args: ['-e', code] });
  expect(await runListing(echo('console.log(process.env.LC_ALL)'))).toBe('C\n');
  await expect(runListing(echo('process.exit(3)'))).rejects.toThrow();
});
