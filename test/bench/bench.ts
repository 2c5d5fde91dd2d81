// npm run bench [-- --quick | --legs http,size,many,memory [--small]]: one interleaved run of everything, ratios against
// direct stdio (or the SDK's own HTTP server) in the same run. --quick leaves out the legs; --legs runs these alone, and
// --small tries them out in seconds without writing anything down.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { electronRuntime } from '../../build/electron-runtime.mjs';
import { root } from '../e2e/airlock-app.ts';
import { openLab } from './cases.ts';
import { legs } from './legs.ts';
import { compare, type Sample, table } from './measure.ts';

const quick = process.argv.includes('--quick');
const small = process.argv.includes('--small');
const named = process.argv[process.argv.indexOf('--legs') + 1];
const only = process.argv.includes('--legs') ? (named ?? '').split(',') : undefined;
const unknown = only?.filter((name) => legs[name] === undefined) ?? [];
if (unknown.length > 0) throw new Error(`There is no leg ${unknown.join(', ')}.`);
const options = quick ? { turns: 8, calls: 300, bytes: 64 } : { turns: 60, calls: 100, bytes: 64 };

/** What the budgets say of a run: each a claim with the figure that holds it or not. */
function verdicts(
  results: ReadonlyMap<string, Sample>,
  peers: readonly string[],
): [string, boolean][] {
  const of = (name: string): Sample => {
    const sample = results.get(name);
    if (!sample) throw new Error(`${name} was not measured`);
    return sample;
  };
  const direct = of('direct stdio');
  const governed = of('Airlock, governed in Electron');
  const bridges = peers.map(of);
  const fastest = Math.min(...bridges.map((sample) => sample.p50));
  const most = Math.max(...bridges.map((sample) => sample.perSecond));
  const ratio = governed.p50 / direct.p50;
  return [
    [`governed p50 is ${ratio.toFixed(2)} x direct (at most 3.5)`, ratio <= 3.5],
    [
      `governed p50 is ${(fastest / governed.p50).toFixed(2)} x faster than the fastest npm bridge`,
      governed.p50 < fastest,
    ],
    [
      `governed calls/s is ${(governed.perSecond / most).toFixed(2)} x the fastest npm bridge`,
      governed.perSecond > most,
    ],
  ];
}

const machine = `${cpus().length} x ${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${process.platform} ${process.arch}, Node ${process.versions.node}, Electron ${electronRuntime()?.version ?? 'unknown'}`;
const date = new Date().toISOString().slice(0, 10);
const load = (): string => (loadavg()[0] ?? 0).toFixed(1);
const judge = (judged: readonly [string, boolean][]): string[] =>
  judged.map(([claim, holds]) => `- ${holds ? 'Holds' : '**Missed**'}: ${claim}.`);

/** Calls over stdio, beside the published bridges. */
async function calls(): Promise<void> {
  const before = load();
  const lab = await openLab();
  try {
    const results = await compare(lab.cases, options, console.log);
    const peers = lab.cases.filter((one) => one.peer).map((one) => one.name);
    const lines = table(results);
    const judged = verdicts(results, peers);
    const between = `load ${before} before, ${load()} after`;
    const told = `${date}, ${machine}, ${between}`;
    console.log(`\n${lines}\n\n${judge(judged).join('\n')}\n\n${told}`);
    note('calls', {
      date,
      command: quick ? 'npm run bench -- --quick' : 'npm run bench',
      machine,
      load: between,
      ...options,
      results: Object.fromEntries(results),
      verdicts: Object.fromEntries(judged),
    });
    if (quick) return;
    const about = `\`npm run bench\`, ${told}: ${options.bytes}-byte echo, ${options.turns} interleaved turns of ${options.calls} calls in sequence and ${options.calls * 4} calls 32 at a time.`;
    write('README.md', 'bench', `${lines}\n\n${about}`);
    write('docs/measurements.md', 'bench', [about, '', lines, '', ...judge(judged)].join('\n'));
  } finally {
    await lab.close();
  }
}

async function leg(name: string): Promise<void> {
  const before = load();
  const report = await legs[name]?.(small, console.log);
  if (report === undefined) return;
  const command = `npm run bench -- --legs ${name}`;
  const between = `load ${before} before, ${load()} after`;
  const about = `\`${command}\`, ${date}, ${machine}, ${between}. ${report.about}`;
  const text = [about, '', report.table, '', ...judge(report.claims)].join('\n');
  console.log(`\n${text}\n`);
  if (small) return;
  const { results = {}, claims } = report;
  const verdictsOf = Object.fromEntries(claims);
  note(name, { date, command, machine, load: between, results, verdicts: verdictsOf });
  write('docs/measurements.md', `bench-${name}`, text);
}

/** Keeps the raw figures of one part, and those of the others as they are. */
function note(part: string, record: object): void {
  const file = join(root, 'test/bench/results.json');
  const old: Record<string, unknown> = existsSync(file)
    ? JSON.parse(readFileSync(file, 'utf8'))
    : {};
  // Written first as the calls alone.
  const known = 'calls' in old && typeof old.calls === 'object' ? old : {};
  writeFileSync(file, `${JSON.stringify({ ...known, [part]: record }, null, 2)}\n`);
}

/** Writes what was measured between the markers of a page. */
function write(page: string, marker: string, text: string): void {
  const file = join(root, page);
  const old = readFileSync(file, 'utf8');
  const marked = new RegExp(`(<!-- ${marker}:start -->)[\\s\\S]*(<!-- ${marker}:end -->)`);
  writeFileSync(
    file,
    old.replace(marked, (_all, start, end) => `${start}\n${text}\n${end}`),
  );
}

if (only === undefined) await calls();
for (const name of only ?? (quick ? [] : Object.keys(legs))) await leg(name);
