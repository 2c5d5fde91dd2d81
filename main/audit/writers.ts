import { rmSync } from 'node:fs';
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import type { ProcessLocks } from './database-port.ts';

/** What a writer of the trail needs: the trail's path and the locks that end with their process. */
export interface WriterPorts {
  readonly db: DatabaseSyncInstance;
  readonly path: string;
  readonly locks: ProcessLocks;
  readonly now: () => number;
}

/** A row of `writers`: a process that has, or had when it died, the right to leave calls open. */
export interface Writer {
  readonly id: number;
  /** No call that it left open was opened before this sequence. */
  readonly openFrom: number;
}

/** The lock of a writer could not be taken; `message` says why. */
export class NoWriterLock extends Error {}

/**
 * The processes that write to one trail. Each holds the lock of its row while it lives, so that a call left open can
 * be told from one in flight in another process: by the lock, which dies with the process, never by process ids,
 * which are used again.
 */
export function makeWriters({ db, path, locks, now }: WriterPorts) {
  const insert = db.prepare('INSERT INTO writers (pid, since, open_from) VALUES (?, ?, ?)');
  const update = db.prepare('UPDATE writers SET open_from = ? WHERE id = ?');
  const select = db.prepare('SELECT id, open_from AS openFrom FROM writers ORDER BY id');
  const remove = db.prepare('DELETE FROM writers WHERE id = ?');
  const lockFile = (id: number) => `${path}-writer-${id}`;
  /** Where the drafts of a writer wait for the chain. */
  const journalFile = (id: number) => `${path}-drafts-${id}`;
  let noted = 0;
  let own: { readonly id: number; readonly lock: { release(): void } } | undefined;

  function register(): number {
    db.exec('BEGIN IMMEDIATE');
    try {
      const id = Number(insert.run(process.pid, now(), 0).lastInsertRowid);
      // Locked before the row can be seen: a row without a lock is a dead writer's.
      const lock = locks.hold(lockFile(id));
      if (!lock.ok) throw new NoWriterLock(lock.problem.message);
      own = { id, lock: lock.value };
      // Left by a writer of another file that was here before: nobody may take it for this one's.
      rmSync(journalFile(id), { force: true });
      db.exec('COMMIT');
      return id;
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK');
      own?.lock.release();
      own = undefined;
      throw error;
    }
  }

  return {
    journalFile,
    /** The row of this process; made on first use, so that a full disk only stops what would write. */
    id: (): number => own?.id ?? register(),
    /** Notes the oldest call that is still open here, so that the next start need not look before it. */
    openFrom(sequence: number): void {
      if (own === undefined || sequence === noted) return;
      update.run(sequence, own.id);
      noted = sequence;
    },
    /** The writers that are gone without having closed. */
    dead: (): Writer[] =>
      select.all().filter(({ id }: Writer) => id !== own?.id && !locks.held(lockFile(id))),
    /** Takes a writer off the list; true where it was on it. */
    strike(id: number): boolean {
      const struck = remove.run(id).changes > 0;
      if (struck) {
        rmSync(lockFile(id), { force: true });
        rmSync(journalFile(id), { force: true });
      }
      return struck;
    },
    /** Takes this process off the list: it has closed all of its calls. */
    leave(): void {
      if (own === undefined) return;
      const { id, lock } = own;
      own = undefined;
      remove.run(id);
      lock.release();
      rmSync(lockFile(id), { force: true });
    },
    /** Gives the lock up and leaves the row, as a crash would: the next start closes what is open. */
    abandon(): void {
      own?.lock.release();
      own = undefined;
    },
  };
}

export type Writers = ReturnType<typeof makeWriters>;
