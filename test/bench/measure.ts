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

/** What one round of one case measured, in milliseconds and calls per second. */
export interface Sample {
  readonly p50: number;
  readonly p99: number;
  readonly perSecond: number;
  readonly readyMs: number;
}

const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;

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

/** One round: warm-up, sequential calls for the latency, then 32 in flight for the rate. */
export async function round(one: Case, calls: number, bytes: number): Promise<Sample> {
  const driver = await one.start();
  try {
    const text = 'x'.repeat(bytes);
    for (let i = 0; i < 200; i += 1) await driver.call(text);
    const times: number[] = [];
    for (let i = 0; i < calls; i += 1) {
      const start = performance.now();
      await driver.call(text);
      times.push(performance.now() - start);
    }
    times.sort((a, b) => a - b);
    const perSecond = await inFlight(driver, text, calls, 32);
    return {
      p50: quantile(times, 0.5),
      p99: quantile(times, 0.99),
      perSecond,
      readyMs: driver.readyMs,
    };
  } finally {
    await driver.close();
  }
}

/** Runs the cases round-robin, so that a slow minute of the machine touches all of them, and takes medians. */
export async function compare(
  cases: readonly Case[],
  options: { readonly rounds: number; readonly calls: number; readonly bytes: number },
  tell: (line: string) => void,
): Promise<Map<string, Sample>> {
  const samples = new Map<string, Sample[]>();
  for (let n = 1; n <= options.rounds; n += 1) {
    for (const one of cases) {
      const sample = await round(one, options.calls, options.bytes);
      samples.set(one.name, [...(samples.get(one.name) ?? []), sample]);
      tell(
        `round ${n}/${options.rounds}  ${one.name}: p50 ${sample.p50.toFixed(3)} ms, ${Math.round(sample.perSecond)} calls/s`,
      );
    }
  }
  return new Map(
    [...samples].map(([name, all]) => [
      name,
      {
        p50: median(all.map((s) => s.p50)),
        p99: median(all.map((s) => s.p99)),
        perSecond: median(all.map((s) => s.perSecond)),
        readyMs: median(all.map((s) => s.readyMs)),
      },
    ]),
  );
}

/** The Markdown table of a comparison, with ratios against the first case. */
export function table(results: ReadonlyMap<string, Sample>): string {
  const base = [...results.values()][0];
  if (!base) return '';
  const rows = [...results].map(
    ([name, s]) =>
      `| ${name} | ${s.p50.toFixed(3)} | ${s.p99.toFixed(2)} | ${Math.round(s.perSecond)} | ${(s.p50 / base.p50).toFixed(2)}x | ${(s.perSecond / base.perSecond).toFixed(2)}x | ${Math.round(s.readyMs)} |`,
  );
  return [
    '| case | p50 ms | p99 ms | calls/s at 32 | p50 vs direct | calls/s vs direct | ready ms |',
    '|---|---|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}
