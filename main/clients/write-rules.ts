import { constants } from 'node:fs';
import { access, lstat, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { fail, ok, type Result } from '../../shared/outcome.ts';
import type { Platform } from './client-record.ts';
import type { ConfigBytes } from './config-file.ts';

/** What may be written, and by whom. */
export interface WriteRules {
  readonly platform: Platform;
  readonly home: string;
  /** The user this process runs as; undefined on Windows, where owners are not compared. */
  readonly userId: number | undefined;
  /** Allows a file that leads out of the home folder. */
  readonly allowOutsideHome?: boolean;
  /** Allows a file that leads into a git work tree (dotfile managers). */
  readonly allowGitWorkTree?: boolean;
}

/**
 * Why a config must not be written, as a problem with a sentence; ok when it may. Looked at when a change is shown
 * and again when it is made.
 */
export async function mayWrite(file: ConfigBytes, rules: WriteRules): Promise<Result<null>> {
  const home = await realpath(rules.home).catch(() => rules.home);
  const inside = isInside(file.realPath, home, rules.platform);
  if (!inside && rules.allowOutsideHome !== true) {
    return fail(
      'outside-home',
      `It leads to ${file.realPath}, outside your home folder, so it was left alone.`,
    );
  }
  if (rules.userId !== undefined && file.uid !== rules.userId) {
    return fail(
      'foreign-owner',
      'It belongs to another user of this machine, so it was left alone.',
    );
  }
  if (file.links > 1) {
    return fail(
      'hard-link',
      'The file has a second name (hard link), which a safe write would break. Remove the other name first.',
    );
  }
  // The permission bits are asked too, because a superuser's access() says yes to everything.
  if ((file.mode & 0o200) === 0) {
    return fail('read-only', 'The file is read-only. Make it writable and try again.');
  }
  const folder = path.dirname(file.realPath);
  if (!(await isWritableFolder(folder))) {
    return fail('read-only', `Its folder ${folder} is read-only. Make it writable and try again.`);
  }
  if (rules.allowGitWorkTree !== true) {
    const tree = await gitWorkTree(folder, inside ? home : undefined);
    if (tree !== undefined) {
      return fail(
        'git-work-tree',
        `It lies in the git work tree ${tree}: a change would put a path of this machine into the repository.`,
      );
    }
  }
  return ok(null);
}

/** True when `file` lies below `folder`; both absolute with links resolved. Letter case counts on Linux only. */
export function isInside(file: string, folder: string, platform: Platform): boolean {
  const paths = platform === 'win32' ? path.win32 : path.posix;
  const fold = (text: string) => (platform === 'linux' ? text : text.toLowerCase());
  const relative = paths.relative(fold(folder), fold(file));
  const climbs = relative === '..' || relative.startsWith(`..${paths.sep}`);
  return relative !== '' && !climbs && !paths.isAbsolute(relative);
}

async function isWritableFolder(folder: string): Promise<boolean> {
  try {
    const { mode } = await stat(folder);
    await access(folder, constants.W_OK);
    return process.platform === 'win32' || (mode & 0o200) !== 0;
  } catch {
    // What cannot be looked at cannot be written to.
    return false;
  }
}

/** The nearest folder at or above `folder` that holds `.git`; not looked for above `top`. */
async function gitWorkTree(folder: string, top: string | undefined): Promise<string | undefined> {
  for (let at = folder; ; at = path.dirname(at)) {
    const found = await lstat(path.join(at, '.git')).then(
      () => true,
      () => false,
    );
    if (found) return at;
    if (at === top || at === path.dirname(at)) return undefined;
  }
}
