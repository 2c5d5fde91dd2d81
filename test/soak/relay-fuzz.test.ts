import { expect, test } from 'vitest';
import { fuzzSession } from '../main/relay/relay-fuzz.ts';

test('nothing that policy denies passes in a hundred thousand mutated messages', async () => {
  const seed = Number(process.env.AIRLOCK_SOAK_SEED ?? Date.now() % 1_000_000);
  expect(await fuzzSession(seed, 100_000), `seed ${seed}`).toEqual([]);
});
