import { ok } from '../../shared/outcome.ts';
import type { AuditSchema, OpenDatabase } from './database-port.ts';

const schema: AuditSchema = {
  what: 'the store of the collector',
  applicationId: 0x41_4c_43_31, // "ALC1"
  probe: `SELECT chain, host, person, public_key FROM chains LIMIT 0;
    SELECT id, chain, sequence, previous, hash, body, received FROM entries LIMIT 0;
    SELECT chain, sequence, hash, body FROM checkpoints LIMIT 0;
    SELECT chain, sequence, kind, message, at FROM problems LIMIT 0;`,
  migrations: [
    `CREATE TABLE chains (
       chain TEXT PRIMARY KEY, host TEXT NOT NULL, person TEXT NOT NULL, public_key TEXT NOT NULL
     ) STRICT;
     CREATE TABLE entries (
       n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, chain TEXT NOT NULL, sequence INTEGER NOT NULL,
       previous TEXT NOT NULL, hash TEXT NOT NULL, body TEXT NOT NULL, received INTEGER NOT NULL,
       UNIQUE (chain, sequence)
     ) STRICT;
     CREATE TABLE checkpoints (
       n INTEGER PRIMARY KEY, chain TEXT NOT NULL, sequence INTEGER NOT NULL, hash TEXT NOT NULL,
       body TEXT NOT NULL, UNIQUE (chain, sequence, body)
     ) STRICT;
     CREATE TABLE problems (
       n INTEGER PRIMARY KEY, chain TEXT NOT NULL, sequence INTEGER NOT NULL, kind TEXT NOT NULL,
       message TEXT NOT NULL, at INTEGER NOT NULL, UNIQUE (chain, sequence, kind)
     ) STRICT;`,
  ],
};

/** An entry as the collector keeps it. */
export interface CollectedEntry {
  readonly id: string;
  readonly chain: string;
  readonly sequence: number;
  readonly previous: string;
  readonly hash: string;
  readonly body: string;
}

/** A chain the collector has heard of. `publicKey` is empty until a checkpoint came. */
export interface CollectedChain {
  readonly chain: string;
  readonly host: string;
  readonly person: string;
  readonly publicKey: string;
}

/** What was found wrong with a chain, once for each place and kind. */
export interface CollectedProblem {
  readonly sequence: number;
  readonly kind: string;
  readonly message: string;
}

/** The collector's own database. */
export function openCollectorStore(path: string, open: OpenDatabase) {
  const opened = open(path, schema);
  if (!opened.ok) return opened;
  const { db, problemOf, close } = opened.value;
  const addChain = db.prepare("INSERT OR IGNORE INTO chains VALUES (?, ?, ?, '')");
  const setKey = db.prepare('UPDATE chains SET public_key = ? WHERE chain = ?');
  const chains = db.prepare('SELECT chain, host, person, public_key publicKey FROM chains');
  const chain = db.prepare(
    'SELECT chain, host, person, public_key publicKey FROM chains WHERE chain = ?',
  );
  const byId = db.prepare('SELECT * FROM entries WHERE id = ?');
  const byPlace = db.prepare('SELECT * FROM entries WHERE chain = ? AND sequence = ?');
  const addEntry = db.prepare(
    `INSERT INTO entries (id, chain, sequence, previous, hash, body, received)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  const addCheckpoint = db.prepare(
    'INSERT OR IGNORE INTO checkpoints (chain, sequence, hash, body) VALUES (?, ?, ?, ?)',
  );
  const signedHash = db.prepare(
    'SELECT hash FROM checkpoints WHERE chain = ? AND sequence = ? AND hash <> ? LIMIT 1',
  );
  const addProblem = db.prepare(
    `INSERT OR IGNORE INTO problems (chain, sequence, kind, message, at) VALUES (?, ?, ?, ?, ?)`,
  );
  const problems = db.prepare(
    'SELECT sequence, kind, message FROM problems WHERE chain = ? ORDER BY n LIMIT 100',
  );
  const extent = db.prepare(
    'SELECT count(*) entries, coalesce(max(sequence), 0) last FROM entries WHERE chain = ?',
  );
  const signed = db.prepare(
    'SELECT count(*) checkpoints, coalesce(max(sequence), 0) through FROM checkpoints WHERE chain = ?',
  );
  const gaps = db.prepare(
    `SELECT before + 1 first, sequence - 1 last FROM (
       SELECT sequence, lag(sequence, 1, 0) OVER (ORDER BY sequence) before
       FROM entries WHERE chain = ?
     ) WHERE sequence <> before + 1 ORDER BY sequence LIMIT 10`,
  );

  return ok({
    problemOf,
    close,
    /** Runs the work of one request in one transaction. */
    together<T>(work: () => T): T {
      db.exec('BEGIN IMMEDIATE');
      try {
        const value = work();
        db.exec('COMMIT');
        return value;
      } catch (error) {
        if (db.isTransaction) db.exec('ROLLBACK');
        throw error;
      }
    },
    addChain: (id: string, host: string, person: string): void => {
      addChain.run(id, host, person);
    },
    setKey: (id: string, key: string): void => {
      setKey.run(key, id);
    },
    chains: (): CollectedChain[] => chains.all(),
    chain: (id: string): CollectedChain | undefined => chain.get(id),
    byId: (id: string): CollectedEntry | undefined => byId.get(id),
    byPlace: (id: string, sequence: number): CollectedEntry | undefined =>
      byPlace.get(id, sequence),
    addEntry(entry: CollectedEntry, received: number): void {
      const { id, chain: of, sequence, previous, hash, body } = entry;
      addEntry.run(id, of, sequence, previous, hash, body, received);
    },
    addCheckpoint: (id: string, sequence: number, hash: string, body: string): void => {
      addCheckpoint.run(id, sequence, hash, body);
    },
    /** True where a checkpoint says another hash of this place. */
    signedOtherwise: (id: string, sequence: number, hash: string): boolean =>
      signedHash.get(id, sequence, hash) !== undefined,
    addProblem: (id: string, sequence: number, kind: string, message: string, at: number): void => {
      addProblem.run(id, sequence, kind, message, at);
    },
    problems: (id: string): CollectedProblem[] => problems.all(id),
    extent: (id: string): { readonly entries: number; readonly last: number } => extent.get(id),
    signed: (id: string): { readonly checkpoints: number; readonly through: number } =>
      signed.get(id),
    gaps: (id: string): { readonly first: number; readonly last: number }[] => gaps.all(id),
  });
}

export type CollectorStore = Extract<ReturnType<typeof openCollectorStore>, { ok: true }>['value'];
