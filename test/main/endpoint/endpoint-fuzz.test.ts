import { expect, test } from 'vitest';
import { fuzzEndpoint } from './endpoint-fuzz.ts';

test('eight hundred mutated requests are answered or closed, and none without the token is heard', async () => {
  expect(await fuzzEndpoint(20_260_728, 800)).toEqual([]);
}, 120_000);
