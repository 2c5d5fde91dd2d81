import { setTimeout as sleep } from 'node:timers/promises';
import { entryOf, governedApp, here, leave, node } from './lab.ts';
import type { LegReport } from './legs.ts';
import { median, quantile } from './measure.ts';
import { measuresProcesses, residentMiB } from './processes.ts';
import { type Driver, stdioDriver } from './stdio-driver.ts';

interface Counts {
  readonly connections: number;
  readonly turns: number;
  readonly turnMs: number;
}

interface Many {
  readonly name: string;
  readonly drivers: Driver[];
  readonly rates: number[];
  readonly times: number[];
}

const light = here('light-server.mjs');
const startedAtOnce = 5;

/** Starts all, a few at a time: a hundred processes that start at once measure the machine. */
async function open(count: number, start: (n: number) => Promise<Driver>): Promise<Driver[]> {
  const drivers: Driver[] = [];
  for (let n = 0; n < count; n += startedAtOnce) {
    const these = Array.from({ length: Math.min(startedAtOnce, count - n) }, (_, m) =>
      start(n + m),
    );
    drivers.push(...(await Promise.all(these)));
  }
  return drivers;
}

/** Every connection calls as soon as it was answered, for so long. */
async function turn(many: Many, ms: number): Promise<void> {
  const since = performance.now();
  let calls = 0;
  const lane = async (driver: Driver) => {
    for (let now = performance.now(); now - since < ms; ) {
      await driver.call('x'.repeat(64));
      const then = performance.now();
      many.times.push(then - now);
      now = then;
      calls += 1;
    }
  };
  await Promise.all(many.drivers.map(lane));
  many.rates.push((calls / (performance.now() - since)) * 1_000);
}

/** A hundred connections at once, each with a server of its own: what the engine carries and what each costs it. */
export async function manyConnections({ connections, turns, turnMs }: Counts): Promise<LegReport> {
  const names = Array.from({ length: connections }, (_, n) => `light-${n}`);
  const server = { command: node, args: [light] };
  const governed = await governedApp(Object.fromEntries(names.map((name) => [name, server])));
  const pid = governed.app.pid ?? 0;
  const all: Many[] = [];
  try {
    const direct: Many = {
      name: 'direct stdio',
      drivers: await open(connections, () => stdioDriver(node, [light])),
      rates: [],
      times: [],
    };
    all.push(direct);
    // One first: what the engine loads once is not what a connection costs.
    const first = entryOf(governed, names[0] ?? '');
    const warm = await stdioDriver(first.command, first.args, governed.home.env);
    for (let n = 0; n < 500; n += 1) await warm.call('warm');
    await warm.close();
    await sleep(2_000);
    const before = residentMiB(pid);
    const ours: Many = {
      name: 'Airlock, governed in Electron',
      drivers: await open(connections, (n) => {
        const { command, args } = entryOf(governed, names[n] ?? '');
        return stdioDriver(command, args, governed.home.env);
      }),
      rates: [],
      times: [],
    };
    all.push(ours);
    await sleep(2_000);
    const connected = residentMiB(pid);
    for (let n = 0; n < turns; n += 1) for (const one of all) await turn(one, turnMs);
    await sleep(2_000);
    const loaded = residentMiB(pid);
    const bridges = ours.drivers
      .map((driver) => residentMiB(driver.pid ?? 0))
      .toSorted((a, b) => a - b);

    const base = median(direct.rates);
    const rows = all.map(({ name, rates, times }) => {
      const sorted = times.toSorted((a, b) => a - b);
      const rate = median(rates);
      return `| ${name} | ${Math.round(rate)} | ${(rate / base).toFixed(2)}x | ${quantile(sorted, 0.5).toFixed(1)} | ${quantile(sorted, 0.99).toFixed(1)} |`;
    });
    const each = (mebibytes: number) => `${((mebibytes - before) / connections).toFixed(2)} MiB`;
    const memory = measuresProcesses
      ? [
          '',
          `Memory of the app's process, which holds the engine: ${before.toFixed(0)} MiB before, ${connected.toFixed(0)} MiB with ${connections} connections (${each(connected)} each), ${loaded.toFixed(0)} MiB after the calls (${each(loaded)} each). A bridge holds ${quantile(bridges, 0.5).toFixed(1)} MiB (median; ${(bridges.at(-1) ?? 0).toFixed(1)} the most).`,
        ]
      : [];
    const ratio = median(ours.rates) / base;
    return {
      table: [
        `| ${connections} connections | calls/s in all | vs direct | p50 ms | p99 ms |`,
        '|---|--:|--:|--:|--:|',
        ...rows,
        ...memory,
      ].join('\n'),
      about: `${connections} connections, each with a server and (governed) a bridge of its own, each with one 64-byte call under way; ${turns} interleaved turns of ${turnMs} ms.`,
      claims: [
        [
          `${connections} connections make ${(ratio * 100).toFixed(0)} % of the calls they make direct`,
          true,
        ],
      ],
    };
  } finally {
    await Promise.all(all.flatMap(({ drivers }) => drivers.map((driver) => driver.close())));
    await leave(governed);
  }
}
