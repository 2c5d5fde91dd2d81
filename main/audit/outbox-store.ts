import { ok } from '../../shared/outcome.ts';
import type { AuditSchema, OpenDatabase } from './database-port.ts';

const schema: AuditSchema = {
  what: 'the delivery record',
  applicationId: 0x41_4c_4f_31, // "ALO1"
  probe: `SELECT chain, sequence, hash, checkpoint FROM cursors LIMIT 0;
    SELECT n, chain, first, last, message, at FROM set_aside LIMIT 0;
    SELECT owner, until FROM lease LIMIT 0; SELECT url FROM endpoint LIMIT 0;`,
  migrations: [
    `CREATE TABLE cursors (
       chain TEXT PRIMARY KEY, sequence INTEGER NOT NULL, hash TEXT NOT NULL, checkpoint INTEGER NOT NULL
     ) STRICT, WITHOUT ROWID;
     CREATE TABLE set_aside (
       n INTEGER PRIMARY KEY, chain TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
       message TEXT NOT NULL, at INTEGER NOT NULL
     ) STRICT;
     CREATE TABLE lease (
       one INTEGER PRIMARY KEY CHECK (one = 1), owner TEXT NOT NULL, until INTEGER NOT NULL
     ) STRICT;
     INSERT INTO lease VALUES (1, '', 0);
     CREATE TABLE endpoint (one INTEGER PRIMARY KEY CHECK (one = 1), url TEXT NOT NULL) STRICT;
     INSERT INTO endpoint VALUES (1, '');`,
  ],
};

/** Up to where a chain was acknowledged: its entries, and the checkpoints by their number. */
export interface Cursor {
  readonly chain: string;
  readonly sequence: number;
  readonly hash: string;
  readonly checkpoint: number;
}

/** Entries that the endpoint refused. They stay in the trail; this remembers which. */
export interface SetAside {
  readonly n: number;
  readonly chain: string;
  readonly first: number;
  readonly last: number;
  readonly message: string;
}

/** How long one process may deliver without renewing its right to: more than a request may take. */
const leaseMs = 90_000;

/**
 * The delivery record in a file of its own: what was acknowledged, what was refused, and who delivers. It may be lost
 * without loss: delivery then starts over, and the centre knows what it has by id.
 */
export function openOutboxStore(path: string, open: OpenDatabase) {
  const opened = open(path, schema);
  if (!opened.ok) return opened;
  const { db, problemOf, close } = opened.value;
  const select = db.prepare(
    'SELECT chain, sequence, hash, checkpoint FROM cursors WHERE chain = ?',
  );
  const upsert = db.prepare('INSERT OR REPLACE INTO cursors VALUES (?, ?, ?, ?)');
  const keep = db.prepare(
    'INSERT INTO set_aside (chain, first, last, message, at) VALUES (?, ?, ?, ?, ?)',
  );
  const kept = db.prepare('SELECT n, chain, first, last, message FROM set_aside ORDER BY n');
  const summary = db.prepare(
    `SELECT count(*) count, (SELECT message FROM set_aside ORDER BY n DESC LIMIT 1) message
     FROM set_aside`,
  );
  const drop = db.prepare('DELETE FROM set_aside WHERE n = ?');
  const take = db.prepare('UPDATE lease SET owner = ?, until = ? WHERE owner = ? OR until <= ?');
  const give = db.prepare("UPDATE lease SET owner = '', until = 0 WHERE owner = ?");
  const url = db.prepare('SELECT url FROM endpoint');
  const setUrl = db.prepare('UPDATE endpoint SET url = ?');

  const store = {
    problemOf,
    close,
    cursor: (chain: string): Cursor =>
      select.get(chain) ?? { chain, sequence: 0, hash: '', checkpoint: 0 },
    advance: ({ chain, sequence, hash, checkpoint }: Cursor): void => {
      upsert.run(chain, sequence, hash, checkpoint);
    },
    /** Notes refused entries and goes on behind them, in one transaction. */
    setAside(cursor: Cursor, first: number, message: string, at: number): void {
      db.exec('BEGIN IMMEDIATE');
      try {
        keep.run(cursor.chain, first, cursor.sequence, message, at);
        store.advance(cursor);
        db.exec('COMMIT');
      } catch (error) {
        if (db.isTransaction) db.exec('ROLLBACK');
        throw error;
      }
    },
    allSetAside: (): SetAside[] => kept.all(),
    /** How many batches are set aside, and what the endpoint said to the last. */
    summary: (): { readonly count: number; readonly message: string | null } => summary.get(),
    drop: (n: number): void => {
      drop.run(n);
    },
    /** Takes or renews the right to deliver; false while another process has it. */
    lease: (owner: string, now: number): boolean =>
      take.run(owner, now + leaseMs, owner, now).changes > 0,
    release: (owner: string): void => {
      give.run(owner);
    },
    /** Notes the endpoint that is delivered to; true where it is another than before. */
    moveTo(endpoint: string): boolean {
      const before: string = url.get().url;
      if (before === endpoint) return false;
      setUrl.run(endpoint);
      return before !== '';
    },
  };
  return ok(store);
}

export type OutboxStore = Extract<ReturnType<typeof openOutboxStore>, { ok: true }>['value'];
