import { afterEach, expect, test } from 'vitest';
import { closeSites } from '../fakes/remote.ts';
import { runIdentity } from './identity-run.ts';
import { ways } from './identity-ways.ts';
import { progress } from './progress.ts';
import { seeded } from './seeded.ts';

const messages = Number(process.env.AIRLOCK_SOAK_MESSAGES ?? 100_000);

afterEach(closeSites);

test.each(Object.keys(ways))(
  'a hundred thousand messages arrive byte for byte: %s',
  async (name) => {
    const seed = Number(process.env.AIRLOCK_SOAK_SEED ?? Date.now() % 1_000_000);
    const open = ways[name];
    if (open === undefined) throw new Error(`there is no way ${name}`);
    const random = seeded(seed);
    const way = await open(random);
    const since = performance.now();
    try {
      const { toServer, toClient, wrong } = await runIdentity(way, random, messages);
      expect([...wrong, ...way.wrong], `seed ${seed}`).toEqual([]);
      const seconds = ((performance.now() - since) / 1_000).toFixed(0);
      progress(
        `identity: ${name}, seed ${seed}: ${toServer} to the server, ${toClient} to the client, ${seconds} s`,
      );
    } finally {
      way.close();
    }
  },
  3_600_000,
);
