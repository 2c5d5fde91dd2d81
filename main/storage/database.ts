import { closeSync, existsSync, openSync, renameSync, statSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { fail, ok, type Problem, type Result } from '../../shared/outcome.ts';
import { checkDatabase, type DatabaseSchema, readValue, versionOf } from './database-check.ts';
import { type DatabaseTrouble, databaseProblem, problemOfError } from './sqlite-problem.ts';

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
const autoFoldPages = 8_192;

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
    // A reader in another process is not waited for: what it holds back stays in the log, which the next one folds.
    db.exec('PRAGMA busy_timeout=100; PRAGMA wal_checkpoint(TRUNCATE)');
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
  const first = look(path, schema);
  // On a medium that cannot be written SQLite cannot make the shared memory of a log. Without a log it needs none.
  const again = first.trouble === 'not-writable' && !hasLog(path);
  const { db, trouble } = again ? look(immutable(path), schema) : first;
  if (db === undefined) return refuse(trouble, schema);
  return ok({ db, problemOf, close: () => db.close() });
}

type Look =
  | { readonly db: DatabaseSyncInstance; readonly trouble?: undefined }
  | { readonly db?: undefined; readonly trouble: DatabaseTrouble };

function look(location: string | URL, schema: DatabaseSchema): Look {
  let db: DatabaseSyncInstance | undefined;
  try {
    db = new DatabaseSync(location, { timeout: busyMs, readOnly: true });
    const trouble = checkDatabase(db, schema);
    if (trouble === undefined && versionOf(db) === schema.migrations.length) return { db };
    db.close();
    return { trouble: trouble ?? 'database-damaged' };
  } catch (error) {
    if (db?.isOpen) db.close();
    const problem = problemOfError(error, schema.what);
    if (problem === undefined) throw error;
    return { trouble: problem.code };
  }
}

const hasLog = (path: string): boolean =>
  (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;

/** Tells SQLite that nobody can change the file, which therefore needs no lock (https://sqlite.org/uri.html). */
function immutable(path: string): URL {
  const url = pathToFileURL(path);
  url.searchParams.set('immutable', '1');
  return url;
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
    const found = checkDatabase(db, schema);
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

function prepare(db: DatabaseSyncInstance, schema: DatabaseSchema): DatabaseTrouble | undefined {
  // Both count for a new file alone. Pages of 8 KiB make the commit of a few entries cheapest, and a map of pages for
  // vacuuming, which this build keeps unless told otherwise, would cost a page more in every fourth.
  db.exec('PRAGMA page_size=8192; PRAGMA auto_vacuum=NONE; PRAGMA journal_mode=WAL');
  if (readValue(db, 'SELECT journal_mode FROM pragma_journal_mode') !== 'wal') return 'disk-error';
  db.exec(`
    PRAGMA synchronous=NORMAL;
    PRAGMA foreign_keys=ON;
    PRAGMA trusted_schema=OFF;
    PRAGMA recursive_triggers=ON;
    PRAGMA cache_size=-16384;
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
