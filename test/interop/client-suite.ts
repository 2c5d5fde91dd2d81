import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { peers } from './peers.ts';
import { type Check, type Revision, runSuite } from './suite.ts';

/** How many scenarios run at once. The suite itself would run all of them, each with a process of ours. */
const atOnce = 2;

/** Patience for one scenario on a crowded machine, in milliseconds. */
const scenarioMs = 120_000;

/** The client scenarios that a revision requires, in the suite's order. */
export async function requiredClientScenarios(revision: Revision): Promise<string[]> {
  const words = [peers.conformance, 'list', '--client', '--requirements', revision];
  const { stdout } = await promisify(execFile)(peers.node, words);
  const [, required = ''] =
    /^Client scenarios[^\n]*\n(.*?)(?:^Run and reported|$(?![\s\S]))/ms.exec(stdout) ?? [];
  return [...required.matchAll(/^ +- (\S+)/gm)].map(([, name = '']) => name);
}

/** Runs client scenarios against our driver; the checks by scenario. */
export async function runClientScenarios(
  revision: Revision,
  scenarios: readonly string[],
): Promise<Map<string, readonly Check[]>> {
  const folder = mkdtempSync(path.join(tmpdir(), 'airlock-driver-'));
  const driver = path.join(folder, 'driver.mjs');
  const found = new Map<string, readonly Check[]>();
  const left = [...scenarios];
  async function work(): Promise<void> {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const report = await runSuite([
        ...['client', '--command', `"${process.execPath}" "${driver}"`, '--scenario', next],
        ...['--spec-version', revision, '--timeout', String(scenarioMs)],
      ]);
      for (const [name, checks] of report) found.set(name, checks);
    }
  }
  try {
    await bundleDriver(driver);
    await Promise.all(Array.from({ length: atOnce }, work));
    return found;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** One file starts in a fraction of the time that a hundred modules need. */
const bundleDriver = (file: string) =>
  build({
    entryPoints: [path.join(import.meta.dirname, 'driver', 'main.ts')],
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
