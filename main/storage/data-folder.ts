import {
  accessSync,
  chmodSync,
  constants,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { fail, ok, type Result } from '../../shared/outcome.ts';

/** The layout of the data folder that this version reads and writes; rises when an older app could not read it. */
export const dataFormat = 1;

const Version = z.object({ format: z.number().int().positive(), app: z.string() });

/** What decides where the data folder lies. `env` is the process's environment. */
export interface FolderPlace {
  readonly platform: NodeJS.Platform;
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Where Airlock keeps its data: `AIRLOCK_DATA` where it is an absolute path, else what Electron calls `userData` for
 * an app of this name, so that the app and the command line find the same folder. Pure.
 */
export function dataFolder({ platform, home, env }: FolderPlace): string {
  const paths = platform === 'win32' ? path.win32 : path.posix;
  const absolute = (value: string | undefined): string | undefined =>
    value !== undefined && paths.isAbsolute(value) ? value : undefined;
  const own = absolute(env.AIRLOCK_DATA);
  if (own !== undefined) return paths.normalize(own);
  return paths.join(appData(platform, home, paths, absolute, env), 'Airlock Desktop');
}

function appData(
  platform: NodeJS.Platform,
  home: string,
  paths: path.PlatformPath,
  absolute: (value: string | undefined) => string | undefined,
  env: FolderPlace['env'],
): string {
  if (platform === 'win32') return absolute(env.APPDATA) ?? paths.join(home, 'AppData', 'Roaming');
  if (platform === 'darwin') return paths.join(home, 'Library', 'Application Support');
  return absolute(env.XDG_CONFIG_HOME) ?? paths.join(home, '.config');
}

/** Who opens the folder: the app's version, and the user's id where the system has one. */
export interface FolderOpener {
  readonly app: string;
  readonly uid?: number | undefined;
}

/**
 * Makes the data folder ready: creates it for this user alone (0700), checks that it belongs to the user and can be
 * written, and leaves a `version` file. A folder that a newer format wrote is refused before anything is touched.
 */
export function openDataFolder(
  folder: string,
  { app, uid = process.getuid?.() }: FolderOpener,
): Result<string> {
  try {
    const known = readVersion(folder);
    if (!known.ok) return known;
    if (known.value !== undefined && known.value.format > dataFormat) {
      return fail(
        'data-folder-newer',
        `The data in ${folder} was written by Airlock Desktop ${known.value.app}, which is newer than this version ${app}. Install that version or a later one; nothing was changed.`,
      );
    }
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const stats = statSync(folder);
    if (!stats.isDirectory()) return notFolder(folder);
    if (uid !== undefined && stats.uid !== uid) {
      return fail(
        'data-folder-owner',
        `The folder ${folder} belongs to another user. Give it to yourself or set AIRLOCK_DATA to a folder of your own.`,
      );
    }
    if (uid !== undefined && (stats.mode & 0o077) !== 0) chmodSync(folder, 0o700);
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    if (known.value?.format !== dataFormat || known.value.app !== app) writeVersion(folder, app);
    return ok(folder);
  } catch (error) {
    return notUsable(folder, error);
  }
}

function readVersion(folder: string): Result<z.infer<typeof Version> | undefined> {
  const file = path.join(folder, 'version');
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return ok(undefined);
    if (codeOf(error) === 'ENOTDIR') return notFolder(folder);
    throw error;
  }
  try {
    return ok(Version.parse(JSON.parse(text)));
  } catch {
    // Unknown is not old: what a version we cannot read wrote may not be ours to change.
    return fail(
      'data-folder-version',
      `The file ${file} does not say which version wrote this data. Restore it, or move the folder away to start afresh.`,
    );
  }
}

/** Written aside and renamed, so that a crash leaves the old file or the new one. */
function writeVersion(folder: string, app: string): void {
  const file = path.join(folder, 'version');
  const aside = `${file}.${process.pid}`;
  writeFileSync(aside, `${JSON.stringify({ format: dataFormat, app })}\n`, { mode: 0o600 });
  renameSync(aside, file);
}

const notFolder = (folder: string) =>
  fail('data-folder-not-folder', `${folder} is not a folder. Move it away, then start again.`);

function notUsable(folder: string, error: unknown) {
  if (codeOf(error) === 'ENOSPC') {
    return fail('disk-full', `There is no space left for ${folder}. Free some space.`);
  }
  return fail(
    'data-folder-not-writable',
    `The folder ${folder} cannot be used (${codeOf(error) ?? String(error)}). Check its permissions.`,
  );
}

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
