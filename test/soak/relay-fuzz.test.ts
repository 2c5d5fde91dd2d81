import { expect, test } from 'vitest';
import { fuzzSession } from '../main/relay/relay-fuzz.ts';

const messages = Number(process.env.AIRLOCK_SOAK_MESSAGES ?? 800_000);

test('nothing that policy denies passes in eight hundred thousand mutated messages', async () => {
  const seed = Number(process.env.AIRLOCK_SOAK_SEED ?? Date.now() % 1_000_000);
  expect(await fuzzSession(seed, messages), `seed ${seed}`).toEqual([]);
});
