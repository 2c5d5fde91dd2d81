import { existsSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { bundle } from './bundle.mjs';
import { electronRuntime } from './electron-runtime.mjs';
import { buildBridgeExecutable } from './sea.mjs';
import { setup } from './setup.mjs';
import { inRoot, runPackage, StepFailed, say, script } from './steps.mjs';

// npm run dist [-- electron-builder's arguments]: packages the app for this system into dist/.
await script(async () => {
  await setup();
  await bundle();
  await buildBridgeExecutable();
  const runtime = electronRuntime();
  if (runtime === undefined) throw new StepFailed('Dist: there is no Electron to package.');
  const given = process.argv.slice(2);
  if (runtime.kind === 'official') return pack(given);

  say(
    `Dist: packaging with Electron ${runtime.version} from npm, for trying out. What is shipped needs the official one.`,
  );
  const stock = await stockCopy(path.dirname(runtime.path));
  try {
    const use = [`-c.electronDist=${stock}`, `-c.electronVersion=${runtime.version}`];
    return await pack([...(given.length > 0 ? given : ['--linux', 'dir']), ...use]);
  } finally {
    await rm(stock, { recursive: true, force: true });
  }
});

/** @param {readonly string[]} args */
async function pack(args) {
  const { code } = await runPackage('electron-builder/cli.js', [...args, '--publish', 'never']);
  const unpacked = inRoot('dist', 'linux-unpacked');
  if (code === 0 && existsSync(unpacked))
    say(`Dist: ${path.relative(process.cwd(), unpacked)} is ready.`);
  return code;
}

/** A copy without our loader, and without links into the runtime: packaging changes the executable's fuses in place. @param {string} runtime */
async function stockCopy(runtime) {
  const copy = await mkdtemp(path.join(os.tmpdir(), 'airlock-dist-'));
  await cp(runtime, copy, { recursive: true, filter: (file) => path.basename(file) !== 'app' });
  return copy;
}
