import { expect, test } from 'vitest';
import { previewProtect, protect } from '../../main/clients/protect.ts';
import { watchConfigs } from '../../main/clients/watch-configs.ts';
import { fillHome } from '../bench/clients-home.ts';
import { rewriteUnderWatch } from '../fakes/configs/rewriting.ts';
import { makeWatchDesk } from '../fakes/configs/watch-desk.ts';

// npm run soak -- test/soak/clients-watch.test.ts, with these to choose from:
const seconds = Number(process.env.AIRLOCK_SOAK_SECONDS ?? 60);
const seed = Number(process.env.AIRLOCK_SOAK_SEED ?? Date.now() % 1_000_000);

const percent = (share: number) => `${(100 * share).toFixed(2)} %`;

test.each([
  { pauseMs: 50, reads: 0 },
  { pauseMs: 50, reads: 0.9 },
  { pauseMs: 1_000, reads: 0 },
  { pauseMs: 1_000, reads: 0.5 },
])(
  'a client that rewrites its config loses nothing, and nothing goes round in circles: %o',
  async (how) => {
    const outcome = await rewriteUnderWatch({ ...how, seconds, seed });
    process.stdout.write(`${JSON.stringify({ ...how, seconds, seed, ...outcome })}\n`);
    expect(outcome.errors).toEqual([]);
    expect(outcome.inFile).toBe(outcome.written);
    expect(outcome.allRouted || outcome.gaveUp > 0).toBe(true);
    // Three in any minute, and one more minute has begun.
    expect(outcome.reapplied).toBeLessThanOrEqual(3 * (Math.ceil(seconds / 60) + 1));
    expect(outcome.gaveUp).toBeLessThanOrEqual(1);
    expect(outcome.cpu).toBeLessThan(0.05);
  },
);

test('an idle watch over 30 clients and 200 servers costs next to nothing', async () => {
  const desk = makeWatchDesk();
  try {
    fillHome(desk.ports.machine, 30, 200);
    const changes = await protect(desk.ports, await previewProtect(desk.ports, {}));
    const routed = changes.flatMap(({ entries }) => entries).length;
    expect(routed).toBeGreaterThan(100);
    const watch = watchConfigs(desk.watch);
    await watch.ready;
    const began = performance.now();
    const before = process.cpuUsage();
    await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
    const used = process.cpuUsage(before);
    const share = (used.user + used.system) / 1_000 / (performance.now() - began);
    process.stdout.write(
      `idle watch over 30 clients with 200 servers, ${routed} routed: ${percent(share)} of a core\n`,
    );
    await watch.close();
    expect(desk.events).toEqual([]);
    expect(share).toBeLessThan(0.005);
  } finally {
    desk.close();
  }
});
