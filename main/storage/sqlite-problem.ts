import type { Problem } from '../../shared/outcome.ts';

/** What can stand between us and a database file. */
export type DatabaseTrouble =
  | 'disk-full'
  | 'not-writable'
  | 'disk-error'
  | 'database-damaged'
  | 'database-busy'
  | 'database-in-use'
  | 'database-newer';

/** A problem with a database, told apart by its code. */
export interface DatabaseProblem extends Problem {
  readonly code: DatabaseTrouble;
}

/** Primary SQLite result codes (https://sqlite.org/rescode.html) that come from the world, not from our SQL. */
const byResultCode: Readonly<Record<number, DatabaseTrouble>> = {
  3: 'not-writable', // PERM
  5: 'database-busy', // BUSY
  6: 'database-busy', // LOCKED
  8: 'not-writable', // READONLY
  10: 'disk-error', // IOERR
  11: 'database-damaged', // CORRUPT
  13: 'disk-full', // FULL
  14: 'not-writable', // CANTOPEN
  15: 'database-busy', // PROTOCOL: a race for the lock of the write-ahead log
  22: 'disk-error', // NOLFS
  23: 'not-writable', // AUTH
  26: 'database-damaged', // NOTADB
};

/** The same by SQLite's own texts: this binding's `all()` and `iterate()` throw without a result code. */
const byText: Readonly<Record<string, DatabaseTrouble>> = {
  'access permission denied': 'not-writable',
  'database is locked': 'database-busy',
  'database table is locked': 'database-busy',
  'attempt to write a readonly database': 'not-writable',
  'disk I/O error': 'disk-error',
  'database disk image is malformed': 'database-damaged',
  'database or disk is full': 'disk-full',
  'unable to open database file': 'not-writable',
  'locking protocol': 'database-busy',
  'file is not a database': 'database-damaged',
};

const byErrno: Readonly<Record<string, DatabaseTrouble>> = {
  ENOSPC: 'disk-full',
  EDQUOT: 'disk-full',
  EFBIG: 'disk-full',
  EACCES: 'not-writable',
  EPERM: 'not-writable',
  EROFS: 'not-writable',
  ENOENT: 'not-writable',
  ENOTDIR: 'not-writable',
  EISDIR: 'not-writable',
  EIO: 'disk-error',
};

/** What the trouble means for `what` (say "the audit trail"), as a sentence that says what to do. */
export function databaseProblem(code: DatabaseTrouble, what: string): DatabaseProblem {
  return { code, message: sentence(code, what) };
}

function sentence(code: DatabaseTrouble, what: string): string {
  switch (code) {
    case 'disk-full':
      return `The disk is full, so ${what} cannot be written. Free some space.`;
    case 'not-writable':
      return `Airlock may not write to ${what}. Check the permissions of its data folder.`;
    case 'disk-error':
      return `The disk failed while ${what} was read or written. Check the disk.`;
    case 'database-damaged':
      return `The file of ${what} is damaged. Restart Airlock: it keeps the damaged file and starts a new one.`;
    case 'database-busy':
      return `Another program holds ${what}. Try again in a moment.`;
    case 'database-in-use':
      return `The file of ${what} is damaged but another program holds it open. Quit that program, then restart Airlock.`;
    case 'database-newer':
      return `A newer version of Airlock wrote ${what}. Install that version or a later one; nothing was changed.`;
    default:
      return code satisfies never;
  }
}

/**
 * Tells what an error thrown by SQLite or the file system means for `what`; undefined for everything that only a
 * mistake of ours causes (bad SQL, a broken constraint), which the caller throws on.
 */
export function problemOfError(error: unknown, what: string): DatabaseProblem | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = resultCode(error);
  const trouble =
    code === undefined
      ? (byErrno[errnoOf(error)] ?? byText[error.message])
      : byResultCode[code & 0xff];
  return trouble === undefined ? undefined : databaseProblem(trouble, what);
}

/** The extended SQLite result code of an error, where it has one. */
function resultCode(error: unknown): number | undefined {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'
    ? error.errcode
    : undefined;
}

const errnoOf = (error: Error): string =>
  'code' in error && typeof error.code === 'string' ? error.code : '';
