import { defineConfig } from '@playwright/test';

const report = process.env.AIRLOCK_PLAYWRIGHT_REPORT;

export default defineConfig({
  testDir: 'test/e2e',
  outputDir: 'test-results/e2e',
  // One app at a time: they share the display's focus, and a global shortcut.
  workers: 1,
  fullyParallel: false,
  forbidOnly: process.env.CI !== undefined,
  timeout: 120_000,
  expect: { timeout: 20_000 },
  // As in vitest.config.ts: a starved machine is no failure, a second one in a row is.
  retries: process.env.CI === undefined ? 0 : 1,
  reporter: report === undefined ? 'line' : [['line'], ['json', { outputFile: report }]],
});
