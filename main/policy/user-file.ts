import { randomUUID } from 'node:crypto';
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** What stands in a policy file. Absent and unreadable are different things: only absent is harmless. */
export type UserFile =
  | { readonly state: 'absent' }
  | { readonly state: 'present'; readonly text: string }
  | { readonly state: 'unreadable'; readonly reason: string };

const maxBytes = 1_048_576;

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : 'error';

/** A sentence when others than the owner and the administrator could have written the file; POSIX only. */
function tooOpen(mode: number, owner: number, own: number | undefined): string | undefined {
  if (own === undefined) return undefined;
  if (owner !== own && owner !== 0) return 'it belongs to another user';
  return (mode & 0o002) === 0 ? undefined : 'everybody on this machine may write it';
}

/** Reads a policy file. Never throws; what stands in the way is the reason. `own` is this user's id on POSIX. */
export function readUserFile(file: string, own = process.getuid?.()): UserFile {
  try {
    const stat = statSync(file);
    // A pipe or a device would hold the app up for as long as nobody writes to it.
    if (!stat.isFile()) return { state: 'unreadable', reason: 'it is not a regular file' };
    if (stat.size > maxBytes) return { state: 'unreadable', reason: 'it is larger than 1 MiB' };
    const open = tooOpen(stat.mode, stat.uid, own);
    if (open !== undefined) return { state: 'unreadable', reason: open };
    const bytes = readFileSync(file);
    return { state: 'present', text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { state: 'absent' };
    const reason =
      error instanceof TypeError ? 'it is not UTF-8' : `it cannot be opened (${codeOf(error)})`;
    return { state: 'unreadable', reason };
  }
}

/** Where the last text that could be read is kept. */
export const lastGoodFile = (file: string): string =>
  path.join(path.dirname(file), `${path.basename(file, '.cedar')}.last-good.cedar`);

/** Keeps a text as the last good one, whole or not at all. Returns a sentence when that failed. */
export function keepLastGood(file: string, text: string): string | undefined {
  const target = lastGoodFile(file);
  const kept = readUserFile(target);
  if (kept.state === 'present' && kept.text === text) return undefined;
  const fresh = `${target}.${randomUUID()}`;
  try {
    writeFileSync(fresh, text, { mode: 0o600, flag: 'wx' });
    renameSync(fresh, target);
    return undefined;
  } catch (error) {
    rmSync(fresh, { force: true });
    return `The policy file could not be copied for the day it cannot be read (${codeOf(error)}).`;
  }
}
