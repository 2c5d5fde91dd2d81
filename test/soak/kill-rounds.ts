import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { callLedger } from './call-ledger.ts';
import type { KillTarget } from './kill-target.ts';
import type { LoadClient } from './load-client.ts';

/** What was counted over some rounds. */
export interface KillCount {
  rounds: number;
  /** Rounds in which a call had been answered when the kill came. */
  underLoad: number;
  /** Calls that clients saw answered, that reached a server, and that the trail opened. */
  answered: number;
  reached: number;
  opened: number;
  /** Calls that a kill interrupted and the next start closed. */
  interrupted: number;
  /** Servers that stayed after a kill and that the next start ended. */
  reaped: number;
  /** The longest time from a start to the first answer for every client, in milliseconds. */
  slowestStartMs: number;
  problems: string[];
}

/** A fresh count. */
export const noKills = (): KillCount => ({
  rounds: 0,
  underLoad: 0,
  answered: 0,
  reached: 0,
  opened: 0,
  interrupted: 0,
  reaped: 0,
  slowestStartMs: 0,
  problems: [],
});

/** How one home is used. */
export interface KillPlan {
  readonly rounds: number;
  /** Numbers in [0, 1). */
  readonly random: () => number;
  /** Hears of every round. */
  readonly after?: () => void;
}

/** How long what is left of a killed target may take to end. */
const settleLimitMs = 60_000;

/**
 * Starts, loads and kills one target again and again on one home, and looks after each kill whether the chain is whole
 * and every call that reached a server has its opening entry. A last start, not counted as a round, shows that the
 * last round's calls are closed and its servers gone. Adds to `count`; the first problem ends it.
 */
export async function killRounds(
  target: KillTarget,
  { rounds, random, after }: KillPlan,
  count: KillCount,
): Promise<void> {
  const { home, logFile } = target;
  const ledger = callLedger(join(home.data, 'trail.db'), logFile);
  let stayed: readonly number[] = [];
  let clients: readonly LoadClient[] = [];

  async function oneRound(round: number): Promise<string[]> {
    const last = round > rounds;
    const since = performance.now();
    await target.start();
    clients = target.load(`r${round}`);
    const problems: string[] = [];
    // Most kills come out of full load; some already while the clients shake hands.
    if (last || random() < 0.9) {
      await Promise.all(clients.map((client) => client.loaded));
      count.slowestStartMs = Math.max(count.slowestStartMs, performance.now() - since);
      const survivors = (await processesOf(logFile)).filter((pid) => stayed.includes(pid));
      if (survivors.length > 0) problems.push(`Servers ${survivors} outlived the next start.`);
      count.reaped += stayed.length - survivors.length;
    }
    if (!last) await sleep(20 + random() * 380);
    for (const client of clients) {
      const wrong = client.wrong();
      if (wrong !== undefined) problems.push(`A call was not answered as it should: ${wrong}`);
    }
    await target.kill();
    // A bridge that comes too late finds nobody, and tells its client so for as long as that one asks.
    for (const client of clients) client.end();
    await Promise.all(clients.map((client) => client.gone));
    stayed = await settled(home.path, ledger.ended);

    const look = await ledger.look();
    problems.push(...look.problems);
    const answered = clients.reduce((sum, client) => sum + client.answered(), 0);
    if (answered > look.reached) problems.push(`${answered} answers to ${look.reached} calls.`);
    if (last) return problems;
    count.rounds += 1;
    count.underLoad += answered > 0 ? 1 : 0;
    count.answered += answered;
    count.reached += look.reached;
    count.opened += look.opened;
    count.interrupted += ledger.stillOpen();
    return problems;
  }

  for (let round = 1; round <= rounds + 1 && count.problems.length === 0; round += 1) {
    try {
      const problems = await oneRound(round);
      count.problems.push(...problems.map((text) => `${home.path}, round ${round}: ${text}`));
    } catch (error) {
      const reason = error instanceof Error ? error.stack : String(error);
      count.problems.push(`${home.path}, round ${round}: ${reason}`);
      await target.kill();
      for (const client of clients) client.end();
    }
    after?.();
  }
  // The last kill left the servers that stay.
  for (const pid of await processesOf(logFile)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It ended meanwhile.
    }
  }
}

/**
 * Waits until nothing of a home reads any more; returns the servers that stay although their input ended. Chromium's
 * helpers, which see nothing of a call, may take half a minute to notice that their browser is gone; they are left to it.
 */
async function settled(home: string, ended: () => ReadonlySet<number>): Promise<number[]> {
  for (const until = Date.now() + settleLimitMs; ; await sleep(20)) {
    const alive = await processesOf(home, ' --type=');
    const done = ended();
    if (alive.every((pid) => done.has(pid))) return alive;
    if (Date.now() > until) throw new Error(`Processes ${alive} are still there.`);
  }
}

const run = promisify(execFile);

/** The processes that have this text in their command line, and not the other. */
async function processesOf(text: string, without?: string): Promise<number[]> {
  const { stdout } = await run('ps', ['-A', '-ww', '-o', 'pid=,args='], { maxBuffer: 64 << 20 });
  return stdout
    .split('\n')
    .filter((line) => line.includes(text) && (without === undefined || !line.includes(without)))
    .map((line) => Number.parseInt(line, 10));
}
