import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import type { z } from 'zod';

/** A row that could not be read as what its table holds. */
export interface UnreadableRow {
  readonly table: string;
  readonly key: string;
  readonly reason: string;
}

/** What came out of a table: the rows that are what they should be, and the keys of those that are not. */
export interface Rows<T> {
  readonly rows: readonly T[];
  readonly unreadable: readonly UnreadableRow[];
}

/** A table of JSON documents under a text key, each parsed by a schema on its way out. */
export interface JsonTable<T> {
  /** Every row in the order of its first writing. */
  all(): Rows<T>;
  /** One row; undefined where it is absent or unreadable. */
  get(key: string): T | undefined;
  /** Writes one row, committed before it returns. Throws what SQLite throws. */
  put(key: string, value: T): void;
  /** Removes one row; true where there was one. */
  remove(key: string): boolean;
}

/**
 * Reads and writes one table of `state.db`. `table` comes from our own code, never from outside. The columns are
 * `n` (order), `key` and `value`.
 */
export function jsonTable<S extends z.ZodType>(
  db: DatabaseSyncInstance,
  table: string,
  schema: S,
): JsonTable<z.output<S>> {
  const selectAll = db.prepare(`SELECT key, value FROM ${table} ORDER BY n`);
  const selectOne = db.prepare(`SELECT value FROM ${table} WHERE key = ?`);
  const upsert = db.prepare(
    `INSERT INTO ${table} (key, value) VALUES (?, ?)
     ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
  );
  const deleteOne = db.prepare(`DELETE FROM ${table} WHERE key = ?`);
  return {
    all() {
      const rows: z.output<S>[] = [];
      const unreadable: UnreadableRow[] = [];
      for (const { key, value } of selectAll.all()) {
        const read = readJson(schema, value);
        if ('value' in read) rows.push(read.value);
        else unreadable.push({ table, key: String(key), reason: read.reason });
      }
      return { rows, unreadable };
    },
    get(key) {
      const row = selectOne.get(key);
      if (row === undefined) return undefined;
      const read = readJson(schema, row.value);
      return 'value' in read ? read.value : undefined;
    },
    put(key, value) {
      upsert.run(key, JSON.stringify(value));
    },
    remove: (key) => deleteOne.run(key).changes > 0,
  };
}

type Read<T> = { readonly value: T } | { readonly reason: string };

function readJson<S extends z.ZodType>(schema: S, text: unknown): Read<z.output<S>> {
  try {
    const parsed = schema.safeParse(JSON.parse(String(text)));
    if (parsed.success) return { value: parsed.data };
    const issue = parsed.error.issues[0];
    return { reason: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not valid'}` };
  } catch {
    return { reason: 'not JSON' };
  }
}
