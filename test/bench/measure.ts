import type { Driver } from './stdio-driver.ts';

/** One case of a comparison: how to start it, and what to call it. */
export interface Case {
  readonly name: string;
  readonly start: () => Promise<Driver>;
  /** True for what we ship; those are compared with the peers. */
  readonly ours?: boolean;
  /** True for a published bridge that is compared with ours. */
  readonly peer?: boolean;
}

/** What was measured of one case, in milliseconds and calls per second. `p10`: what it takes when nothing disturbs. */
export interface Sample {
  readonly p10: number;
  readonly p50: number;
  readonly p99: number;
  readonly perSecond: number;
  readonly readyMs: number;
}

/** The value below which this share of sorted values lies. */
export const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;

/** The middle one of values in any order. */
export const median = (values: readonly number[]): number =>
  quantile(
    [...values].sort((a, b) => a - b),
    0.5,
  );

async function inFlight(
  driver: Driver,
  text: string,
  calls: number,
  width: number,
): Promise<number> {
  let left = calls;
  const start = performance.now();
  const lane = async () => {
    while (left > 0) {
      left -= 1;
      await driver.call(text);
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
  return (calls / (performance.now() - start)) * 1_000;
}

interface Running {
  readonly name: string;
  readonly driver: Driver;
  readonly times: number[];
  readonly rates: number[];
}

/** One turn of one case: calls one after the other for the latency, then 32 in flight for the rate. */
async function turn(one: Running, calls: number, text: string): Promise<void> {
  for (let i = 0; i < calls; i += 1) {
    const start = performance.now();
    await one.driver.call(text);
    one.times.push(performance.now() - start);
  }
  one.rates.push(await inFlight(one.driver, text, calls * 4, 32));
}

const sampleOf = ({ driver, times, rates }: Running): Sample => {
  const sorted = times.toSorted((a, b) => a - b);
  return {
    p10: quantile(sorted, 0.1),
    p50: quantile(sorted, 0.5),
    p99: quantile(sorted, 0.99),
    perSecond: median(rates),
    readyMs: driver.readyMs,
  };
};

/**
 * Starts every case and lets them take short turns, so that a slow moment of the machine touches all of them. All
 * stay up to the end; one that waits for its turn does nothing.
 */
export async function compare(
  cases: readonly Case[],
  options: { readonly turns: number; readonly calls: number; readonly bytes: number },
  tell: (line: string) => void,
): Promise<Map<string, Sample>> {
  const text = 'x'.repeat(options.bytes);
  const running: Running[] = [];
  try {
    for (const one of cases) {
      const driver = await one.start();
      running.push({ name: one.name, driver, times: [], rates: [] });
      for (let i = 0; i < options.calls * 2; i += 1) await driver.call(text);
      await inFlight(driver, text, options.calls * 2, 32);
      tell(`ready: ${one.name}`);
    }
    for (let n = 1; n <= options.turns; n += 1) {
      for (const one of running) await turn(one, options.calls, text);
      if (n % 5 === 0) tell(`turn ${n} of ${options.turns}`);
    }
    return new Map(running.map((one) => [one.name, sampleOf(one)]));
  } finally {
    await Promise.all(running.map(({ driver }) => driver.close()));
  }
}

/** The Markdown table of a comparison, with ratios against the first case. */
export function table(results: ReadonlyMap<string, Sample>): string {
  const base = [...results.values()][0];
  if (!base) return '';
  const rows = [...results].map(
    ([name, s]) =>
      `| ${name} | ${s.p10.toFixed(3)} | ${s.p50.toFixed(3)} | ${s.p99.toFixed(2)} | ${Math.round(s.perSecond)} | ${(s.p50 / base.p50).toFixed(2)}x | ${(s.perSecond / base.perSecond).toFixed(2)}x | ${Math.round(s.readyMs)} |`,
  );
  return [
    '| case | p10 ms | p50 ms | p99 ms | calls/s at 32 | p50 vs direct | calls/s vs direct | ready ms |',
    '|---|---|---|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}
