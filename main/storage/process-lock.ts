import { closeSync, existsSync, openSync, rmSync } from 'node:fs';
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { fail, ok, type Problem, type Result } from '../../shared/outcome.ts';
import { problemOfError } from './sqlite-problem.ts';

/** A lock this process holds. It also ends with the process, however that ends. */
export interface HeldLock {
  /** Gives the lock up; more than once does no harm. The empty file stays: removing it would race with who waits. */
  release(): void;
}

/** A connection that nothing refers to is closed by the garbage collector, and its lock with it; these are not. */
const holding = new Set<DatabaseSyncInstance>();

/** How long taking a lock waits: longer than the moment for which `lockHeld` touches it. */
const takeMs = 250;

/**
 * Takes the lock of a file for as long as the process lives, or tells that another holder has it.
 *
 * The lock is SQLite's own write lock on an empty database, which the system drops when the process dies: a crash or
 * a kill -9 leaves no stale lock behind and a reused process id cannot pass for the holder, on all three systems.
 * Both would be wrong with a file that names a process id.
 */
export function holdLock(path: string): Result<HeldLock> {
  const taken = take(path, takeMs, true);
  if ('problem' in taken) return { ok: false, problem: taken.problem };
  if (!('db' in taken)) return fail('lock-held', 'Another Airlock process holds this lock.');
  const { db } = taken;
  holding.add(db);
  return ok({
    release() {
      if (holding.delete(db)) db.close();
    },
  });
}

/** True while any process, this one included, holds the lock. What cannot be told counts as held. */
export function lockHeld(path: string): boolean {
  const taken = take(path, 0, false);
  if ('db' in taken) taken.db.close();
  return !('db' in taken || 'absent' in taken);
}

type Take =
  | { readonly db: DatabaseSyncInstance }
  | { readonly busy: true }
  | { readonly absent: true }
  | { readonly problem: Problem };

function take(path: string, timeout: number, create: boolean): Take {
  let db: DatabaseSyncInstance | undefined;
  try {
    // One that is there is not opened by us: closing it again would drop the lock this process may have on it (POSIX).
    if (!existsSync(path)) {
      if (!create) return { absent: true };
      closeSync(openSync(path, 'a', 0o600));
    }
    db = new DatabaseSync(path, { timeout });
    // No journal file: nothing is ever written.
    db.exec('PRAGMA journal_mode=MEMORY; BEGIN IMMEDIATE');
    return { db };
  } catch (error) {
    db?.close();
    const problem = problemOfError(error, 'the lock file');
    if (problem === undefined) throw error;
    if (problem.code === 'database-busy') return { busy: true };
    if (problem.code !== 'database-damaged') return { problem };
    // Nobody can hold a lock on what is no database, so it may go.
    rmSync(path, { force: true });
    return take(path, timeout, create);
  }
}
