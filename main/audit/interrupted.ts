import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import type { Entry, EntryInput } from '../../shared/audit.ts';
import type { Appender } from './appender.ts';
import { draftOf } from './draft.ts';
import { readEntry, type StoredEntry } from './stored-entry.ts';
import type { Writers } from './writers.ts';

/**
 * Closes every call that a dead writer left open, with the outcome `interrupted`, and takes those writers off the
 * list; calls of living processes stay open. Returns how many calls were closed. Throws what SQLite throws.
 */
export function closeInterrupted(
  db: DatabaseSyncInstance,
  appender: Appender,
  writers: Writers,
  now: () => number,
): number {
  if (writers.dead().length === 0) return 0;
  return appender.locked((put) => {
    let closed = 0;
    // Asked again under the lock: another process may have done this meanwhile.
    for (const writer of writers.dead()) {
      for (const opened of openCalls(db, writer.id, writer.openFrom)) {
        const detail = 'Airlock stopped while this call was under way; its outcome is unknown.';
        put(draftOf(interruption(opened, detail), now()));
        closed += 1;
      }
      writers.strike(writer.id);
    }
    return closed;
  });
}

/** The closing entry of a call that will not close itself. */
export function interruption(opened: EntryInput, detail: string): EntryInput {
  const { kind: _, arguments: __, bytesIn: ___, findings: ____, ...same } = inputOf(opened);
  return { ...same, kind: 'call.closed', outcome: 'interrupted', detail };
}

/** What the trail itself added to an entry is not taken over into another one. */
function inputOf(entry: EntryInput | Entry): EntryInput {
  if (!('hash' in entry)) return entry;
  const { sequence: _, id: __, time: ___, chain: ____, previousHash, hash, ...input } = entry;
  return input;
}

/** How many rows are read at once: enough to be quick, few enough to hold. */
const chunk = 1_000;

function openCalls(db: DatabaseSyncInstance, writer: number, from: number): Entry[] {
  const select = db.prepare(
    `SELECT sequence, body, hash FROM entries
     WHERE sequence >= ? AND writer = ? ORDER BY sequence LIMIT ${chunk}`,
  );
  const open = new Map<string, Entry>();
  let next = from;
  for (;;) {
    const rows: StoredEntry[] = select.all(next, writer);
    for (const row of rows) {
      const entry = readEntry(row);
      if (entry?.callId === undefined) continue;
      if (entry.kind === 'call.opened') open.set(entry.callId, entry);
      if (entry.kind === 'call.closed') open.delete(entry.callId);
      next = row.sequence + 1;
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < chunk) return [...open.values()];
    next = last.sequence + 1;
  }
}
