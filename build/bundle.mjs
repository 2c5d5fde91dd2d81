import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { hashOf, inRoot, root, StepFailed, say, writeWhole } from './steps.mjs';

/**
 * @typedef {object} Part
 * @property {readonly string[]} sources folders and files whose content decides whether the part is current
 * @property {readonly string[]} outputs files that must be there
 * @property {() => Promise<void>} build
 */

/** What each part of out/ is made of, and how. @satisfies {Record<string, Part>} */
const parts = {
  app: {
    sources: ['main', 'renderer', 'shared'],
    outputs: [
      'out/main/index.js',
      'out/main/engine.js',
      'out/preload/approval.cjs',
      'out/preload/dashboard.cjs',
      'out/renderer/approval/index.html',
      'out/renderer/dashboard/index.html',
    ],
    build: buildApp,
  },
  bridge: {
    sources: ['main/bridge', 'shared'],
    outputs: ['out/bridge/bridge.cjs'],
    build: () => buildScript('main/bridge/bridge.ts', 'out/bridge/bridge.cjs', bridgeFormat),
  },
  cli: {
    sources: ['main', 'shared'],
    outputs: ['out/cli/airlock.mjs'],
    build: buildCli,
  },
};

/** Started by clients in any environment: one file that needs nothing beside it. */
const bridgeFormat = /** @type {const} */ ({
  format: 'cjs',
  target: 'node20',
  minifyWhitespace: true,
  legalComments: 'none',
});

/** Native modules and WebAssembly stay in node_modules. */
const cliFormat = /** @type {const} */ ({ format: 'esm', target: 'node20', packages: 'external' });

/** How the parts are made is part of what they are made of. */
const recipe = ['package.json', 'build/bundle.mjs', 'build/electron.vite.config.ts'];

/** @typedef {keyof typeof parts} PartName */

/** Every part of out/. */
export const partNames = /** @type {PartName[]} */ (Object.keys(parts));

/**
 * Makes the parts of out/ that are not current, and says one line for each.
 * @param {readonly PartName[]} names
 * @param {{ quiet?: boolean }} [options] quiet says nothing about what is current
 */
export async function bundle(names = partNames, { quiet = false } = {}) {
  for (const name of names) {
    const { sources, outputs, build } = parts[name];
    const stamp = inRoot('out', `.${name}`);
    const wanted = contentHash([...recipe, ...sources]); // before the build: a later change makes it stale again
    const current =
      outputs.every((output) => existsSync(inRoot(output))) &&
      existsSync(stamp) &&
      readFileSync(stamp, 'utf8') === wanted;
    if (current) {
      if (!quiet) say(`Bundle ${name}: up to date.`);
      continue;
    }
    const started = performance.now();
    try {
      await build();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new StepFailed(`Bundle ${name}: failed. ${reason}`, { cause: error });
    }
    writeWhole(stamp, wanted);
    say(`Bundle ${name}: built in ${((performance.now() - started) / 1000).toFixed(1)} s.`);
  }
}

async function buildApp() {
  const { build } = await import('electron-vite');
  const mode = process.env.NODE_ENV;
  await build({ root, configFile: inRoot('build', 'electron.vite.config.ts'), logLevel: 'warn' });
  if (mode === undefined)
    delete process.env.NODE_ENV; // electron-vite sets it for the whole process
  else process.env.NODE_ENV = mode;
}

/** @param {string} entry @param {string} outfile @param {import('esbuild').BuildOptions} format */
async function buildScript(entry, outfile, format) {
  const esbuild = await import('esbuild');
  const { outputFiles } = await esbuild.build({
    ...format,
    entryPoints: [inRoot(entry)],
    bundle: true,
    platform: 'node',
    write: false,
    logLevel: 'warning',
    absWorkingDir: root,
  });
  for (const file of outputFiles) writeWhole(inRoot(outfile), file.contents);
}

/** In parts, so that a command loads what it needs alone: one file would load every package that any of them uses. */
async function buildCli() {
  const esbuild = await import('esbuild');
  const { outputFiles } = await esbuild.build({
    ...cliFormat,
    entryPoints: { airlock: inRoot('main', 'cli', 'airlock.ts') },
    outdir: inRoot('out', 'cli'),
    outExtension: { '.js': '.mjs' },
    splitting: true,
    chunkNames: 'part-[hash]',
    bundle: true,
    platform: 'node',
    write: false,
    logLevel: 'warning',
    absWorkingDir: root,
  });
  // The command itself comes last, when everything that it names is there.
  const inOrder = outputFiles.toSorted((a, b) =>
    path.basename(a.path) < path.basename(b.path) ? 1 : -1,
  );
  for (const file of inOrder) writeWhole(file.path, file.contents);
  const made = new Set(outputFiles.map((file) => path.basename(file.path)));
  for (const name of readdirSync(inRoot('out', 'cli'))) {
    if (!made.has(name)) rmSync(inRoot('out', 'cli', name));
  }
}

/** @param {readonly string[]} sources */
function contentHash(sources) {
  const files = sources.flatMap((source) =>
    path.extname(source) === '' ? filesBelow(source) : [source],
  );
  return hashOf(files.flatMap((file) => [file, readFileSync(inRoot(file))]));
}

/** @param {string} folder */
function filesBelow(folder) {
  return readdirSync(inRoot(folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
    .sort();
}
