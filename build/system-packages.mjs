import { accessSync, constants, existsSync } from 'node:fs';
import path from 'node:path';
import { run, say } from './steps.mjs';

/** What Electron, a virtual display and a private keychain need on Debian and its relatives. */
const wanted = [
  'xvfb',
  'xauth',
  'unzip',
  'dbus',
  'dbus-x11',
  'libgtk-3-0',
  'libnss3',
  'libasound2',
  'libgbm1',
  'libxss1',
  'libxtst6',
  'libatk-bridge2.0-0',
  'libdrm2',
  'libxkbcommon0',
  'libcups2',
  'gnome-keyring',
  'libsecret-1-0',
  'procps',
  'fonts-dejavu-core',
];

/** The programs among them, for systems whose package names we do not know. */
const programs = ['Xvfb', 'unzip', 'dbus-daemon', 'gnome-keyring-daemon', 'ps'];

/** Makes sure of the system's part, as far as this user may. Never fails: it says what is missing. */
export async function installSystemPackages() {
  if (process.platform !== 'linux') return;
  if (!existsSync('/etc/debian_version')) {
    const missing = programs.filter((program) => !onPath(program));
    if (missing.length === 0) say('System packages: the programs we need are there.');
    else
      say(`System packages: not found on this system: ${missing.join(', ')}. Please install them.`);
    return;
  }
  const missing = await missingPackages();
  if (missing.length === 0) {
    say('System packages: up to date.');
    return;
  }
  if (process.getuid?.() !== 0 || !onPath('apt-get')) {
    say(
      `System packages: missing ${missing.join(', ')}. Install them with: sudo apt-get install ${missing.join(' ')}`,
    );
    return;
  }
  say(`System packages: installing ${missing.join(', ')} ...`);
  await apt(['update']);
  const names = await Promise.all(missing.map(currentName));
  const { code, errors } = await apt(['install', '-y', '--no-install-recommends', ...names]);
  const still = code === 0 ? [] : await missingPackages();
  if (code === 0) say('System packages: installed.');
  else
    say(
      `System packages: apt-get failed (${lastLine(errors)}); still missing: ${still.join(', ')}.`,
    );
}

/** @param {readonly string[]} args */
const apt = (args) =>
  run('apt-get', ['-q', '-o', 'DPkg::Lock::Timeout=120', ...args], {
    quiet: true,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    timeout: 600_000,
  });

async function missingPackages() {
  const names = wanted.flatMap((name) => [name, timed(name)]);
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own placeholders
  const format = '${Package} ${db:Status-Status}\n';
  const { output } = await run('dpkg-query', ['-W', '-f', format, ...names], { quiet: true });
  const installed = new Set(
    output
      .split('\n')
      .filter((line) => line.endsWith(' installed'))
      .map((line) => line.split(' ')[0]),
  );
  return wanted.filter((name) => !installed.has(name) && !installed.has(timed(name)));
}

/** Debian 13 and Ubuntu 24.04 renamed libraries when time_t grew. @param {string} name */
const timed = (name) => `${name}t64`;

/** @param {string} name */
async function currentName(name) {
  const { output } = await run('apt-cache', ['madison', name], { quiet: true });
  return output.includes(` ${name} `) || output.startsWith(`${name} `) ? name : timed(name);
}

/** @param {string} program */
function onPath(program) {
  return (process.env.PATH ?? '').split(path.delimiter).some((folder) => {
    try {
      accessSync(path.join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false; // the question is only whether it is there
    }
  });
}

/** @param {string} output */
const lastLine = (output) => output.trim().split('\n').at(-1) ?? '';
