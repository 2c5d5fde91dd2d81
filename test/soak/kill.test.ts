import { availableParallelism, loadavg } from 'node:os';
import { expect, test } from 'vitest';
import { aFleet, type FleetMember } from '../fakes/kill-fleet.ts';
import { isAlive, type Stubborn } from '../fakes/stubborn-tree.ts';

/**
 * Hundreds of kills in a row, each of a random fleet: `AIRLOCK_SOAK=1 npx vitest run test/soak/kill.test.ts`.
 * `AIRLOCK_SOAK` may also be the number of rounds.
 */
const soak = Number(process.env.AIRLOCK_SOAK ?? 0);
const rounds = soak > 1 ? soak : 300;
const kinds: Stubborn[] = ['polite', 'deaf', 'parent', 'daemon'];
const pick = <T>(from: readonly T[], or: T): T =>
  from[Math.floor(Math.random() * from.length)] ?? or;

test.runIf(soak > 0 && process.platform === 'linux')(
  'no kill of hundreds leaves a process behind',
  { timeout: rounds * 10_000 },
  async () => {
    const gone: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const members = Array.from(
        { length: 1 + Math.floor(Math.random() * 12) },
        (): FleetMember => ({ kind: pick(kinds, 'deaf'), clientId: 'cursor' }),
      );
      const fleet = await aFleet(members);
      try {
        const report = await fleet.killSwitch.throwKill({ kind: 'all' }, 'tray', 'ada');
        const pids = fleet.started.flatMap((each) => each.pids);
        expect(pids.filter(isAlive), `round ${round}`).toEqual([]);
        expect(report, `round ${round}`).toMatchObject({ verified: true, survivors: [] });
        const named = report.items.map(({ pid }) => pid);
        expect(named, `round ${round}`).toEqual(expect.arrayContaining(pids));
        gone.push(report.processesGoneMs);
      } finally {
        await fleet.end();
      }
    }
    const crowding = Math.max(1, (loadavg()[1] ?? 0) / availableParallelism());
    gone.sort((a, b) => a - b);
    expect(gone[Math.floor(gone.length * 0.99)]).toBeLessThanOrEqual(2_000 * crowding);
  },
);
