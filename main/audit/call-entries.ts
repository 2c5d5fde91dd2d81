import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import type { Entry } from '../../shared/audit.ts';
import { readEntry, type StoredEntry } from './stored-entry.ts';

/** Rows looked through at once: a millisecond or two, as SQLite only looks for the id in their text. */
const stretch = 2_000;

/** How far a call is followed each way; what a person waits for stays below some tens of milliseconds. */
export const mostFollowed = 40_000;

/**
 * Finds what belongs to one call. Its entries lie between its opening and its closing one, so the look goes both ways
 * from an entry of it, until it has seen those two or gone far enough: a call that waited long while thousands of
 * others ran may lack its far end then, and the whole trail is never read.
 */
export function makeCallEntries(db: DatabaseSyncInstance) {
  const within = db.prepare(
    `SELECT sequence, body, hash FROM entries
     WHERE sequence BETWEEN ? AND ? AND instr(body, ?) > 0 ORDER BY sequence`,
  );
  const last = db.prepare('SELECT max(sequence) AS sequence FROM entries');

  /** The entries of a call around the sequence of one of them, newest first. Throws what SQLite throws. */
  return (callId: string, near: number): Entry[] => {
    // As the canonical text has it. What a client wrote is a string in there, whose quotes are escaped.
    const text = `"callId":${JSON.stringify(callId)}`;
    const found: Entry[] = [];
    const look = (from: number, to: number): void => {
      const rows: StoredEntry[] = within.all(from, to, text);
      for (const row of rows) {
        const entry = readEntry(row);
        if (entry?.callId === callId) found.push(entry);
      }
    };
    const seen = (kind: Entry['kind']) => found.some((entry) => entry.kind === kind);

    const lowest = Math.max(1, near - mostFollowed + 1);
    for (let to = near; to >= lowest && !seen('call.opened'); to -= stretch) {
      look(Math.max(lowest, to - stretch + 1), to);
    }
    const highest = Math.min(last.get().sequence ?? 0, near + mostFollowed);
    for (let from = near + 1; from <= highest && !seen('call.closed'); from += stretch) {
      look(from, Math.min(highest, from + stretch - 1));
    }
    return found.sort((a, b) => b.sequence - a.sequence);
  };
}
