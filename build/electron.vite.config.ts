import path from 'node:path';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';

const root = path.resolve(import.meta.dirname, '..');
const inRoot = (...parts: string[]) => path.join(root, ...parts);

// The oldest Electron the app runs on is 33 (Node 20.18, Chrome 130); electron-vite would aim at the installed one.
const node = 'node20.18';
const chrome = 'chrome130';

// How long a plugin took is no news to who builds the app.
const checks = { pluginTimings: false };

export default defineConfig({
  main: {
    build: {
      target: node,
      outDir: inRoot('out', 'main'),
      externalizeDeps: true,
      rolldownOptions: {
        checks,
        input: { index: inRoot('main', 'index.ts'), engine: inRoot('main', 'engine.ts') },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      target: node,
      outDir: inRoot('out', 'preload'),
      // A sandboxed preload can require nothing but electron: each is one CommonJS file with all it needs inside.
      externalizeDeps: false,
      isolatedEntries: true,
      rolldownOptions: {
        checks,
        input: {
          approval: inRoot('main', 'preload', 'approval.ts'),
          dashboard: inRoot('main', 'preload', 'dashboard.ts'),
        },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: inRoot('renderer'),
    plugins: [react(), tailwindcss()],
    build: {
      target: chrome,
      outDir: inRoot('out', 'renderer'),
      // Each page has files of its own, so that nothing of the dashboard's libraries is loaded where calls are approved.
      isolatedEntries: true,
      minify: true,
      // The pages' Content-Security-Policy allows no inline script and no data: font.
      modulePreload: { polyfill: false },
      assetsInlineLimit: 0,
      rolldownOptions: {
        checks,
        input: {
          approval: inRoot('renderer', 'approval', 'index.html'),
          dashboard: inRoot('renderer', 'dashboard', 'index.html'),
        },
      },
    },
  },
});
