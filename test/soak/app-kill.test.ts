import { appendFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type KillCount, killRounds, noKills } from './kill-rounds.ts';
import { appTarget, type KillTarget, runTarget } from './kill-target.ts';
import { seeded } from './seeded.ts';

// npm run soak -- test/soak/app-kill.test.ts, with these to choose from:
const appKills = Number(process.env.AIRLOCK_SOAK_KILLS ?? 1_000);
const runKills = Number(process.env.AIRLOCK_SOAK_RUN_KILLS ?? 1_000);
const seed = Number(process.env.AIRLOCK_SOAK_SEED ?? Date.now() % 1_000_000);
const progress = process.env.AIRLOCK_SOAK_LOG ?? join(tmpdir(), 'airlock-app-kill.log');

/** A fresh home now and then, so that each round's look at the whole chain stays short. */
const roundsPerHome = 50;
const homesAtOnce = 2;

/** Kills until `kills` rounds were run or a promise was broken; a home with a problem is kept to look at. */
async function soak(
  name: string,
  makeTarget: () => Promise<KillTarget>,
  kills: number,
): Promise<KillCount> {
  const total = noKills();
  const since = Date.now();
  let planned = 0;
  let homes = 0;
  async function lane(): Promise<void> {
    while (planned < kills && total.problems.length === 0) {
      const rounds = Math.min(roundsPerHome, kills - planned);
      planned += rounds;
      homes += 1;
      const random = seeded(seed + homes);
      const target = await makeTarget();
      const count = noKills();
      const tell = (event: string) => {
        const line = { time: new Date(), name, seed, event, home: target.home.path, ...count };
        appendFileSync(progress, `${JSON.stringify(line)}\n`);
      };
      await killRounds(target, { rounds, random, after: () => tell('round') }, count);
      add(total, count);
      tell('home');
      if (count.problems.length === 0) leave(target);
    }
  }
  await Promise.all(Array.from({ length: homesAtOnce }, lane));
  const line = { time: new Date(), name, seed, event: 'end', ms: Date.now() - since, ...total };
  appendFileSync(progress, `${JSON.stringify(line)}\n`);
  return total;
}

/** Takes a home away; a helper of Chromium that hangs after its app was killed may keep a folder of it, no more. */
function leave({ home }: KillTarget): void {
  try {
    home.remove();
  } catch (error) {
    appendFileSync(progress, `${JSON.stringify({ time: new Date(), left: String(error) })}\n`);
  }
}

function add(total: KillCount, count: KillCount): void {
  total.rounds += count.rounds;
  total.underLoad += count.underLoad;
  total.answered += count.answered;
  total.reached += count.reached;
  total.opened += count.opened;
  total.interrupted += count.interrupted;
  total.reaped += count.reaped;
  total.slowestStartMs = Math.max(total.slowestStartMs, count.slowestStartMs);
  total.problems.push(...count.problems);
}

test.each([
  ['the app', appTarget, appKills] as const,
  ['airlock run', runTarget, runKills] as const,
])(
  'kill -9 of %s under load: the chain is whole and no call lacks its opening entry',
  async (name, makeTarget, kills) => {
    const total = await soak(name, makeTarget, kills);
    expect(total.problems, `seed ${seed}`).toEqual([]);
    expect(total.rounds).toBe(kills);
    expect(total.underLoad).toBeGreaterThan(kills * 0.8);
    expect(total.interrupted).toBeGreaterThan(0);
  },
);
