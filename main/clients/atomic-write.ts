import { randomBytes } from 'node:crypto';
import { lstat, open, readdir, rename, unlink } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fail, ok, type Result } from '../../shared/outcome.ts';
import type { Platform } from './client-record.ts';
import { type ConfigBytes, codeOf, readConfigFile, sha256 } from './config-file.ts';
import { mayWrite, type WriteRules } from './write-rules.ts';

/** The steps of a write, in order, each named when it is done. A crash after any of them leaves old or new bytes. */
export type WriteStep =
  | 'checked'
  | 'created'
  | 'filled'
  | 'dressed'
  | 'synced'
  | 'rechecked'
  | 'renamed'
  | 'folder-synced';

/** The sentence for a file that is not the one that was shown. */
export const changedSentence =
  'The file has changed since you saw the preview. Look at the new preview and try again.';

/** What a write may be given besides the rules; all have a working default. */
export interface WriteHooks {
  /** Called after each step. */
  readonly onStep?: (step: WriteStep) => void | Promise<void>;
  readonly rename?: (from: string, to: string) => Promise<void>;
  readonly wait?: (ms: number) => Promise<unknown>;
}

/** One write: the path as the person knows it, the bytes, and what they were made from. */
export interface WriteRequest {
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Hex SHA-256 that the file must still have. */
  readonly basedOn: string;
  /** Permission bits; absent: those the file has. */
  readonly mode?: number;
}

const attempts = 8;
const firstWaitMs = 25;

/**
 * Puts new bytes in the place of a config, whole or not at all: a temporary file in the same folder, readable by the
 * owner alone until it has the mode and owner of the old one, synced, and renamed over it. Links are followed and
 * stay. Refuses, with a sentence, what `mayWrite` refuses and a file that is no longer the one `basedOn` tells;
 * extended attributes and access lists are not carried over, because Node cannot read them.
 */
export async function writeAtomically(
  request: WriteRequest,
  rules: WriteRules,
  hooks: WriteHooks = {},
): Promise<Result<{ hash: string }>> {
  const step = hooks.onStep ?? (() => undefined);
  const current = await readConfigFile(request.path);
  if (!current.ok) return current;
  if (current.value.hash !== request.basedOn) return changed();
  const may = await mayWrite(current.value, rules);
  if (!may.ok) return may;
  await step('checked');

  const target = current.value.realPath;
  const temporary = temporaryName(target);
  try {
    await sweepTemporaryFiles(target);
    await fill(temporary, request, current.value, step);
    const again = await readConfigFile(request.path);
    if (!again.ok || again.value.hash !== request.basedOn || again.value.realPath !== target) {
      await unlink(temporary);
      return changed();
    }
    await step('rechecked');
    await renameRetrying(temporary, target, rules.platform, hooks);
    await step('renamed');
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    return writeFailed(codeOf(error), rules.platform);
  }
  // The new bytes stand; a folder that cannot be synced only makes them less sure to outlive a power cut.
  await syncFolder(path.dirname(target), rules.platform).catch(() => undefined);
  await step('folder-synced');
  return ok({ hash: sha256(request.bytes) });
}

/** `mayWrite` asks first, but a mount or an access list may still say no when it comes to it. */
function writeFailed(code: string | undefined, platform: Platform): Result<never> {
  if (platform !== 'win32' && (code === 'EACCES' || code === 'EROFS')) {
    return fail('read-only', 'Its folder cannot be written to. Make it writable and try again.');
  }
  const why = code === 'ENOSPC' ? 'the disk is full' : (code ?? 'unknown error');
  return fail('write-failed', `It could not be written (${why}); nothing was changed.`);
}

async function fill(
  temporary: string,
  request: WriteRequest,
  old: ConfigBytes,
  step: (step: WriteStep) => void | Promise<void>,
): Promise<void> {
  // Fails when the name is taken, and does not follow a link somebody has put there.
  const handle = await open(temporary, 'wx', 0o600);
  try {
    await step('created');
    await handle.writeFile(request.bytes);
    await step('filled');
    const info = await handle.stat();
    const group = await lstat(old.realPath);
    if (info.uid !== group.uid || info.gid !== group.gid) await handle.chown(group.uid, group.gid);
    await handle.chmod(request.mode ?? old.mode);
    await step('dressed');
    await handle.sync();
    await step('synced');
  } finally {
    await handle.close();
  }
}

/** Waits and tries again while a client or a virus scanner holds the file, which only Windows lets them do. */
async function renameRetrying(
  from: string,
  to: string,
  platform: Platform,
  hooks: WriteHooks,
): Promise<void> {
  const move = hooks.rename ?? rename;
  for (let attempt = 1; ; attempt += 1) {
    try {
      await move(from, to);
      return;
    } catch (error) {
      const held = ['EBUSY', 'EPERM', 'EACCES'].includes(codeOf(error) ?? '');
      if (platform !== 'win32' || !held || attempt === attempts) throw error;
      await (hooks.wait ?? wait)(firstWaitMs * 2 ** (attempt - 1));
    }
  }
}

/** Makes a rename survive a power cut. Windows has no such call and needs none for a rename within a volume. */
export async function syncFolder(folder: string, platform: Platform): Promise<void> {
  if (platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const temporaryName = (target: string) =>
  path.join(
    path.dirname(target),
    `.${path.basename(target)}.airlock-${randomBytes(8).toString('hex')}.tmp`,
  );

/** Removes what a crash left beside a file: only regular files, and only by the exact form of our names. */
export async function sweepTemporaryFiles(target: string): Promise<void> {
  const folder = path.dirname(target);
  const start = `.${path.basename(target)}.airlock-`;
  for (const name of await readdir(folder)) {
    if (!name.startsWith(start) || !/^[0-9a-f]{16}\.tmp$/.test(name.slice(start.length))) continue;
    const left = path.join(folder, name);
    if ((await lstat(left)).isFile()) await unlink(left);
  }
}

const changed = () => fail('changed', changedSentence);
