import { closeSync, fdatasync, fdatasyncSync, fsyncSync, openSync } from 'node:fs';
import path from 'node:path';
import type { DatabaseSyncInstance } from '@photostructure/sqlite';

/**
 * Carries committed entries past a loss of power.
 *
 * A commit puts an entry into SQLite's write-ahead log, in the system's page cache: it survives the death of the
 * process at once, and the loss of power once the log is synced. Syncing inside every commit (`synchronous=FULL`)
 * costs a trip to the disk per call; so the log is synced on another thread within a second or 1,000 entries, and
 * before the answer for calls that a person approved. What power takes away are at most the last moments of the
 * trail, never its middle: the log is a chain of checksums that ends at the first frame which did not arrive.
 * Nothing leaves this machine (checkpoint, delivery) before it was synced, so the centre never knows more than the
 * trail and cannot mistake a loss of power for a rollback.
 */
export function makeDurability(file: string, db: DatabaseSyncInstance) {
  let log: number | undefined;
  let running: Promise<void> | undefined;
  let again: Promise<void> | undefined;

  /** Opened late, as the log is there only after the first write; writable, as Windows syncs no other handle. */
  function logFile(): number {
    if (log !== undefined) return log;
    log = openSync(`${file}-wal`, 'r+');
    syncFolder(path.dirname(file));
    return log;
  }

  function syncNow(): Promise<void> {
    running = new Promise<void>((resolve, reject) => {
      fdatasync(logFile(), (error) => (error ? reject(error) : resolve()));
    }).finally(() => {
      running = undefined;
    });
    return running;
  }

  return {
    /** Everything committed so far is on the disk when this returns. Milliseconds; throws when the disk fails. */
    sync(): void {
      fdatasyncSync(logFile());
    },
    /** The same on another thread. Calls that come while one is under way share the next one. */
    syncLater(): Promise<void> {
      if (running === undefined) return syncNow();
      again ??= running
        .catch(() => undefined)
        .then(() => {
          again = undefined;
          // Closed meanwhile: the close has folded the log into the file, and synced both.
          return log === undefined ? undefined : syncNow();
        });
      return again;
    },
    /**
     * Copies the log into the file where no reader is in the way, so that it does not grow. Milliseconds on the
     * calling thread, so it belongs into a quiet moment right after a sync.
     */
    fold(): void {
      db.exec('PRAGMA wal_checkpoint(PASSIVE)');
    },
    /** Lets the log go; a sync under way still has its file. */
    close(): void {
      const handle = log;
      log = undefined;
      if (handle === undefined) return;
      if (running === undefined) closeSync(handle);
      else void running.catch(() => undefined).then(() => closeSync(handle));
    },
  };
}

/** The name of a new file is lost with power until its folder is synced; Windows has no such call. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
