import { expect, test } from 'vitest';
import { killWhileWriting } from '../main/audit/trail-kill.ts';
import { trailPath } from '../main/audit/trail-support.ts';

// Run with AIRLOCK_SOAK=1; about twenty minutes.
test.each(['forever', 'journal'] as const)(
  'a thousand kill -9 under load (%s) lose nothing that was acknowledged',
  async (how) => {
    const rounds = Number(process.env.AIRLOCK_SOAK_ROUNDS ?? 1_000);
    let acknowledged = 0;
    let path = trailPath();
    for (let round = 0; round < rounds; round += 1) {
      // A new trail now and then, so that each round's look at the whole chain stays short.
      if (round % 25 === 0) path = trailPath();
      acknowledged += await killWhileWriting(path, `r${round}`, 1 + ((round * 97) % 400), how);
    }
    expect(acknowledged).toBeGreaterThan(rounds);
  },
);
