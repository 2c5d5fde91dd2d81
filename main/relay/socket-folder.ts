import { chmodSync, lstatSync, mkdirSync, unlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { fail, ok, type Result } from '../../shared/outcome.ts';

/** The kernel's limit for a socket's path without its closing zero, the smaller of macOS's and Linux's. */
const maxPathBytes = 103;

/**
 * Makes sure that a folder is there, is ours, and is open to nobody else. A folder of somebody else's (in /tmp anybody
 * can make one first) or a link is refused; one of ours that is too open is closed.
 */
export function ownFolder(folder: string, uid: number): Result<null> {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const stats = lstatSync(folder);
    if (!stats.isDirectory() || stats.uid !== uid) {
      const message = `The folder ${folder} is not yours alone. Remove it, then start Airlock again.`;
      return fail('folder-not-ours', message);
    }
    if ((stats.mode & 0o077) !== 0) chmodSync(folder, 0o700);
    return ok(null);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const message = `The folder ${folder} cannot be made or opened (${reason}). Free its place, then start Airlock again.`;
    return fail('folder-unusable', message);
  }
}

/** Clears a socket's path of one that a crash left behind. A socket that somebody answers on stays. */
export async function clearStaleSocket(path: string): Promise<Result<null>> {
  if (Buffer.byteLength(path) > maxPathBytes) {
    const message = `The path ${path} is too long for a socket. Use a shorter home folder.`;
    return fail('path-too-long', message);
  }
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return ok(null);
  if (!stats.isSocket()) {
    const message = `At ${path} is something that is not Airlock's socket. Remove it, then start Airlock again.`;
    return fail('not-a-socket', message);
  }
  if (await answers(path)) {
    return fail('already-running', 'Airlock runs already. Use that one, or end it first.');
  }
  unlinkSync(path);
  return ok(null);
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path);
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', () => resolve(false));
  });
}
