import { configDefaults, defineConfig } from 'vitest/config';

const soak = process.env.AIRLOCK_SOAK !== undefined;
const report = process.env.AIRLOCK_VITEST_REPORT;

export default defineConfig({
  test: {
    include: [soak ? 'test/soak/**/*.test.ts' : 'test/**/*.test.ts'],
    exclude: [...configDefaults.exclude, 'test/e2e/**', ...(soak ? [] : ['test/soak/**'])],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: soak ? 3_600_000 : 20_000,
    hookTimeout: 30_000,
    setupFiles: ['test/fail-on-console.ts'],
    unstubEnvs: true,
    unstubGlobals: true,
    restoreMocks: true,
    reporters: report === undefined ? ['default'] : ['default', ['json', { outputFile: report }]],
  },
});
