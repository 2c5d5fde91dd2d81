import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import type { Entry } from '../../shared/audit.ts';
import type { Problem } from '../../shared/outcome.ts';
import { makeCallEntries } from './call-entries.ts';
import { makeSearchIndex } from './search-index.ts';
import { type OutcomeFilter, searchWords } from './search-text.ts';
import { readEntry, type StoredEntry, unreadableEntry } from './stored-entry.ts';

/**
 * A page of the activity list: the newest entries below `before` that match; with a call id, the entries of that call
 * around the sequence `near` of one of them, whatever else is asked.
 */
export interface PageQuery {
  readonly callId?: string | undefined;
  /** The newest entry unless told. */
  readonly near?: number | undefined;
  readonly before?: number | undefined;
  readonly limit: number;
  readonly search: string;
  readonly outcome: OutcomeFilter;
}

const shown = (row: StoredEntry): Entry => readEntry(row) ?? unreadableEntry(row);

/** Reads entries for people and for delivery. `problemOf` tells what an error of the database means. */
export function makePages(
  db: DatabaseSyncInstance,
  problemOf: (error: unknown) => Problem | undefined,
) {
  const index = makeSearchIndex(db);
  const newest = db.prepare(
    'SELECT sequence, body, hash FROM entries WHERE sequence < ? ORDER BY sequence DESC LIMIT ?',
  );
  const oldest = db.prepare(
    'SELECT sequence, body, hash FROM entries WHERE sequence >= ? ORDER BY sequence LIMIT ?',
  );
  const ofCall = makeCallEntries(db);
  const one = db.prepare('SELECT sequence, body, hash FROM entries WHERE sequence = ?');

  function indexAll(): void {
    try {
      while (index.catchUp());
    } catch (error) {
      // Without room for the index a page shows what is indexed so far; damage shows when the page is read.
      if (problemOf(error) === undefined) throw error;
    }
  }

  return {
    index,
    /** A page, newest first. An entry that was tampered with shows as a problem in its place. */
    page(query: PageQuery): Entry[] {
      const { callId, before = Number.MAX_SAFE_INTEGER, limit, search, outcome } = query;
      if (callId !== undefined) {
        const near = query.near ?? newest.get(before, 1)?.sequence ?? 0;
        return ofCall(callId, near).slice(0, limit);
      }
      const words = searchWords(search);
      if (words.length === 0 && outcome === 'all') return newest.all(before, limit).map(shown);
      indexAll();
      return index
        .find(words, outcome, before, limit)
        .map((sequence) => one.get(sequence))
        .filter((row) => row !== undefined)
        .map(shown);
    },
    /** The rows from a sequence on, in order. */
    rowsFrom: (sequence: number, limit: number): StoredEntry[] => oldest.all(sequence, limit),
  };
}

export type Pages = ReturnType<typeof makePages>;
