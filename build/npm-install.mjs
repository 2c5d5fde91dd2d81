import { existsSync, readFileSync } from 'node:fs';
import { hashOf, inRoot, readJson, run, StepFailed, say, writeWhole } from './steps.mjs';

const stamp = inRoot('node_modules', '.airlock-setup');

/**
 * Installs exactly what package-lock.json names, once per change of it. A folder that npm already filled from this
 * lock is taken as it is.
 * @param {{ quiet?: boolean }} [options] quiet says nothing unless there is something to do
 * @throws {StepFailed} when npm could not
 */
export async function installPackages({ quiet = false } = {}) {
  const wanted = hashOf([readFileSync(inRoot('package-lock.json'))]);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) {
    if (!quiet) say('npm packages: up to date.');
    return;
  }
  if (!installedMatches(readJson(inRoot('package-lock.json')), hiddenLock())) {
    say('npm packages: installing with npm ci ...');
    const { code } = await run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
      stdio: ['ignore', 2, 2], // stdout belongs to the command that needed this
      shell: process.platform === 'win32', // npm is a .cmd file there
    });
    if (code !== 0) {
      throw new StepFailed(
        `npm packages: npm ci failed with code ${code}. Its own lines are above; check the network and the registry, then run build/setup again.`,
      );
    }
    say('npm packages: installed.');
  } else if (!quiet) say('npm packages: already installed.');
  writeWhole(stamp, wanted);
}

const hiddenLock = () => readJson(inRoot('node_modules', '.package-lock.json'));

/**
 * Whether what npm recorded as installed is what the lock asks for. Packages for other systems may be absent.
 * @param {any} lock package-lock.json
 * @param {any} installed node_modules/.package-lock.json, which npm writes last
 */
export function installedMatches(lock, installed) {
  if (installed === undefined) return false;
  const names = Object.keys(lock.packages).filter((name) => name !== '');
  const extra = Object.keys(installed.packages).some((name) => !(name in lock.packages));
  return (
    !extra &&
    names.every((name) => {
      const wanted = lock.packages[name];
      const got = installed.packages[name];
      if (got === undefined) return Boolean(wanted.optional || wanted.devOptional);
      return got.version === wanted.version && got.integrity === wanted.integrity;
    })
  );
}
