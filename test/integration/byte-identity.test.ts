import { PassThrough, Transform } from 'node:stream';
import { afterEach, expect, test } from 'vitest';
import { closeSites } from '../fakes/remote.ts';
import { linePeer } from '../soak/identity-peers.ts';
import { runIdentity } from '../soak/identity-run.ts';
import { ways } from '../soak/identity-ways.ts';
import { seeded } from '../soak/seeded.ts';

afterEach(closeSites);

test.each(Object.keys(ways))('what passes arrives byte for byte: %s', async (name) => {
  const open = ways[name];
  if (open === undefined) throw new Error(`there is no way ${name}`);
  const random = seeded(20_261_124);
  const way = await open(random);
  try {
    const seen = await runIdentity(way, random, 1_200);
    expect([...seen.wrong, ...way.wrong]).toEqual([]);
    expect(seen.toServer).toBeGreaterThan(400);
    expect(seen.toClient).toBeGreaterThan(400);
  } finally {
    way.close();
  }
});

test('a way that spells one number otherwise is noticed', async () => {
  const toServer = new Transform({
    transform: (chunk: Buffer, _encoding, done) =>
      done(null, chunk.toString('utf8').replace(':1.0', ':1')),
  });
  const toClient = new PassThrough();
  const way = { client: linePeer(toClient, toServer), server: linePeer(toServer, toClient) };
  const { wrong } = await runIdentity(way, seeded(1), 5_000);
  expect(wrong[0]).toMatch(/^the server heard what nobody said/);
});
