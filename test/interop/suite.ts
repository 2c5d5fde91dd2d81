import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { peers } from './peers.ts';

/** The frozen requirement sets of the suite. */
export type Revision = '2025-11-25' | '2026-07-28';

const Check = z.object({
  id: z.string(),
  name: z.string(),
  status: z.enum(['SUCCESS', 'FAILURE', 'WARNING', 'SKIPPED', 'INFO']),
  errorMessage: z.string().optional(),
});

/** One check of a scenario. The same check may come several times. */
export type Check = z.infer<typeof Check>;

/** What the suite found, by scenario in the order it ran them. */
export type Report = ReadonlyMap<string, readonly Check[]>;

/** Lines of the suite's own log, whose number depends on how bytes were cut into events. */
const logLines = new Set([
  'outgoing-request',
  'incoming-request',
  'incoming-response',
  'outgoing-response',
  'incoming-sse-event',
  'stream-closed',
]);

/** A suite run may take this long, in milliseconds; alone on a machine it takes a few seconds. */
const patienceMs = 180_000;

/** Runs every server scenario of a revision against a URL. */
export const runServerSuite = (url: string, revision: Revision): Promise<Report> =>
  runSuite(['server', '--url', url, '--requirements', revision]);

/** Runs the suite with these words and reads the checks of every scenario; throws when it could not run. */
export async function runSuite(
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Report> {
  const out = mkdtempSync(path.join(tmpdir(), 'airlock-conformance-'));
  try {
    const said = await finished([peers.conformance, ...words, '-o', out], env);
    const report = readReport(out);
    // It exits with 1 for failed checks, too; without any check it did not run.
    if (report.size === 0) throw new Error(`The conformance suite did not run:\n${said}`);
    return report;
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

function finished(args: string[], env: Readonly<Record<string, string>>): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(peers.node, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: patienceMs,
      killSignal: 'SIGKILL',
      env: { ...process.env, ...env },
    });
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    child.on('error', reject);
    child.on('close', (_code, signal) =>
      signal === null
        ? resolve(said)
        : reject(new Error(`The conformance suite was ended by ${signal}:\n${said}`)),
    );
  });
}

/** Folders are named `<side>-<scenario>-<time>`; a client scenario's name may hold a slash, which nests them. */
function readReport(out: string): Report {
  const found = readdirSync(out, { recursive: true, encoding: 'utf8' })
    .filter((file) => path.basename(file) === 'checks.json')
    .map((file) => {
      const folder = path.dirname(file).split(path.sep).join('/');
      const [, scenario = folder, time = ''] =
        /^(?:server-|client-)?(.+)-(\d{4}-\d\d-\d\dT[\d-]+Z)$/.exec(folder) ?? [];
      const checks = z.array(Check).parse(JSON.parse(readFileSync(path.join(out, file), 'utf8')));
      return { scenario, time, checks: checks.filter(({ id }) => !logLines.has(id)) };
    });
  found.sort((a, b) => a.time.localeCompare(b.time));
  return new Map(found.map(({ scenario, checks }) => [scenario, checks]));
}
