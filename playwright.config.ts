import { defineConfig } from '@playwright/test';

const report = process.env.AIRLOCK_PLAYWRIGHT_REPORT;

export default defineConfig({
  testDir: 'test/e2e',
  outputDir: 'test-results/e2e',
  // One app at a time: they share the display's focus, and a global shortcut.
  workers: 1,
  fullyParallel: false,
  forbidOnly: process.env.CI !== undefined,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: report === undefined ? 'line' : [['line'], ['json', { outputFile: report }]],
});
