import { expect, test } from 'vitest';
import { killWhileWriting } from '../main/audit/trail-kill.ts';
import { trailPath } from '../main/audit/trail-support.ts';

// Run with AIRLOCK_SOAK=1; about twenty minutes.
test('a thousand kill -9 under load lose nothing that was acknowledged', async () => {
  const rounds = Number(process.env.AIRLOCK_SOAK_ROUNDS ?? 1_000);
  let acknowledged = 0;
  let path = trailPath();
  for (let round = 0; round < rounds; round += 1) {
    // A new trail now and then, so that each round's look at the whole chain stays short.
    if (round % 25 === 0) path = trailPath();
    acknowledged += await killWhileWriting(path, `r${round}`, 1 + ((round * 97) % 400));
  }
  expect(acknowledged).toBeGreaterThan(rounds);
});
