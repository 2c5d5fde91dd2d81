import { existsSync, readFileSync } from 'node:fs';
import { installedMatches } from './npm-install.mjs';
import { hashOf, inRoot, readJson, run, StepFailed, say, writeWhole } from './steps.mjs';

const folder = inRoot('test', 'peers');
const lockFile = inRoot('test', 'peers', 'package-lock.json');
const stamp = inRoot('test', 'peers', 'node_modules', '.airlock-setup');

/**
 * Installs the third-party clients and servers and the conformance suite that the interop tests run, once per change of
 * their lock. They stand apart from our own packages: 400 MB that nobody needs who does not run these tests.
 * @throws {StepFailed} when npm could not
 */
export async function installPeers() {
  const wanted = hashOf([readFileSync(lockFile)]);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) {
    say('Interop peers: up to date.');
    return;
  }
  const installed = readJson(inRoot('test', 'peers', 'node_modules', '.package-lock.json'));
  if (installedMatches(readJson(lockFile), installed)) say('Interop peers: already installed.');
  else {
    say('Interop peers: installing the clients, servers and conformance suite of test/peers ...');
    const { code } = await run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: folder,
      stdio: ['ignore', 2, 2],
      shell: process.platform === 'win32', // npm is a .cmd file there
    });
    if (code !== 0) {
      throw new StepFailed(
        `Interop peers: npm ci in test/peers failed with code ${code}. Its own lines are above; check the network and the registry, then try again.`,
      );
    }
    say('Interop peers: installed.');
  }
  writeWhole(stamp, wanted);
}
