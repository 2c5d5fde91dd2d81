import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  longestPauseMs,
  pauseAfter,
  retryAfter,
  shortestPauseMs,
} from '../../../main/audit/backoff.ts';
import { checkEndpoint, isLoopback } from '../../../main/audit/endpoint.ts';

describe('a pause', () => {
  test('grows from a second to five minutes', () => {
    const most = [1, 2, 3, 4, 9, 10, 100].map((failures) => pauseAfter(failures, () => 0.999999));
    expect(most).toEqual([1_000, 2_000, 4_000, 8_000, 256_000, longestPauseMs, longestPauseMs]);
  });

  test('lies anywhere below that, and is never nothing', () => {
    fc.assert(
      fc.property(
        fc.nat(2_000),
        fc.double({ min: 0, max: 0.999999, noNaN: true }),
        (failures, random) => {
          const pause = pauseAfter(failures, () => random);
          const ceiling = Math.min(
            longestPauseMs,
            shortestPauseMs * 2 ** Math.max(0, failures - 1),
          );
          expect(pause).toBeGreaterThanOrEqual(1);
          expect(pause).toBeLessThanOrEqual(ceiling);
          expect(Math.abs(pause - random * ceiling)).toBeLessThanOrEqual(1);
        },
      ),
    );
  });
});

test.each([
  [null, undefined],
  ['7', 7_000],
  [' 0 ', 0],
  ['999999999', 3_600_000],
  ['Thu, 01 Jan 1970 00:00:30 GMT', 20_000],
  ['Thu, 01 Jan 1970 00:00:01 GMT', 0],
  ['soon', undefined],
  ['-5', undefined],
])('Retry-After %j asks for %s ms', (header, wait) => {
  expect(retryAfter(header, 10_000)).toBe(wait);
});

test.each([
  ['https://otel.example.com/v1/logs', true],
  ['https://10.0.0.1:4318/v1/logs', true],
  ['http://127.0.0.1:4318/v1/logs', true],
  ['http://127.9.9.9/v1/logs', true],
  ['http://localhost:4318/v1/logs', true],
  ['http://LOCALHOST/v1/logs', true],
  ['http://[::1]:4318/v1/logs', true],
  ['http://otel.example.com/v1/logs', 'endpoint-not-secure'],
  ['http://localhost.example.com/', 'endpoint-not-secure'],
  ['http://127.0.0.1.example.com/', 'endpoint-not-secure'],
  ['http://0.0.0.0/', 'endpoint-not-secure'],
  ['http://[::ffff:10.0.0.1]/', 'endpoint-not-secure'],
  ['http://10.0.0.1/', 'endpoint-not-secure'],
  ['ftp://127.0.0.1/', 'endpoint-not-secure'],
  ['https://user:secret@otel.example.com/', 'bad-endpoint'],
  ['otel.example.com', 'bad-endpoint'],
])('%s: %s', (endpoint, verdict) => {
  const checked = checkEndpoint(endpoint);
  expect(checked.ok ? true : checked.problem.code).toBe(verdict);
  if (!checked.ok) expect(checked.problem.message).not.toContain('secret@');
});

test('loopback is no matter of how a name begins', () => {
  expect(['127.0.0.1', 'localhost', '[::1]'].every(isLoopback)).toBe(true);
  expect(['127.0.0.1.evil.example', '127.1', 'localhost.', '::1', ''].some(isLoopback)).toBe(false);
});
