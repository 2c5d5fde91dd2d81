import { lstat, mkdir, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fail, type Result } from '../../shared/outcome.ts';
import type { Client, ClientLock } from './client-record.ts';
import { codeOf } from './config-file.ts';

const triesMs = [0, 50, 100, 200, 400, 800];

/**
 * Runs a write while the client's own lock is held, or after it is free, where the client has one. A lock that stays
 * taken refuses the write with a sentence; one that is older than the client itself lets it be counts as left behind.
 */
export async function underClientLock<T>(
  client: Client,
  realPath: string,
  write: () => Promise<Result<T>>,
  pause: (ms: number) => Promise<unknown> = wait,
): Promise<Result<T>> {
  const { lock } = client;
  if (lock === undefined) return write();
  const file = lock.name.startsWith('/')
    ? path.join(path.dirname(realPath), lock.name.slice(1))
    : realPath + lock.name;
  for (const ms of triesMs) {
    if (ms > 0) await pause(ms);
    const free = await isFree(file, lock);
    if (!free) continue;
    if (lock.kind === 'file') return write();
    const taken = await take(file);
    if (taken === undefined) continue;
    if (!taken) return write();
    try {
      return await write();
    } finally {
      await rmdir(file).catch(() => undefined);
    }
  }
  return fail(
    'client-writing',
    `${client.name} is writing its settings (${file} is there). Wait for it to finish, then try again.`,
  );
}

async function isFree(file: string, { staleMs, kind }: ClientLock): Promise<boolean> {
  try {
    const { mtimeMs } = await lstat(file);
    if (Date.now() - mtimeMs < staleMs) return false;
    if (kind === 'folder') await rmdir(file);
    return true;
  } catch (error) {
    return codeOf(error) === 'ENOENT';
  }
}

/** True when the lock is ours; undefined when somebody was faster; false where it cannot be made at all. */
async function take(file: string): Promise<boolean | undefined> {
  try {
    await mkdir(file);
    return true;
  } catch (error) {
    return codeOf(error) === 'EEXIST' ? undefined : false;
  }
}
