import fc from 'fast-check';
import { describe, test } from 'vitest';
import { clientOf } from '../fakes/configs/desk.ts';
import { anyConfig } from '../fakes/configs/generate.ts';
import { formats, roundTrips, survivesChanges } from '../fakes/configs/round-trip.ts';

const runs = 10_000;
const limitMs = 30 * 60_000;

// These run when AIRLOCK_SOAK is set, which the test runner's configuration looks at.
describe('ten thousand configs', () => {
  test.each(formats)(
    'of %s come back byte for byte',
    async (format) => {
      const property = fc.asyncProperty(anyConfig(format), (config) =>
        roundTrips(config, clientOf(format)),
      );
      await fc.assert(property, { numRuns: runs });
    },
    limitMs,
  );

  test.each(formats)(
    'of %s are put back entry by entry after other changes',
    async (format) => {
      const property = fc.asyncProperty(anyConfig(format), (config) =>
        survivesChanges(config, clientOf(format)),
      );
      await fc.assert(property, { numRuns: runs });
    },
    limitMs,
  );
});
