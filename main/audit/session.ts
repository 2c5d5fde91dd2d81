import { statSync } from 'node:fs';
import type { Checkpoint, EntryInput } from '../../shared/audit.ts';
import type { Result } from '../../shared/outcome.ts';
import { type Head, makeAppender } from './appender.ts';
import { canonical } from './canonical.ts';
import type { OpenDatabase, ProcessLocks } from './database-port.ts';
import { draftOf } from './draft.ts';
import { type DraftJournal, openDraftJournal } from './draft-journal.ts';
import { makeDurability } from './durability.ts';
import { closeInterrupted } from './interrupted.ts';
import { makePages } from './pages.ts';
import { trailSchema } from './schema.ts';
import { makeWriters } from './writers.ts';

/** What an open trail needs from outside. */
export interface SessionPorts {
  readonly open: OpenDatabase;
  readonly locks: ProcessLocks;
  readonly now: () => number;
}

/** How a trail begins: after a damaged one, or after one that was taken away under us. */
export interface Predecessor {
  readonly suspect: boolean;
  /** The last head this process knows of the trail that was here. */
  readonly head?: Head | undefined;
}

/** The parts over one open file of the trail; a damaged or replaced file gets a new session. */
export function openSession(path: string, ports: SessionPorts, before: Predecessor) {
  const opened = ports.open(path, { ...trailSchema, suspect: before.suspect });
  if (!opened.ok) return opened;
  const { db, setAside, problemOf, close } = opened.value;
  const writers = makeWriters({ db, path, locks: ports.locks, now: ports.now });
  const durability = makeDurability(path, db);
  const appender = makeAppender({
    db,
    writer: writers.id,
    first: () => draftOf(beginning(setAside, before.head), ports.now()),
  });
  const addCheckpoint = db.prepare('INSERT INTO checkpoints (sequence, body) VALUES (?, ?)');
  const checkpointsAfter = db.prepare(
    'SELECT n, body FROM checkpoints WHERE n > ? ORDER BY n LIMIT ?',
  );
  const lastCheckpoint = db.prepare('SELECT body FROM checkpoints ORDER BY n DESC LIMIT 1');
  const inode = statSync(path).ino;
  let journal: DraftJournal | undefined;

  const session = {
    setAside,
    problemOf,
    appender,
    durability,
    writers,
    pages: makePages(db, problemOf),
    /** The journal of this process's drafts; made on first use. */
    journal(through: number): DraftJournal {
      journal ??= openDraftJournal(writers.journalFile(writers.id()), through);
      return journal;
    },
    /** Everything this process wrote to its journal is in the chain up to `through`. */
    journalSettled: (through: number): void => journal?.settled(through),
    closeInterrupted: () => closeInterrupted(db, appender, writers, ports.now),
    addCheckpoint(checkpoint: Checkpoint): void {
      addCheckpoint.run(checkpoint.sequence, canonical(checkpoint));
    },
    checkpointsAfter: (n: number, limit: number): { readonly n: number; readonly body: string }[] =>
      checkpointsAfter.all(n, limit),
    lastCheckpoint: (): string | undefined => lastCheckpoint.get()?.body,
    /** True when the path no longer leads to the file that is open here: what is written would be lost with us. */
    moved(): boolean {
      return statSync(path, { throwIfNoEntry: false })?.ino !== inode;
    },
    /**
     * Ends the session: with its calls closed (`leave`), as a crash would (`abandon`), or so that this process goes on
     * elsewhere with what waits (`give-up`).
     */
    close(how: 'leave' | 'abandon' | 'give-up'): void {
      try {
        if (how === 'abandon') journal?.close();
        else journal?.remove();
        writers[how === 'leave' ? 'leave' : 'abandon']();
      } finally {
        durability.close();
        close();
      }
    },
  };
  return { ok: true, value: session } satisfies Result<typeof session>;
}

export type Session = Extract<ReturnType<typeof openSession>, { ok: true }>['value'];

function beginning(setAside: string | undefined, head: Head | undefined): EntryInput {
  const known = head
    ? ` The last entry known of it is ${head.sequence} of chain ${head.chain} with hash ${head.hash}.`
    : '';
  const detail =
    setAside === undefined
      ? 'A new audit trail begins.'
      : `A new audit trail begins: the file before it was damaged and is kept as ${setAside}.${known}`;
  return { kind: 'trail.started', detail };
}
