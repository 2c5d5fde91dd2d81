import fc from 'fast-check';
import { describe, test } from 'vitest';
import { clientOf } from '../fakes/configs/desk.ts';
import { anyConfig } from '../fakes/configs/generate.ts';
import { anyConfigOf } from '../fakes/configs/generate-any.ts';
import { formats, roundTrips, survivesChanges } from '../fakes/configs/round-trip.ts';
import { roundTripsAnywhere } from '../fakes/configs/round-trip-any.ts';

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

  // One client for each way of writing that a format has.
  test.each(['codex', 'mistral-vibe', 'goose', 'continue', 'opencode', 'cline', 'gemini-cli'])(
    'of %s come back, remote ones too, whatever changed meanwhile',
    async (id) => {
      const client = clientOf(id);
      const property = fc.asyncProperty(anyConfigOf(client), (config) =>
        roundTripsAnywhere(config, client),
      );
      await fc.assert(property, { numRuns: runs });
    },
    limitMs,
  );
});
