import { expect, test } from 'vitest';
import { fuzzEndpoint } from '../main/endpoint/endpoint-fuzz.ts';
import { progress } from './progress.ts';

const requests = Number(process.env.AIRLOCK_SOAK_REQUESTS ?? 200_000);
const atOnce = 4_800;

test('no mutated request of two hundred thousand breaks the endpoint or gets past its door or policy', async () => {
  const first = Number(process.env.AIRLOCK_SOAK_SEED ?? Date.now() % 1_000_000);
  for (let done = 0, seed = first; done < requests; done += atOnce, seed += 1) {
    expect(await fuzzEndpoint(seed, Math.min(atOnce, requests - done)), `seed ${seed}`).toEqual([]);
    progress(`endpoint: ${done + atOnce} requests, seeds ${first} to ${seed}`);
  }
});
