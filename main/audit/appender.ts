import type { DatabaseSyncInstance, StatementSyncInstance } from '@photostructure/sqlite';
import type { Entry } from '../../shared/audit.ts';
import { entryHash, genesisHash, newChain } from './chain.ts';
import { type Draft, type Place, sealedText } from './draft.ts';

/** Where a chain ends: the sequence and the hash of its last entry; 0 and the genesis hash when it has none. */
export interface Head {
  readonly chain: string;
  readonly sequence: number;
  readonly hash: string;
}

/** A draft in its place in the chain, with the text that is stored and its hash. */
export interface Sealed extends Place, Head {
  readonly draft: Draft;
  readonly text: string;
}

/** What the appender needs. `writer` is the row of this process in `writers`. */
export interface AppenderPorts {
  readonly db: DatabaseSyncInstance;
  readonly writer: () => number;
  /** The entry that a new, empty trail begins with. */
  readonly first: () => Draft;
}

/** Entries that one statement takes; more go as several in a transaction. */
const mostRows = 16;

/**
 * Writes entries at the end of the chain, each committed before it returns. Several processes may do so: the primary
 * key is the sequence, so of two who build on the same head one is refused, looks again under the write lock, and
 * goes on from there. That keeps the common case at one statement, also for several entries: a transaction with a
 * look at `data_version` would cost half as much again.
 */
export function makeAppender({ db, writer, first }: AppenderPorts) {
  const inserts: (StatementSyncInstance | undefined)[] = [];
  const begin = db.prepare('BEGIN IMMEDIATE');
  const commit = db.prepare('COMMIT');
  const last = db.prepare(
    'SELECT sequence, hash, body FROM entries ORDER BY sequence DESC LIMIT 1',
  );
  let head: Head | undefined;

  function readHead(): Head | undefined {
    const row = last.get();
    if (row === undefined) return undefined;
    return { chain: chainOf(row.body), sequence: row.sequence, hash: row.hash };
  }

  /** Writes rows at once: in one statement, which is a transaction by itself, or in a transaction of several. */
  function insertAll(sealed: readonly Sealed[]): void {
    if (sealed.length <= mostRows) {
      insert(sealed);
      return;
    }
    begin.run();
    try {
      for (let at = 0; at < sealed.length; at += mostRows) insert(sealed.slice(at, at + mostRows));
      commit.run();
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK');
      throw error;
    }
  }

  function insert(sealed: readonly Sealed[]): void {
    inserts[sealed.length] ??= db.prepare(
      `INSERT INTO entries VALUES ${sealed.map(() => '(?, ?, ?, ?)').join(', ')}`,
    );
    const by = writer();
    const values: (string | number)[] = [];
    for (const { sequence, text, hash } of sealed) values.push(sequence, by, text, hash);
    inserts[sealed.length]?.run(...values);
  }

  /** Runs `work` under the write lock, on the head as it then stands. */
  function locked<T>(work: (put: (draft: Draft) => Sealed) => T): T {
    // Asked for here, because a first answer writes its own row.
    writer();
    begin.run();
    try {
      let at = readHead() ?? { chain: newChain(), sequence: 0, hash: '' };
      if (at.sequence === 0) at = { ...at, hash: genesisHash(at.chain) };
      const put = (draft: Draft): Sealed => {
        const sealed = seal(draft, at);
        insert([sealed]);
        at = sealed;
        return sealed;
      };
      if (at.sequence === 0) put(first());
      const value = work(put);
      commit.run();
      head = at;
      return value;
    } catch (error) {
      head = undefined;
      if (db.isTransaction) db.exec('ROLLBACK');
      throw error;
    }
  }

  return {
    /** Writes the entries in one transaction, all or none, and returns them as stored. */
    append(drafts: readonly Draft[]): Sealed[] {
      if (drafts.length === 0) return [];
      if (head !== undefined) {
        let at = head;
        const sealed = drafts.map((draft) => {
          const next = seal(draft, at);
          at = next;
          return next;
        });
        try {
          insertAll(sealed);
          head = at;
          return sealed;
        } catch (error) {
          // What became of it is unknown after an error of the disk: the next append looks again.
          head = undefined;
          if (!isTaken(error)) throw error;
        }
      }
      return locked((put) => drafts.map(put));
    },
    locked,
    /** The head as the database has it now; undefined while the trail is empty. */
    head: readHead,
  };
}

export type Appender = ReturnType<typeof makeAppender>;

function seal(draft: Draft, after: Head): Sealed {
  const { chain, hash: previousHash } = after;
  const sequence = after.sequence + 1;
  const text = sealedText(draft, { chain, previousHash, sequence });
  return { draft, chain, previousHash, sequence, text, hash: entryHash(previousHash, text) };
}

/** A sealed draft as whoever handed it in knows it. */
export const entryOf = ({ draft, chain, previousHash, sequence, hash }: Sealed): Entry => ({
  ...draft.input,
  sequence,
  id: draft.id,
  time: draft.time,
  chain,
  previousHash,
  hash,
});

/** SQLITE_CONSTRAINT_PRIMARYKEY: another process has written this sequence meanwhile. */
const isTaken = (error: unknown): boolean =>
  error instanceof Error && 'errcode' in error && error.errcode === 1555;

/** The last entry does not say which chain it belongs to, so nothing can follow it. */
export class DamagedTrail extends Error {}

function chainOf(body: string): string {
  try {
    const { chain } = JSON.parse(body);
    if (typeof chain === 'string' && chain !== '') return chain;
  } catch (error) {
    throw new DamagedTrail('The last entry is not JSON.', { cause: error });
  }
  throw new DamagedTrail('The last entry names no chain.');
}
