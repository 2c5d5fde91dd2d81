import fc from 'fast-check';
import { describe, test } from 'vitest';
import { clientOf } from '../../fakes/configs/desk.ts';
import { anyConfig } from '../../fakes/configs/generate.ts';
import { formats, roundTrips, survivesChanges } from '../../fakes/configs/round-trip.ts';

describe.each(formats)('any config of %s', (format) => {
  test('protected and restored is byte for byte what it was', async () => {
    await fc.assert(
      fc.asyncProperty(anyConfig(format), (config) => roundTrips(config, clientOf(format))),
      {
        numRuns: 300,
      },
    );
  }, 60_000);

  test('is put back entry by entry when something else in it changed', async () => {
    await fc.assert(
      fc.asyncProperty(anyConfig(format), (config) => survivesChanges(config, clientOf(format))),
      { numRuns: 100 },
    );
  }, 60_000);
});
