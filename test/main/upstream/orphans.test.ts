import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bootId, makeChildRegister } from '../../../main/upstream/child-register.ts';
import { type ReapReport, reapOrphans } from '../../../main/upstream/orphans.ts';
import { platformProcesses } from '../../../main/upstream/platform-processes.ts';
import { makeProcessTable } from '../../../main/upstream/process-table.ts';
import type { Result } from '../../../shared/outcome.ts';
import { isAlive } from '../../fakes/stubborn-tree.ts';

/** A state is waited for as long as a crowded machine may need. */
const patient = { timeout: 15_000 };

const fakes = path.resolve(import.meta.dirname, '../../fakes');
const boot = bootId(process.platform);
let folder = '';
let file = '';
const bystanders: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'airlock-orphans-'));
  file = path.join(folder, 'children.json');
});
afterEach(() => {
  for (const child of bystanders.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const tsx = (script: string, ...args: string[]): [string, string[]] => [
  process.execPath,
  ['--import', 'tsx', path.join(fakes, script), ...args],
];

/** Starts an app that owns these servers and kills it without mercy; gives the pids it owned. */
async function killedOwner(...kinds: string[]): Promise<number[]> {
  const pidFile = path.join(folder, 'pids');
  const owner = spawn(...tsx('server-owner.ts', file, pidFile, ...kinds), { stdio: 'ignore' });
  bystanders.push(owner);
  let pids: number[] = [];
  await expect
    .poll(
      () => {
        pids = JSON.parse(readFileSync(pidFile, 'utf8') || '[]');
        return pids.length;
      },
      { timeout: 20_000 },
    )
    .toBeGreaterThanOrEqual(kinds.length);
  owner.kill('SIGKILL');
  await once(owner, 'exit');
  return pids;
}

async function bystander(): Promise<number> {
  const child = spawn('sleep', ['60']);
  bystanders.push(child);
  await once(child, 'spawn');
  return child.pid ?? 0;
}

const reap = () => reapOrphans(file, process.platform, platformProcesses(process.platform));

describe.runIf(process.platform === 'linux')('after the app was killed', () => {
  test('the next start ends every server it left, however stubborn', {
    timeout: 40_000,
  }, async () => {
    const pids = await killedOwner('deaf', 'daemon', 'polite');
    const [, , daemonParent = 0, , polite = 0] = pids;
    // What ends with its input has done so without us.
    await expect.poll(() => [daemonParent, polite].some(isAlive), patient).toBe(false);
    const stubborn = pids.filter(isAlive);
    expect(stubborn).toHaveLength(3);
    const { stdout } = await promisify(execFile)(...tsx('server-reaper.ts', file));
    const report: Result<ReapReport> = JSON.parse(stdout);
    expect(pids.filter(isAlive)).toEqual([]);
    expect(report).toMatchObject({ ok: true, value: { left: [] } });
    const named = report.ok ? report.value.items.map(({ pid }) => pid) : [];
    expect(named).toEqual(expect.arrayContaining(stubborn));
  });

  test('it spares a process that only got the pid of one', async () => {
    const pid = await bystander();
    const register = makeChildRegister(file, boot);
    register.put({ sessionId: 'gone', name: 'files', pid, started: 1 });
    expect(await reap()).toEqual({ ok: true, value: { items: [], left: [] } });
    expect(isAlive(pid)).toBe(true);
  });

  test('it ends a process whose pid and start both fit', async () => {
    const pid = await bystander();
    const { startOf } = makeProcessTable('linux');
    const register = makeChildRegister(file, boot);
    register.put({ sessionId: 'left', name: 'files', pid, started: startOf(pid) });
    // A child of this very process would be spared, so another process reaps it.
    await promisify(execFile)(...tsx('server-reaper.ts', file));
    await expect.poll(() => isAlive(pid), patient).toBe(false);
  });

  test('it spares itself and its own children, even with the marker of an orphan', async () => {
    const child = spawn('sleep', ['60'], { env: { AIRLOCK_SESSION: 'outer' } });
    bystanders.push(child);
    await once(child, 'spawn');
    makeChildRegister(file, boot).put({ sessionId: 'outer', name: 'files' });
    expect(await reap()).toEqual({ ok: true, value: { items: [], left: [] } });
    expect(isAlive(child.pid ?? 0)).toBe(true);
  });

  test('nothing is ended for a register of another boot', async () => {
    const pid = await bystander();
    const { startOf } = makeProcessTable('linux');
    makeChildRegister(file, 'other boot').put({
      sessionId: 'left',
      name: 'files',
      pid,
      started: startOf(pid),
    });
    expect(await reap()).toEqual({ ok: true, value: { items: [], left: [] } });
  });
});

test('a register that cannot be read is told', async () => {
  writeFileSync(file, 'torn');
  expect(await reap()).toMatchObject({ problem: { code: 'child-register-unreadable' } });
});

test('who cannot be looked for stays registered', async () => {
  const child = { sessionId: 's1', name: 'files', pid: 2 ** 22, started: 1 };
  makeChildRegister(file, boot).put(child);
  const table = makeProcessTable('linux', () => Promise.reject(new Error('none')), '/nowhere');
  expect(
    await reapOrphans(file, process.platform, { ...platformProcesses(process.platform), table }),
  ).toEqual({
    ok: true,
    value: { items: [], left: [child] },
  });
});
