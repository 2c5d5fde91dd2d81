import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { Result } from '../../shared/outcome.ts';
import { type HeldLock, holdLock, lockHeld } from './process-lock.ts';

/** The process that runs the app on a data folder. `since` in Unix milliseconds. */
const Owner = z.object({ pid: z.number().int().positive(), since: z.number() });
export type InstanceOwner = z.infer<typeof Owner>;

/**
 * Makes this process the app of a data folder until it ends or releases the lock. The problem `lock-held` means that
 * another process is; `instanceOwner` names it.
 */
export function ownDataFolder(folder: string, owner: InstanceOwner): Result<HeldLock> {
  const lock = holdLock(path.join(folder, 'instance.lock'));
  if (lock.ok) writeOwner(folder, owner);
  return lock;
}

/**
 * Who runs the app on a data folder: undefined when nobody does, so that the command line may restore configs by
 * itself; `unknown` when somebody does but cannot be named.
 */
export function instanceOwner(folder: string): InstanceOwner | 'unknown' | undefined {
  if (!lockHeld(path.join(folder, 'instance.lock'))) return undefined;
  try {
    return Owner.parse(JSON.parse(readFileSync(ownerFile(folder), 'utf8')));
  } catch {
    // The lock alone decides; the name beside it is for the message.
    return 'unknown';
  }
}

const ownerFile = (folder: string) => path.join(folder, 'instance.json');

function writeOwner(folder: string, owner: InstanceOwner): void {
  const aside = `${ownerFile(folder)}.${owner.pid}`;
  writeFileSync(aside, `${JSON.stringify(owner)}\n`, { mode: 0o600 });
  renameSync(aside, ownerFile(folder));
}
