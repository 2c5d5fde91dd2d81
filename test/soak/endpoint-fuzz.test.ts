import { expect, test } from 'vitest';
import { fuzzEndpoint } from '../main/endpoint/endpoint-fuzz.ts';

test('no mutated request of fifty thousand breaks the endpoint or gets past its door', async () => {
  const seed = Number(process.env.AIRLOCK_SOAK_SEED ?? Date.now() % 1_000_000);
  expect(await fuzzEndpoint(seed, 50_000), `seed ${seed}`).toEqual([]);
});
