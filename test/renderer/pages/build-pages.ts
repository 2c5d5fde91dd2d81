import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import tailwind from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { build } from 'vite';

const root = resolve(import.meta.dirname, '../../../renderer');

/** Builds both pages into a fresh folder, told to the tests through `AIRLOCK_PAGES`; its return removes it. */
// biome-ignore lint/style/noDefaultExport: Playwright takes a global set-up from the default export.
export default async function buildPages(): Promise<() => void> {
  const outDir = mkdtempSync(join(tmpdir(), 'airlock-pages-'));
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    plugins: [react(), tailwind()],
    build: {
      outDir,
      emptyOutDir: true,
      target: 'chrome130',
      rollupOptions: {
        input: ['approval', 'dashboard'].map((page) => join(root, page, 'index.html')),
      },
    },
  });
  process.env.AIRLOCK_PAGES = outDir;
  return () => rmSync(outDir, { recursive: true, force: true });
}
