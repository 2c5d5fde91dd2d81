import { configDefaults, defineConfig } from 'vitest/config';

const soak = process.env.AIRLOCK_SOAK !== undefined;
const ci = process.env.CI !== undefined;
const report = process.env.AIRLOCK_VITEST_REPORT;

export default defineConfig({
  test: {
    include: [soak ? 'test/soak/**/*.test.ts' : 'test/**/*.test.ts'],
    exclude: [...configDefaults.exclude, 'test/e2e/**', ...(soak ? [] : ['test/soak/**'])],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: soak ? 3_600_000 : ci ? 60_000 : 20_000,
    hookTimeout: 60_000,
    // A shared machine can starve a test of its turn; here a failure counts at once, there the second time.
    retry: ci ? 1 : 0,
    setupFiles: ['test/fail-on-console.ts'],
    unstubEnvs: true,
    unstubGlobals: true,
    restoreMocks: true,
    reporters: report === undefined ? ['default'] : ['default', ['json', { outputFile: report }]],
  },
});
