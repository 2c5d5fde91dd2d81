import { defineConfig } from '@playwright/test';
import { chromiumPath } from './chromium.ts';

/** Page tests: the built pages in a real browser, under the product's own content security policy, over a fake main. */
// biome-ignore lint/style/noDefaultExport: Playwright reads its configuration from the default export.
export default defineConfig({
  testDir: '.',
  testMatch: '*.page.ts',
  globalSetup: './build-pages.ts',
  outputDir: '../../../test-results/pages',
  fullyParallel: true,
  workers: 2,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: 'list',
  use: {
    launchOptions: {
      ...(chromiumPath === undefined ? {} : { executablePath: chromiumPath }),
      args: ['--no-sandbox', '--disable-gpu'],
    },
  },
});
