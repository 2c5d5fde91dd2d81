import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import type { Entry } from '../../shared/audit.ts';
import { filterBits, filtersOf, type OutcomeFilter, searchText } from './search-text.ts';
import type { StoredEntry } from './stored-entry.ts';

/** Entries indexed in one transaction: about a millisecond on this thread and of the write lock. */
const chunk = 100;

/** Texts whose ids are kept at hand; the same few come again and again. */
const mostKnown = 4_096;

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

  const known = new Map<string, number>();

  function termOf(text: string, flags: number): number {
    const key = `${flags} ${text}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const found = findTerm.get(text, flags);
    const id = found === undefined ? Number(addTerm.run(text, flags).lastInsertRowid) : found.id;
    if (known.size >= mostKnown) known.clear();
    known.set(key, id);
    return id;
  }

  function add(row: StoredEntry): void {
    const found = searchable(row);
    if (found === undefined) return;
    const { text, flags } = found;
    addEntry.run(termOf(text, flags), row.sequence);
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
        // Ids that were given in this transaction are no more.
        known.clear();
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

/**
 * What a row can be found by; undefined where it is no entry any more. Parsed without the schema, which would cost
 * more than all the rest: whoever reads the entry later checks it.
 */
function searchable({ body }: StoredEntry): { text: string; flags: number } | undefined {
  try {
    const entry: Entry = JSON.parse(body);
    return { text: searchText(entry), flags: filtersOf(entry) };
  } catch {
    // Changed from outside: it is shown among all entries, and found by none.
    return undefined;
  }
}
