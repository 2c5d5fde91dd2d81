import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { filterBits, filtersOf, type OutcomeFilter, searchText } from './search-text.ts';
import { readEntry, type StoredEntry } from './stored-entry.ts';

/** Entries indexed in one transaction: some milliseconds of the write lock. */
const chunk = 1_000;

/** With more matching terms than this, one query over all of them beats one query each. */
const manyTerms = 5_000;

/**
 * Finds entries by filter and by part of a word, in milliseconds at a million entries, without full text search: an
 * entry's searchable text is one of few (the same tools of the same servers come again and again), so the distinct
 * texts are kept once, searched by scanning, and each knows the sequences it stands for. Drawn from the entries away
 * from the hot path: writing it with each entry would double the cost of an append.
 */
export function makeSearchIndex(db: DatabaseSyncInstance) {
  const through = db.prepare('SELECT through FROM search_progress');
  const advance = db.prepare('UPDATE search_progress SET through = ?');
  const following = db.prepare(
    `SELECT sequence, body, hash FROM entries WHERE sequence > ? ORDER BY sequence LIMIT ${chunk}`,
  );
  const findTerm = db.prepare('SELECT id FROM search_terms WHERE text = ? AND flags = ?');
  const addTerm = db.prepare('INSERT INTO search_terms (text, flags) VALUES (?, ?)');
  const addEntry = db.prepare('INSERT OR IGNORE INTO search_entries VALUES (?, ?)');
  const ofTerm = db.prepare(
    `SELECT sequence FROM search_entries WHERE term = ? AND sequence < ? AND sequence > ?
     ORDER BY sequence DESC LIMIT ?`,
  );
  const begin = db.prepare('BEGIN IMMEDIATE');
  const commit = db.prepare('COMMIT');

  function termOf(text: string, flags: number): number {
    const known = findTerm.get(text, flags);
    return known === undefined ? Number(addTerm.run(text, flags).lastInsertRowid) : known.id;
  }

  function add(row: StoredEntry): void {
    const entry = readEntry(row);
    if (entry === undefined) return;
    const flags = filtersOf(entry);
    addEntry.run(termOf(searchText(entry), flags), row.sequence);
    // A filter without words reads one list: ids below zero stand for the filters themselves.
    for (const bit of [filterBits.calls, filterBits.asked, filterBits.refused]) {
      if ((flags & bit) !== 0) addEntry.run(-bit, row.sequence);
    }
  }

  /** The ids of the texts that hold every word and pass the filter. */
  function terms(words: readonly string[], bits: number): number[] {
    const condition = words.map(() => 'AND instr(text, ?) > 0').join(' ');
    return db
      .prepare(`SELECT id FROM search_terms WHERE flags & ? = ? ${condition}`)
      .all(bits, bits, ...words)
      .map((row) => row.id);
  }

  function newest(ids: readonly number[], before: number, limit: number): number[] {
    let found: number[] = [];
    let floor = 0;
    const keepBest = () => {
      found = found.sort((a, b) => b - a).slice(0, limit);
      if (found.length === limit) floor = found.at(-1) ?? 0;
    };
    for (const id of ids) {
      for (const row of ofTerm.all(id, before, floor, limit)) found.push(row.sequence);
      if (found.length >= 4 * limit) keepBest();
    }
    keepBest();
    return found;
  }

  function newestOfMany(words: readonly string[], bits: number, before: number, limit: number) {
    const condition = words.map(() => 'AND instr(text, ?) > 0').join(' ');
    return db
      .prepare(
        `SELECT sequence FROM search_entries WHERE sequence < ? AND term IN
           (SELECT id FROM search_terms WHERE flags & ? = ? ${condition})
         ORDER BY sequence DESC LIMIT ?`,
      )
      .all(before, bits, bits, ...words, limit)
      .map((row): number => row.sequence);
  }

  return {
    /** Takes the next entries in; true while there may be more. Throws what SQLite throws. */
    catchUp(): boolean {
      if (following.get(through.get().through) === undefined) return false;
      begin.run();
      try {
        // Read under the lock: another process may be indexing as well.
        const rows: StoredEntry[] = following.all(through.get().through);
        for (const row of rows) add(row);
        const last = rows.at(-1);
        if (last !== undefined) advance.run(last.sequence);
        commit.run();
        return rows.length === chunk;
      } catch (error) {
        if (db.isTransaction) db.exec('ROLLBACK');
        throw error;
      }
    },
    /** The sequences of the newest entries below `before` that pass the filter and hold every word, newest first. */
    find(
      words: readonly string[],
      outcome: OutcomeFilter,
      before: number,
      limit: number,
    ): number[] {
      const bits = filterBits[outcome];
      if (words.length === 0) return newest([-bits], before, limit);
      const ids = terms(words, bits);
      return ids.length > manyTerms
        ? newestOfMany(words, bits, before, limit)
        : newest(ids, before, limit);
    },
  };
}
