// npm run bench [-- --quick]: one interleaved run of everything, ratios against direct stdio in the same run.
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { electronRuntime } from '../../build/electron-runtime.mjs';
import { root } from '../e2e/airlock-app.ts';
import { openLab } from './cases.ts';
import { compare, type Sample, table } from './measure.ts';

const quick = process.argv.includes('--quick');
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

const before = loadavg()[0] ?? 0;
const lab = await openLab();
try {
  const results = await compare(lab.cases, options, console.log);
  const peers = lab.cases.filter((one) => one.peer).map((one) => one.name);
  const lines = table(results);
  console.log(`\n${lines}\n`);
  const judged = verdicts(results, peers);
  for (const [claim, holds] of judged) console.log(`${holds ? 'holds ' : 'MISSED'}  ${claim}`);
  const load = `load ${before.toFixed(1)} before, ${(loadavg()[0] ?? 0).toFixed(1)} after`;
  const machine = `${cpus().length} x ${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${process.platform} ${process.arch}, Node ${process.versions.node}, Electron ${electronRuntime()?.version ?? 'unknown'}`;
  const date = new Date().toISOString().slice(0, 10);
  const told = `${date}, ${machine}, ${load}`;
  console.log(`\n${told}`);
  const record = {
    date,
    command: quick ? 'npm run bench -- --quick' : 'npm run bench',
    machine,
    load,
    ...options,
    results: Object.fromEntries(results),
    verdicts: Object.fromEntries(judged),
  };
  writeFileSync(join(root, 'test/bench/results.json'), `${JSON.stringify(record, null, 2)}\n`);
  if (!quick) {
    const about = `\`npm run bench\`, ${told}: ${options.bytes}-byte echo, ${options.turns} interleaved turns of ${options.calls} calls in sequence and ${options.calls * 4} calls 32 at a time.`;
    between('README.md', `${lines}\n\n${about}`);
    const claims = judged.map(([claim, holds]) => `- ${holds ? 'Holds' : '**Missed**'}: ${claim}.`);
    between('docs/measurements.md', [about, '', lines, '', ...claims].join('\n'));
  }
} finally {
  await lab.close();
}

/** Writes what was measured between the markers of a page. */
function between(page: string, text: string): void {
  const file = join(root, page);
  const old = readFileSync(file, 'utf8');
  const marked = /(<!-- bench:start -->)[\s\S]*(<!-- bench:end -->)/;
  writeFileSync(
    file,
    old.replace(marked, (_all, start, end) => `${start}\n${text}\n${end}`),
  );
}
