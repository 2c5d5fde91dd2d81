import { expect, test } from 'vitest';
import { makeRateCounter, maxRate } from '../../../main/policy/rate.ts';

test('counts the calls of the last minute, the present one included, per connection', () => {
  const rates = makeRateCounter();
  expect(rates.count('a', 0)).toBe(1);
  expect(rates.count('a', 30_000)).toBe(2);
  expect(rates.count('b', 30_000)).toBe(1);
  expect(rates.count('a', 59_999)).toBe(3);
  expect(rates.count('a', 60_000)).toBe(3);
  expect(rates.count('a', 200_000)).toBe(1);
});

test('stops at its bound', () => {
  const rates = makeRateCounter();
  let last = 0;
  for (let i = 0; i < maxRate + 5; i += 1) last = rates.count('a', i / 1_000);
  expect(last).toBe(maxRate);
});
