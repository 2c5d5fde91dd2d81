import { spawn } from 'node:child_process';
import path from 'node:path';
import { build } from 'esbuild';

/** What a child left: its output, and the signal that ended it. */
export interface ChildEnd {
  readonly out: string;
  readonly signal: NodeJS.Signals | null;
}

/** Bundles one of the scripts beside this file into a folder, so that each of many children starts quickly. */
export async function bundleChild(script: string, folder: string): Promise<string> {
  const outfile = path.join(folder, script.replace(/\.ts$/, '.mjs'));
  await build({
    entryPoints: [path.join(import.meta.dirname, script)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    mainFields: ['module', 'main'],
    // Some packages are CommonJS inside and ask for node's own modules by require.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    logLevel: 'error',
  });
  return outfile;
}

/** Runs a bundled script under Node and waits for its end. */
export function runChild(file: string, args: readonly string[]): Promise<ChildEnd> {
  const child = spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.on('data', (chunk) => {
    out += String(chunk);
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (_, signal) => resolve({ out, signal }));
  });
}
