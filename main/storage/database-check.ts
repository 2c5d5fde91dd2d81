import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { type DatabaseTrouble, problemOfError } from './sqlite-problem.ts';

/** What a database file must look like. */
export interface DatabaseSchema {
  /** What a person calls it, as the middle of a sentence ("the audit trail"). */
  readonly what: string;
  /** Written into the file's header, so that another program's database is never taken for ours. */
  readonly applicationId: number;
  /** SQL steps from an empty file to the present form; `user_version` counts the ones that ran. Only ever appended to. */
  readonly migrations: readonly string[];
  /** SQL that fails where a table or column is missing that the present form has; it must read no row. */
  readonly probe: string;
  /** True to check every page before use, as after an error that smelled of damage. */
  readonly suspect?: boolean;
}

/** Whether the file is a sound database of ours, of a version we know. Only reads. */
export function checkDatabase(
  db: DatabaseSyncInstance,
  schema: DatabaseSchema,
): DatabaseTrouble | undefined {
  const owner = readValue(db, 'SELECT application_id FROM pragma_application_id');
  const tables = readValue(db, 'SELECT count(*) FROM sqlite_schema');
  if (owner !== schema.applicationId && !(owner === 0 && tables === 0)) return 'database-damaged';
  const version = versionOf(db);
  if (version > schema.migrations.length) return 'database-newer';
  if (version === schema.migrations.length && !runs(db, schema.probe)) return 'database-damaged';
  if (schema.suspect !== true) return undefined;
  const found = readValue(db, 'SELECT quick_check FROM pragma_quick_check LIMIT 1');
  return found === 'ok' ? undefined : 'database-damaged';
}

/** True where the SQL is valid on this file; SQLITE_ERROR (1) is what SQLite says of a missing table. */
function runs(db: DatabaseSyncInstance, sql: string): boolean {
  try {
    db.exec(sql);
    return true;
  } catch (error) {
    if (problemOfError(error, '') === undefined) return false;
    throw error;
  }
}

/** How many migration steps a file has taken. */
export const versionOf = (db: DatabaseSyncInstance): number =>
  Number(readValue(db, 'SELECT user_version FROM pragma_user_version'));

/**
 * The one value of a query, read without a prepared statement: this SQLite binding frees statements only when they
 * are garbage collected, and keeps the file open until then, which on Windows stops it from being moved aside.
 */
export function readValue(db: DatabaseSyncInstance, sql: string): unknown {
  let value: unknown;
  db.function('airlock_read', (read: unknown) => {
    value = read;
    return 0;
  });
  db.exec(`SELECT airlock_read((${sql}))`);
  return value;
}
