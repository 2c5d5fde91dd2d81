import { makeLru } from './lru.ts';

const windowMs = 60_000;
/** Counting stops here: a rule about rates asks for tens or hundreds, and the memory stays bounded. */
export const maxRate = 10_000;
const maxConnections = 512;

/**
 * Counts the calls of each connection in the last minute. `count` takes the call in and returns the number with it,
 * at most `maxRate`; `at` is in Unix milliseconds and does not go back by more than clocks do.
 */
export function makeRateCounter(): { count(connection: string, at: number): number } {
  const times = makeLru<string, number[]>(maxConnections);
  return {
    count(connection, at) {
      const seen = times.get(connection) ?? [];
      const from = seen.findIndex((time) => time > at - windowMs);
      seen.splice(0, from < 0 ? seen.length : from);
      if (seen.length < maxRate) seen.push(at);
      times.set(connection, seen);
      return seen.length;
    },
  };
}
