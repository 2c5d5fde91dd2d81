import { existsSync, readdirSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { inRoot, readJson, runNode } from './steps.mjs';

const folder = inRoot('node_modules', 'electron');

/** The pinned version of Electron, or undefined before npm ci. @returns {string | undefined} */
const pinned = () => readJson(path.join(folder, 'package.json'))?.version;

/**
 * The official Electron where its installer has already put it.
 * @returns {import('./electron-runtime.mjs').Runtime | undefined}
 */
export function officialRuntime() {
  const version = pinned();
  const placed = path.join(folder, 'path.txt');
  if (version === undefined || !existsSync(placed)) return undefined;
  const executable = path.join(folder, 'dist', readFileSync(placed, 'utf8'));
  const found = readVersion(path.join(folder, 'dist', 'version'));
  return found === version && existsSync(executable)
    ? { kind: 'official', path: executable, version }
    : undefined;
}

/**
 * Downloads the pinned Electron with its own installer, after a look whether its host answers at all.
 * @param {number} limit milliseconds the download may take
 * @returns {Promise<string | undefined>} why it did not work; undefined when it did
 */
export async function installOfficial(limit) {
  const version = pinned();
  if (version === undefined) return 'the electron package is not installed';
  if (!isCached(version)) {
    const problem = await unreachable(version);
    if (problem !== undefined) return problem;
  }
  const { code, errors } = await runNode([path.join(folder, 'install.js')], {
    quiet: true,
    timeout: limit,
  });
  if (officialRuntime() !== undefined) return undefined;
  if (code === 128) return `the download took longer than ${limit / 1000} seconds`;
  return errors.trim().split('\n')[0] || `its installer ended with code ${code}`;
}

/** @param {string} file */
const readVersion = (file) =>
  existsSync(file) ? readFileSync(file, 'utf8').trim().replace(/^v/, '') : undefined;

/** Whether the installer's own download cache holds this version. @param {string} version */
function isCached(version) {
  const caches = {
    darwin: path.join(os.homedir(), 'Library', 'Caches', 'electron'),
    win32: path.join(process.env.LOCALAPPDATA ?? os.homedir(), 'electron', 'Cache'),
  };
  const linux = path.join(
    process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache'),
    'electron',
  );
  const cache =
    process.env.electron_config_cache ??
    caches[/** @type {'darwin'} */ (process.platform)] ??
    linux;
  if (!existsSync(cache)) return false;
  const archive = `electron-v${version}-${process.platform}-${process.arch}.zip`;
  return readdirSync(cache, { recursive: true }).some(
    (name) => path.basename(String(name)) === archive,
  );
}

/**
 * Asks for the archive's head, so that a machine without that host learns it in seconds.
 * @param {string} version
 * @returns {Promise<string | undefined>} why the host will not do
 */
async function unreachable(version) {
  // Behind a proxy of its own the installer reaches what a plain request does not: let it try.
  if (process.env.ELECTRON_GET_USE_PROXY !== undefined) return undefined;
  const mirror =
    process.env.npm_config_electron_mirror ??
    process.env.ELECTRON_MIRROR ??
    'https://github.com/electron/electron/releases/download/';
  const archive = `electron-v${version}-${process.platform}-${process.arch}.zip`;
  try {
    const url = new URL(`v${version}/${archive}`, mirror);
    const answer = await fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(6_000) });
    return answer.ok ? undefined : `its download host answered ${answer.status}`;
  } catch {
    return 'its download host cannot be reached';
  }
}
