import { expect, test } from 'vitest';
import { fuzzEndpoint } from '../main/endpoint/endpoint-fuzz.ts';

const requests = Number(process.env.AIRLOCK_SOAK_REQUESTS ?? 200_000);

test('no mutated request of two hundred thousand breaks the endpoint or gets past its door or policy', async () => {
  const seed = Number(process.env.AIRLOCK_SOAK_SEED ?? Date.now() % 1_000_000);
  expect(await fuzzEndpoint(seed, requests), `seed ${seed}`).toEqual([]);
});
