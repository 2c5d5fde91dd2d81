import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { isScript, run, StepFailed, script } from './steps.mjs';

/**
 * @typedef {object} Desktop
 * @property {NodeJS.ProcessEnv} env the environment in which a command sees this desktop
 * @property {() => Promise<void>} stop ends what was started and removes its files; safe to call twice
 */

/**
 * A private desktop for tests and demos on Linux: a display nobody looks at, a session bus, and a Secret Service
 * with an unlocked keyring of its own, so that the user's keyring is never touched. On macOS and Windows there is
 * always a desktop: the environment comes back as it is.
 * @param {{ display?: boolean, keyring?: boolean }} [options] what to start; both when left out
 * @returns {Promise<Desktop>}
 * @throws {StepFailed} when a program it needs is missing or does not start
 */
export async function startVirtualDesktop({ display = true, keyring = true } = {}) {
  if (process.platform !== 'linux') return { env: process.env, stop: () => Promise.resolve() };
  const folder = mkdtempSync(path.join(os.tmpdir(), 'airlock-desk-'));
  /** @type {import('node:child_process').ChildProcess[]} */
  const children = [];
  const env = { ...process.env };
  const stop = async () => {
    for (const child of children.splice(0).reverse()) await end(child);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    env.XDG_RUNTIME_DIR = path.join(folder, 'run');
    mkdirSync(env.XDG_RUNTIME_DIR, { mode: 0o700 });
    if (display) Object.assign(env, await startDisplay(folder, children));
    env.DBUS_SESSION_BUS_ADDRESS = await startBus(env, children);
    if (keyring) await startKeyring(folder, env, children);
    return { env, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * Runs one command on a private desktop and answers its exit code.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ display?: boolean, keyring?: boolean, env?: NodeJS.ProcessEnv }} [options] env is laid over the desktop's
 */
export async function onVirtualDesktop(command, args, { env = {}, ...options } = {}) {
  const desktop = await startVirtualDesktop(options);
  const ignore = () => {
    // Ctrl-C reaches the command through the terminal's process group; we outlive it to clean up behind it.
  };
  process.on('SIGINT', ignore);
  process.on('SIGTERM', ignore);
  try {
    return (await run(command, args, { env: { ...desktop.env, ...env } })).code;
  } finally {
    process.off('SIGINT', ignore);
    process.off('SIGTERM', ignore);
    await desktop.stop();
  }
}

/** @param {string} folder @param {import('node:child_process').ChildProcess[]} children */
async function startDisplay(folder, children) {
  const authority = path.join(folder, 'Xauthority');
  writeFileSync(authority, xauthority(randomBytes(16)), { mode: 0o600 });
  const args = [
    '-displayfd',
    '1',
    '-screen',
    '0',
    '1440x900x24',
    '-nolisten',
    'tcp',
    '-auth',
    authority,
  ];
  const xvfb = start('Xvfb', args, { ...process.env }, children);
  const number = await firstLine('Xvfb', xvfb);
  return { DISPLAY: `:${number}`, XAUTHORITY: authority };
}

/** @param {NodeJS.ProcessEnv} env @param {import('node:child_process').ChildProcess[]} children */
async function startBus(env, children) {
  const args = ['--session', '--nofork', '--nopidfile', '--print-address=1'];
  return firstLine('dbus-daemon', start('dbus-daemon', args, env, children));
}

/** @param {string} folder @param {NodeJS.ProcessEnv} env @param {import('node:child_process').ChildProcess[]} children */
async function startKeyring(folder, env, children) {
  const home = path.join(folder, 'data');
  mkdirSync(path.join(home, 'keyrings'), { recursive: true, mode: 0o700 });
  const args = ['--foreground', '--unlock', '--components=secrets'];
  const daemon = start('gnome-keyring-daemon', args, { ...env, XDG_DATA_HOME: home }, children);
  daemon.stdin?.end('airlock'); // the password of a keyring that lives as long as this desktop
  const ask = [
    '--session',
    '--print-reply',
    '--dest=org.freedesktop.DBus',
    '/org/freedesktop/DBus',
  ];
  const question = ['org.freedesktop.DBus.NameHasOwner', 'string:org.freedesktop.secrets'];
  for (const deadline = Date.now() + 10_000; ; ) {
    const { output } = await run('dbus-send', [...ask, ...question], { quiet: true, env });
    if (output.includes('boolean true')) return;
    if (Date.now() > deadline)
      throw new StepFailed('gnome-keyring-daemon did not offer its service.');
  }
}

const setpriv = '/usr/bin/setpriv';

/** @param {string} command @param {readonly string[]} args @param {NodeJS.ProcessEnv} env @param {import('node:child_process').ChildProcess[]} children */
function start(command, args, env, children) {
  // Should we be killed, the kernel ends what we started.
  const bound = existsSync(setpriv) ? [setpriv, '--pdeathsig', 'TERM', '--', command] : [command];
  const [program = command, ...before] = bound;
  const child = spawn(program, [...before, ...args], {
    env,
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true,
  });
  children.push(child);
  return child;
}

/** @param {string} name @param {import('node:child_process').ChildProcess} child @returns {Promise<string>} */
function firstLine(name, child) {
  return new Promise((resolve, reject) => {
    let text = '';
    const late = new StepFailed(`${name} did not get ready within 15 seconds.`);
    const timer = setTimeout(() => reject(late), 15_000).unref();
    child.stdout?.on('data', (chunk) => {
      text += chunk;
      const line = text.indexOf('\n');
      if (line < 0) return;
      clearTimeout(timer);
      resolve(text.slice(0, line).trim());
    });
    child.on('error', (error) =>
      reject(
        new StepFailed(
          `${name} did not start (${error.message}). Run build/setup to see what is missing.`,
        ),
      ),
    );
    child.on('exit', (code) =>
      reject(
        new StepFailed(`${name} ended with code ${code}. Run build/setup to see what is missing.`),
      ),
    );
  });
}

/** @param {import('node:child_process').ChildProcess} child */
async function end(child) {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), 3_000);
  await gone;
  clearTimeout(late);
}

/**
 * An Xauthority file with one cookie for any display of this machine.
 * @param {Buffer} cookie
 */
function xauthority(cookie) {
  const field = (/** @type {Buffer} */ data) => {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(data.length);
    return Buffer.concat([length, data]);
  };
  const anyFamily = Buffer.from([0xff, 0xff]);
  const none = Buffer.alloc(0);
  const name = Buffer.from('MIT-MAGIC-COOKIE-1');
  return Buffer.concat([anyFamily, field(none), field(none), field(name), field(cookie)]);
}

if (isScript(import.meta.filename)) {
  await script(async () => {
    const [command, ...args] = process.argv.slice(2);
    if (command === undefined)
      throw new StepFailed('Usage: node build/virtual-desktop.mjs COMMAND [ARGS]');
    return onVirtualDesktop(command, args);
  });
}
