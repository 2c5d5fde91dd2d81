import type { Lab } from './cases.ts';
import { openLab } from './cases.ts';
import { footprint } from './footprint.ts';
import { openHttpLab } from './http-cases.ts';
import { manyConnections } from './many.ts';
import { type Case, compare, type Sample, table } from './measure.ts';

/** A sentence with the figure that holds it or not. */
export type Claim = [string, boolean];

/** What a leg of the benchmark found, ready for a page. */
export interface LegReport {
  readonly table: string;
  /** How it was measured, in one sentence. */
  readonly about: string;
  readonly claims: readonly Claim[];
  readonly results?: Readonly<Record<string, Sample>>;
}

type Tell = (line: string) => void;

const figure = (results: ReadonlyMap<string, Sample>, start: string): Sample => {
  for (const [name, sample] of results) if (name.startsWith(start)) return sample;
  throw new Error(`${start} was not measured`);
};

async function withLab<T>(lab: Lab, work: (lab: Lab) => Promise<T>): Promise<T> {
  try {
    return await work(lab);
  } finally {
    await lab.close();
  }
}

async function http(small: boolean, tell: Tell): Promise<LegReport> {
  const counts = small ? { turns: 2, calls: 20 } : { turns: 40, calls: 60 };
  const options = { ...counts, bytes: 64 };
  return withLab(await openHttpLab(), async ({ cases }) => {
    const results = await compare(cases, options, tell);
    const sdk = figure(results, 'the SDK');
    const ratio = figure(results, 'Airlock endpoint to stdio').p50 / sdk.p50;
    const whole = figure(results, "Airlock endpoint to the SDK's").p50 / sdk.p50;
    return {
      table: table(results),
      about: `Clients over Streamable HTTP, 64-byte echo, ${options.turns} interleaved turns of ${options.calls} calls in sequence and ${options.calls * 4} calls 32 at a time.`,
      claims: [
        [
          `the local endpoint to a stdio server is ${ratio.toFixed(2)} x the SDK's own HTTP server (at most 1.2)`,
          ratio <= 1.2,
        ],
        [`the local endpoint to a remote server is ${whole.toFixed(2)} x that server direct`, true],
      ],
      results: Object.fromEntries(results),
    };
  });
}

const sized = ['direct', 'bare', 'Airlock, governed', '@civic'];

/** The same case, but each call brings back a result as large as its text would have been. */
const filling = (one: Case): Case => ({
  ...one,
  async start() {
    const driver = await one.start();
    const { fill } = driver;
    if (fill === undefined) throw new Error(`${one.name} cannot bring large results`);
    return { ...driver, call: (text) => fill(text.length) };
  },
});

async function size(small: boolean, tell: Tell): Promise<LegReport> {
  return withLab(await openLab(), async (lab) => {
    const cases = lab.cases.filter(({ name }) => sized.some((start) => name.startsWith(start)));
    const filled = cases.map(filling);
    // Arguments of such a size ask a person, so that only results are compared.
    const runs = [
      { what: '64 KiB result', bytes: 65_536, turns: 20, calls: 30 },
      { what: '1 MiB result', bytes: 1 << 20, turns: 10, calls: 10 },
    ];
    const tables: string[] = [];
    const all: Record<string, Sample> = {};
    let ratio = Number.NaN;
    for (const { what, bytes, turns, calls } of runs) {
      const counts = small ? { turns: 1, calls: 3 } : { turns, calls };
      const results = await compare(filled, { ...counts, bytes }, tell);
      tables.push(`${what}:\n\n${table(results)}`);
      for (const [name, sample] of results) all[`${name}, ${what}`] = sample;
      if (what === '1 MiB result')
        ratio = figure(results, 'Airlock').p50 / figure(results, 'direct').p50;
    }
    return {
      table: tables.join('\n\n'),
      about:
        'Calls that bring a large text; 20 interleaved turns of 30 calls (64 KiB) and 10 turns of 10 (1 MiB) in sequence, and four times as many 32 at a time.',
      claims: [[`a 1 MiB result takes ${ratio.toFixed(2)} x direct (at most 1.5)`, ratio <= 1.5]],
      results: all,
    };
  });
}

/** The legs beside the calls over stdio, by the name that `--legs` takes. `small` tries them out in seconds. */
export const legs: Readonly<Record<string, (small: boolean, tell: Tell) => Promise<LegReport>>> = {
  http,
  size,
  many: (small) =>
    manyConnections(
      small
        ? { connections: 6, turns: 1, turnMs: 500 }
        : { connections: 100, turns: 8, turnMs: 3_000 },
    ),
  memory: (small) =>
    footprint(small ? { idleMs: 3_000, starts: 3 } : { idleMs: 20_000, starts: 40 }),
};
