import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import type { Entry, EntryInput } from '../../shared/audit.ts';
import type { Appender } from './appender.ts';
import { draftOf } from './draft.ts';
import { readDraftJournal } from './draft-journal.ts';
import { readEntry, type StoredEntry } from './stored-entry.ts';
import type { Writers } from './writers.ts';

/**
 * Takes over what dead writers left in their journals, closes every call that they left open, with the outcome
 * `interrupted`, and takes those writers off the list; calls of living processes stay open. Returns how many calls
 * were closed. Throws what SQLite throws, and what the disk throws where a journal cannot be read.
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
      const left = readDraftJournal(writers.journalFile(writer.id));
      const known = left.drafts.length === 0 ? new Set() : idsAfter(db, writer.id, left.from);
      const missing = left.drafts.filter(({ id }) => !known.has(id));
      for (const draft of missing) put(draft);
      const open = openCalls(db, writer.id, writer.openFrom);
      for (const { input } of missing) noteCall(open, input);
      for (const opened of open.values()) {
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

/** The ids of a writer's entries after a sequence. */
function idsAfter(db: DatabaseSyncInstance, writer: number, sequence: number): Set<unknown> {
  const rows: { id: unknown }[] = db
    .prepare(
      "SELECT json_extract(body, '$.id') AS id FROM entries WHERE sequence > ? AND writer = ?",
    )
    .all(sequence, writer);
  return new Set(rows.map(({ id }) => id));
}

/** Keeps in mind which calls are open. */
function noteCall(open: Map<string, EntryInput>, entry: EntryInput): void {
  if (entry.callId === undefined) return;
  if (entry.kind === 'call.opened') open.set(entry.callId, entry);
  if (entry.kind === 'call.closed') open.delete(entry.callId);
}

function openCalls(
  db: DatabaseSyncInstance,
  writer: number,
  from: number,
): Map<string, EntryInput> {
  const select = db.prepare(
    `SELECT sequence, body, hash FROM entries
     WHERE sequence >= ? AND writer = ? ORDER BY sequence LIMIT ${chunk}`,
  );
  const open = new Map<string, EntryInput>();
  let next = from;
  for (;;) {
    const rows: StoredEntry[] = select.all(next, writer);
    for (const row of rows) {
      const entry = readEntry(row);
      if (entry !== undefined) noteCall(open, entry);
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < chunk) return open;
    next = last.sequence + 1;
  }
}
