import { expect, test } from 'vitest';
import { fuzzSession } from '../main/relay/relay-fuzz.ts';
import { progress } from './progress.ts';

const messages = Number(process.env.AIRLOCK_SOAK_MESSAGES ?? 800_000);
const atOnce = 20_000;

test('nothing that policy denies passes in eight hundred thousand mutated messages', async () => {
  const first = Number(process.env.AIRLOCK_SOAK_SEED ?? Date.now() % 1_000_000);
  for (let done = 0, seed = first; done < messages; done += atOnce, seed += 1) {
    expect(await fuzzSession(seed, Math.min(atOnce, messages - done)), `seed ${seed}`).toEqual([]);
    progress(`relay: ${done + atOnce} messages, seeds ${first} to ${seed}`);
  }
});
