import fc from 'fast-check';
import { describe, test } from 'vitest';
import { catalogue } from '../../../main/clients/catalogue.ts';
import { anyConfigOf } from '../../fakes/configs/generate-any.ts';
import { roundTripsAnywhere } from '../../fakes/configs/round-trip-any.ts';

const governed = catalogue.filter(({ lists }) => lists.length > 0);

describe('any config of', () => {
  test.each(governed.map((client) => [client.id, client] as const))(
    '%s comes back byte for byte, and entry by entry after other changes',
    async (_, client) => {
      const numRuns = client.format === 'toml' || client.format === 'yaml' ? 100 : 25;
      await fc.assert(
        fc.asyncProperty(anyConfigOf(client), (config) => roundTripsAnywhere(config, client)),
        { numRuns },
      );
    },
    60_000,
  );
});
