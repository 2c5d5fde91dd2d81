import { randomUUID } from 'node:crypto';
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import type { Entry, EntryInput } from '../../shared/audit.ts';
import { entryHash, entryText, genesisHash, newChain } from './chain.ts';

/** Where a chain ends: the sequence and the hash of its last entry; 0 and the genesis hash when it has none. */
export interface Head {
  readonly chain: string;
  readonly sequence: number;
  readonly hash: string;
}

/** An entry to write, with the time it belongs to. */
export interface Pending {
  readonly input: EntryInput;
  readonly time: number;
}

/** What the appender needs. `writer` is the row of this process in `writers`. */
export interface AppenderPorts {
  readonly db: DatabaseSyncInstance;
  readonly writer: () => number;
  /** The entry that a new, empty trail begins with. */
  readonly first: () => Pending;
}

/**
 * Writes entries at the end of the chain, each committed before it returns. Several processes may do so: the primary
 * key is the sequence, so of two who build on the same head one is refused, looks again under the write lock, and
 * goes on from there. That keeps the common case at one statement: a transaction with a look at `data_version`
 * would cost half as much again.
 */
export function makeAppender({ db, writer, first }: AppenderPorts) {
  const insert = db.prepare('INSERT INTO entries VALUES (?, ?, ?, ?)');
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

  function write({ input, time }: Pending, after: Head): Entry {
    const unsealed = {
      ...input,
      sequence: after.sequence + 1,
      id: randomUUID(),
      time,
      chain: after.chain,
      previousHash: after.hash,
    };
    const text = entryText(unsealed);
    const hash = entryHash(after.hash, text);
    insert.run(unsealed.sequence, writer(), text, hash);
    return { ...unsealed, hash };
  }

  /** Runs `work` under the write lock, on the head as it then stands. */
  function locked<T>(work: (put: (item: Pending) => Entry) => T): T {
    // Asked for here, because a first answer writes its own row.
    writer();
    begin.run();
    try {
      let at = readHead() ?? { chain: newChain(), sequence: 0, hash: '' };
      if (at.sequence === 0) at = { ...at, hash: genesisHash(at.chain) };
      const put = (item: Pending): Entry => {
        const entry = write(item, at);
        at = headOf(entry);
        return entry;
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
    append(items: readonly Pending[]): Entry[] {
      const [only, ...more] = items;
      if (only === undefined) return [];
      if (head !== undefined && more.length === 0) {
        try {
          const entry = write(only, head);
          head = headOf(entry);
          return [entry];
        } catch (error) {
          // What became of it is unknown after an error of the disk: the next append looks again.
          head = undefined;
          if (!isTaken(error)) throw error;
        }
      }
      return locked((put) => items.map(put));
    },
    locked,
    /** The head as the database has it now; undefined while the trail is empty. */
    head: readHead,
  };
}

export type Appender = ReturnType<typeof makeAppender>;

const headOf = ({ chain, sequence, hash }: Entry): Head => ({ chain, sequence, hash });

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
