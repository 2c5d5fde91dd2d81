import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';

/** The repository's folder. */
export const root = path.resolve(import.meta.dirname, '..');

/** A path inside the repository. @param {string[]} parts */
export const inRoot = (...parts) => path.join(root, ...parts);

/** One plain line about what was done. It goes to stderr: stdout belongs to what a script runs. @param {string} line */
export const say = (line) => process.stderr.write(`${line}\n`);

/** A failure whose message is all a person needs to read; anything else that is thrown is a bug in build/. */
export class StepFailed extends Error {
  /** @override */
  name = 'StepFailed';
}

/**
 * @typedef {object} RunOptions
 * @property {NodeJS.ProcessEnv} [env] whole environment; the current one when left out
 * @property {string} [cwd] the repository's folder when left out
 * @property {number} [timeout] milliseconds after which the command is killed
 * @property {import('node:child_process').StdioOptions} [stdio] inherited when left out
 * @property {boolean} [shell] lets the system's shell find the command
 * @property {boolean} [quiet] collects stdout and stderr instead of showing them
 */

/**
 * Runs a command to its end and never throws for what it answers: a command that cannot start has code 127, one
 * that was killed has 128.
 * @param {string} command
 * @param {readonly string[]} [args]
 * @param {RunOptions} [options]
 * @returns {Promise<{ code: number, output: string, errors: string }>} stdout and stderr, empty unless `quiet`
 */
export function run(command, args = [], options = {}) {
  const { env, cwd = root, timeout, stdio, shell = false, quiet = false } = options;
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env: env ?? process.env,
      shell,
      stdio: quiet ? ['ignore', 'pipe', 'pipe'] : (stdio ?? 'inherit'),
      ...(timeout === undefined ? {} : { timeout, killSignal: 'SIGKILL' }),
    });
    let output = '';
    let errors = '';
    child.stdout?.on('data', (chunk) => {
      output += chunk;
    });
    child.stderr?.on('data', (chunk) => {
      errors += chunk;
    });
    child.on('error', (error) => resolve({ code: 127, output, errors: error.message }));
    child.on('close', (code) => resolve({ code: code ?? 128, output, errors }));
  });
}

/** Runs a script of ours, or of a package, with the Node that runs us. @param {readonly string[]} args @param {RunOptions} [options] */
export const runNode = (args, options) => run(process.execPath, args, options);

/** Runs the command of an installed package. @param {string} script below node_modules @param {readonly string[]} [args] @param {RunOptions} [options] */
export const runPackage = (script, args = [], options) =>
  runNode([inRoot('node_modules', script), ...args], options);

/** SHA-256 in hex of the parts, each framed by its length. @param {readonly (string | Uint8Array)[]} parts */
export function hashOf(parts) {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${part.length}:`).update(part);
  return hash.digest('hex');
}

/** A JSON file's value, or undefined when it is absent or torn. @param {string} file @returns {any} */
export function readJson(file) {
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined; // our own stamps and reports: a torn one is made again
  }
}

/** Writes a file so that a reader sees the old or the new one, never half. @param {string} file @param {string | Uint8Array} content @param {number} [mode] */
export function writeWhole(file, content, mode = 0o644) {
  mkdirSync(path.dirname(file), { recursive: true });
  const fresh = `${file}.${process.pid}.tmp`;
  writeFileSync(fresh, content, { mode });
  renameSync(fresh, file);
}

/** package.json of this repository. @returns {{ name: string, productName: string, version: string, main: string }} */
export const ownPackage = () => JSON.parse(readFileSync(inRoot('package.json'), 'utf8'));

/** Whether a module is the script Node was asked to run, and not imported. @param {string} filename its import.meta.filename */
export const isScript = (filename) =>
  process.argv[1] !== undefined && realpathSync(process.argv[1]) === filename;

/**
 * Runs the body of a script in build/ and ends the process: a StepFailed is one line and exit code 1, anything else
 * keeps its stack.
 * @param {() => Promise<number | void>} body answers the exit code; 0 when it answers nothing
 */
export async function script(body) {
  try {
    process.exitCode = (await body()) ?? 0;
  } catch (error) {
    say(
      error instanceof StepFailed
        ? error.message
        : String(error instanceof Error ? error.stack : error),
    );
    process.exitCode = 1;
  }
}
