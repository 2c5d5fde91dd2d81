import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildSync } from 'esbuild';

const root = path.resolve(import.meta.dirname, '../..');

/** The script of a thread, bundled as the app's build does it, and how to remove it. */
export interface ThreadScript {
  readonly file: URL;
  remove(): void;
}

/**
 * Bundles the script of a thread (`main/policy/compiler-worker.ts`): a thread of Node does not read TypeScript. The
 * bundle lies below node_modules, so that it finds the packages it leaves outside.
 */
export function threadScript(entry: string): ThreadScript {
  const folder = path.join(root, 'node_modules', '.cache', 'airlock-test', `thread-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  const outfile = path.join(folder, `${path.basename(entry, '.ts')}.mjs`);
  buildSync({
    entryPoints: [path.join(root, entry)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'error',
  });
  return {
    file: pathToFileURL(outfile),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
