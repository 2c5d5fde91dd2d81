import { mkdirSync, rmSync } from 'node:fs';
import { bundle } from './bundle.mjs';
import { endToEnd, lint, types, unit } from './checks.mjs';
import { electronPath } from './electron-runtime.mjs';
import { setup } from './setup.mjs';
import { installPeers } from './setup-peers.mjs';
import { inRoot, readJson, StepFailed, say, script } from './steps.mjs';
import { startVirtualDesktop } from './virtual-desktop.mjs';

const reports = {
  AIRLOCK_VITEST_REPORT: inRoot('test-results', 'vitest.json'),
  AIRLOCK_PLAYWRIGHT_REPORT: inRoot('test-results', 'playwright.json'),
};

const total = { passed: 0, failed: 0 };

/** Counts a step that is not a test: nothing when it passed, one failure when not. @param {string} name @param {() => Promise<unknown>} step */
async function step(name, step) {
  try {
    await step();
    return true;
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
    say(`Test ${name}: failed. ${error.message}`);
    total.failed += 1;
    return false;
  }
}

/** @param {string} name @param {(options?: import('./steps.mjs').RunOptions) => Promise<{ code: number }>} check */
const checked = (name, check) =>
  step(name, async () => {
    say(`Test ${name}: running.`);
    const { code } = await check();
    if (code !== 0) throw new StepFailed(`Its own lines are above (code ${code}).`);
  });

/**
 * Adds what a reporter counted. A run that fails although no test did (a file that does not load, an unhandled
 * error, a crash) is one failure more.
 * @param {string} name @param {number} code @param {{ passed: number, failed: number } | undefined} counted
 */
function add(name, code, counted) {
  const { passed, failed } = counted ?? { passed: 0, failed: 0 };
  total.passed += passed;
  total.failed += failed;
  if (failed > 0 || (code === 0 && counted !== undefined)) return;
  say(`Test ${name}: failed outside of its tests (code ${code}).`);
  total.failed += 1;
}

function vitestCount() {
  const report = readJson(reports.AIRLOCK_VITEST_REPORT);
  return report && { passed: report.numPassedTests, failed: report.numFailedTests };
}

function playwrightCount() {
  const stats = readJson(reports.AIRLOCK_PLAYWRIGHT_REPORT)?.stats;
  return stats && { passed: stats.expected + stats.flaky, failed: stats.unexpected };
}

/** A desktop to test on; without one, what needs no screen still runs. */
async function openDesktop() {
  /** @type {import('./virtual-desktop.mjs').Desktop | undefined} */
  let desktop;
  await step('desktop', async () => {
    desktop = await startVirtualDesktop();
  });
  return desktop;
}

/** @param {boolean} built */
async function runTests(built) {
  const desktop = await openDesktop();
  try {
    const env = { ...(desktop?.env ?? process.env), ...reports, CI: process.env.CI ?? '1' };
    say('Test unit: running.');
    add('unit', (await unit([], { env })).code, vitestCount());
    const electron = await step('Electron', async () => electronPath());
    if (built && electron && desktop !== undefined) {
      say('Test e2e: running.');
      add('e2e', (await endToEnd({ env })).code, playwrightCount());
    } else say('Test e2e: did not run, because there is no app or no screen to run it on.');
  } finally {
    await desktop?.stop();
  }
}

// npm test: everything, from a bare checkout; its last line on stdout is the total.
await script(async () => {
  try {
    mkdirSync(inRoot('test-results'), { recursive: true });
    for (const report of Object.values(reports)) rmSync(report, { force: true });
    if (await step('setup', () => setup())) {
      await step('interop peers', () => installPeers());
      const built = await step('build', () => bundle());
      await checked('types', types);
      await checked('lint', lint);
      await runTests(built);
    }
  } catch (error) {
    total.failed += 1;
    say(String(error instanceof Error ? error.stack : error));
  }
  process.stdout.write(`${total.passed} passed, ${total.failed} failed\n`);
  return total.failed === 0 ? 0 : 1;
});
