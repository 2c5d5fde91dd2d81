import { existsSync } from 'node:fs';
import path from 'node:path';
import { inRoot, readJson, root, StepFailed, writeWhole } from './steps.mjs';

/** Which Electron this checkout runs on. The file is written by build/setup alone. */
const record = inRoot('.runtime', 'runtime.json');

/**
 * @typedef {object} Runtime
 * @property {'official' | 'npm'} kind official: the pinned current Electron; npm: the older one for machines that
 *   reach only the npm registry
 * @property {string} path absolute path of the executable
 * @property {string} version Electron's version
 */

/** The runtime that build/setup chose, or undefined when there is none. @returns {Runtime | undefined} */
export function electronRuntime() {
  const found = readJson(record);
  if (found === undefined) return undefined;
  const executable = path.resolve(root, found.path);
  return existsSync(executable) ? { ...found, path: executable } : undefined;
}

/**
 * The path of the Electron executable to run and to test with.
 * @returns {string}
 * @throws {StepFailed} when build/setup has not provided one
 */
export function electronPath() {
  const runtime = electronRuntime();
  if (runtime === undefined) {
    throw new StepFailed(
      'There is no Electron on this machine yet: run build/setup and read its last lines.',
    );
  }
  return runtime.path;
}

/**
 * Flags every start of Electron on this machine needs. Chromium refuses its sandbox to root, so containers run
 * without it; the product itself never does.
 * @returns {string[]}
 */
export const electronFlags = () =>
  process.platform === 'linux' && process.getuid?.() === 0 ? ['--no-sandbox'] : [];

/** Records the runtime in use. @param {Runtime} runtime */
export function recordRuntime(runtime) {
  const relative = path.relative(root, runtime.path);
  writeWhole(record, `${JSON.stringify({ ...runtime, path: relative }, null, 2)}\n`);
}
