import { closeSync, existsSync, openSync, renameSync } from 'node:fs';
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { fail, ok, type Problem, type Result } from '../../shared/outcome.ts';
import { type DatabaseTrouble, databaseProblem, problemOfError } from './sqlite-problem.ts';

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

/** An open database, and what to know of how it was opened. */
export interface OpenedDatabase {
  readonly db: DatabaseSyncInstance;
  /** Where the damaged file was kept that this new one replaces. */
  readonly setAside?: string;
  /** What an error thrown by `db` means; undefined for our own mistakes. */
  problemOf(error: unknown): Problem | undefined;
  /** Folds the log back into the file and closes it. Never throws: what is in the log is kept there as well. */
  close(): void;
}

/** How long a statement waits for another process's lock. Short: the app waits with it. */
const busyMs = 2_000;

/**
 * Pages in the write-ahead log after which a commit folds it back by itself: a net for a process that never comes
 * to fold it in a quiet moment.
 */
const autoFoldPages = 16_384;

/**
 * Opens a database file in WAL mode and brings it to its present form; several processes may do so at once.
 *
 * A commit survives the death of the process (the log is in the system's page cache by then) but with
 * `synchronous=NORMAL` not the loss of power before the next sync; the file stays sound either way. Who needs more
 * syncs the log itself, see main/audit/durability.ts.
 *
 * A file that is no database, is malformed, or belongs to another program is renamed to `<path>.damaged-<time>`
 * together with its log, and a new one takes its place; `setAside` tells. Everything else that stands in the way
 * (disk full, no permission, newer version) is a problem, and the file is left as it was.
 */
export function openDatabase(
  path: string,
  schema: DatabaseSchema,
  now: () => number = Date.now,
): Result<OpenedDatabase> {
  const problemOf = (error: unknown) => problemOfError(error, schema.what);
  const first = attempt(path, schema);
  if ('db' in first) return ok({ db: first.db, problemOf, close: () => closeDatabase(first.db) });
  if (first.trouble !== 'database-damaged') return refuse(first.trouble, schema);
  const setAside = keepAside(path, now());
  if (setAside === undefined) return refuse('database-in-use', schema);
  const second = attempt(path, schema);
  if (!('db' in second)) return refuse(second.trouble, schema);
  return ok({ db: second.db, setAside, problemOf, close: () => closeDatabase(second.db) });
}

function closeDatabase(db: DatabaseSyncInstance): void {
  if (!db.isOpen) return;
  try {
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  } catch (error) {
    if (problemOfError(error, '') === undefined) throw error;
  } finally {
    db.close();
  }
}

/**
 * Opens a database of the present form to read it, whoever else has it open or writes to it. Nothing is created,
 * migrated or moved; a file that is not there or not ours is a problem.
 */
export function openReadOnly(path: string, schema: DatabaseSchema): Result<OpenedDatabase> {
  const problemOf = (error: unknown) => problemOfError(error, schema.what);
  if (!existsSync(path)) {
    return fail('no-database', `There is no file ${path}. Check where ${schema.what} lies.`);
  }
  let db: DatabaseSyncInstance | undefined;
  try {
    db = new DatabaseSync(path, { timeout: busyMs, readOnly: true });
    const found = check(db, schema);
    const trouble =
      found ?? (versionOf(db) < schema.migrations.length ? 'database-damaged' : undefined);
    if (trouble === undefined) {
      const opened = db;
      return ok({ db: opened, problemOf, close: () => opened.close() });
    }
    db.close();
    return refuse(trouble, schema);
  } catch (error) {
    if (db?.isOpen) db.close();
    const problem = problemOf(error);
    if (problem === undefined) throw error;
    return { ok: false, problem };
  }
}

const refuse = (trouble: DatabaseTrouble, schema: DatabaseSchema) =>
  ({ ok: false, problem: databaseProblem(trouble, schema.what) }) as const;

type Attempt = { readonly db: DatabaseSyncInstance } | { readonly trouble: DatabaseTrouble };

function attempt(path: string, schema: DatabaseSchema): Attempt {
  let db: DatabaseSyncInstance | undefined;
  try {
    makePrivate(path);
    // Looked at without the right to write first: closing a damaged or newer file must not fold its log into it.
    db = new DatabaseSync(path, { timeout: busyMs, readOnly: true });
    const found = check(db, schema);
    db.close();
    if (found !== undefined) return { trouble: found };
    db = new DatabaseSync(path, { timeout: busyMs, defensive: true });
    const trouble = prepare(db, schema);
    if (trouble === undefined) return { db };
    db.close();
    return { trouble };
  } catch (error) {
    if (db?.isOpen) db.close();
    const problem = problemOfError(error, schema.what);
    if (problem === undefined) throw error;
    return { trouble: problem.code };
  }
}

/**
 * SQLite gives its log and its shared memory the mode of the file, so the file is made before SQLite sees it. One
 * that is there is not opened: closing it again would drop every lock this process has on it (POSIX).
 */
function makePrivate(path: string): void {
  if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600));
}

/** Whether the file is a sound database of ours, of a version we know. Only reads. */
function check(db: DatabaseSyncInstance, schema: DatabaseSchema): DatabaseTrouble | undefined {
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

function prepare(db: DatabaseSyncInstance, schema: DatabaseSchema): DatabaseTrouble | undefined {
  db.exec('PRAGMA journal_mode=WAL');
  if (readValue(db, 'SELECT journal_mode FROM pragma_journal_mode') !== 'wal') return 'disk-error';
  db.exec(`
    PRAGMA synchronous=NORMAL;
    PRAGMA foreign_keys=ON;
    PRAGMA trusted_schema=OFF;
    PRAGMA recursive_triggers=ON;
    PRAGMA journal_size_limit=16777216;
    PRAGMA wal_autocheckpoint=${autoFoldPages};
  `);
  while (versionOf(db) < schema.migrations.length) {
    db.exec('BEGIN IMMEDIATE');
    try {
      // Read again under the lock: another process may have taken this step meanwhile.
      const version = versionOf(db);
      const step = schema.migrations[version];
      if (step !== undefined) {
        db.exec(step);
        db.exec(
          `PRAGMA application_id=${schema.applicationId}; PRAGMA user_version=${version + 1};`,
        );
      }
      db.exec('COMMIT');
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK');
      throw error;
    }
  }
  // Between check and here another process may have been a newer version.
  return versionOf(db) > schema.migrations.length ? 'database-newer' : undefined;
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

const versionOf = (db: DatabaseSyncInstance): number =>
  Number(readValue(db, 'SELECT user_version FROM pragma_user_version'));

/**
 * The one value of a query, read without a prepared statement: this SQLite binding frees statements only when they
 * are garbage collected, and keeps the file open until then, which on Windows stops it from being moved aside.
 */
function readValue(db: DatabaseSyncInstance, sql: string): unknown {
  let value: unknown;
  db.function('airlock_read', (read: unknown) => {
    value = read;
    return 0;
  });
  db.exec(`SELECT airlock_read((${sql}))`);
  return value;
}

/** Renames the file, its log and its shared memory; undefined where another process holds them (Windows). */
function keepAside(path: string, time: number): string | undefined {
  const aside = `${path}.damaged-${time}`;
  try {
    // The log first: a log beside a fresh file could be replayed into it.
    for (const part of ['-wal', '-shm', '']) {
      if (existsSync(path + part)) renameSync(path + part, aside + part);
    }
    return aside;
  } catch (error) {
    if (problemOfError(error, '') === undefined) throw error;
    return undefined;
  }
}
