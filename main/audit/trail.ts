import { statSync } from 'node:fs';
import type { Checkpoint, Entry, EntryInput } from '../../shared/audit.ts';
import type { Head, Pending } from './appender.ts';
import { AuditUnavailable } from './audit-unavailable.ts';
import { canonical } from './canonical.ts';
import { asJson } from './chain.ts';
import { makeConnection } from './connection.ts';
import { interruption } from './interrupted.ts';
import type { PageQuery } from './pages.ts';
import type { SessionPorts } from './session.ts';
import type { StoredEntry } from './stored-entry.ts';
import { makeTidying } from './tidying.ts';

/** What the trail needs from outside. The callbacks come after the fact and must not throw. */
export interface TrailPorts extends Omit<SessionPorts, 'now'> {
  /** Unix milliseconds. */
  readonly now?: () => number;
  /** After every write, with where the chain ends now. */
  readonly onAppend?: (head: Head) => void;
  /** When writing began to fail, or works again. */
  readonly onState?: () => void;
}

/** How the trail stands, as the dashboard shows it; `problem` is empty while it can be written. */
export interface TrailState {
  readonly chain: string;
  readonly sequence: number;
  readonly writable: boolean;
  readonly problem: string;
}

/**
 * How long an entry that nothing waits for may wait for company, in milliseconds: the next call's opening entry takes
 * it along, so that a call costs one transaction and not two. A crash in between leaves its call to be closed as
 * interrupted.
 */
const lingerMs = 5;

/**
 * Opens the audit trail. This never fails: a trail that cannot be opened refuses every append with the reason, and
 * tries again with each. Calls that a process left open when it died are closed as `interrupted` here. Several
 * processes may have one trail open, and one process may have several.
 */
export function openTrail(path: string, ports: TrailPorts) {
  const now = ports.now ?? Date.now;
  let head: Head | undefined;
  let draining = false;
  let closed = false;
  /** Nobody is told before there is a trail to ask. */
  let ready = false;
  /** Waiting to be written, in order and before anything else. */
  const pending: Pending[] = [];
  /** The calls that were opened here and not closed, oldest first. */
  const open = new Map<string, Entry>();

  const connection = makeConnection(path, {
    open: ports.open,
    locks: ports.locks,
    now,
    head: () => head,
    onState: () => {
      if (ready) ports.onState?.();
    },
  });
  const { using, writing } = connection;

  const tidying = makeTidying({
    async sync() {
      if (connection.current()?.moved()) replaced();
      await connection.current()?.durability.syncLater();
    },
    index() {
      const session = connection.current();
      if (session === undefined) return false;
      const [oldest] = open.values();
      session.writers.openFrom(oldest?.sequence ?? (head?.sequence ?? 0) + 1);
      return session.pages.index.catchUp();
    },
    fold: () => connection.current()?.durability.fold(),
    failed: (error) => {
      connection.failed(error);
    },
  });

  function write(items: readonly Pending[]): Entry[] {
    return writing(({ appender }) => {
      const entries = appender.append(pending.length === 0 ? items : [...pending, ...items]);
      pending.length = 0;
      const last = entries.at(-1);
      if (last === undefined) return [];
      head = last;
      for (const entry of entries) track(entry);
      tidying.written(entries.length);
      ports.onAppend?.(head);
      return items.length === entries.length ? entries : entries.slice(-items.length);
    });
  }

  function track(entry: Entry): void {
    if (entry.callId === undefined) return;
    if (entry.kind === 'call.opened') open.set(entry.callId, entry);
    else if (entry.kind === 'call.closed') open.delete(entry.callId);
  }

  /** Writes what waits; what cannot be written goes on waiting for the next try. */
  function drain(): void {
    draining = false;
    if (pending.length === 0 || closed) return;
    try {
      write([]);
    } catch (error) {
      if (!(error instanceof AuditUnavailable)) throw error;
    }
  }

  const reading: typeof connection.reading = (work, otherwise) => {
    drain();
    return connection.reading(work, otherwise);
  };

  /** The file was taken away under us: whatever is there now goes on, with a word on what was there before. */
  function replaced(): void {
    const known = head
      ? ` Its last entry was ${head.sequence} of chain ${head.chain} with hash ${head.hash}.`
      : '';
    const detail = `The file of the audit trail was removed or replaced while Airlock ran.${known}`;
    connection.giveUp();
    write([{ input: { kind: 'problem', detail }, time: now() }]);
  }

  const closeInterrupted = (): number => using((session) => session.closeInterrupted());

  function close(): void {
    if (closed) return;
    tidying.stop();
    process.off('exit', close);
    drain();
    const detail = 'Airlock was stopped while this call was under way; its outcome is unknown.';
    for (const entry of open.values()) {
      pending.push({ input: interruption(entry, detail), time: now() });
    }
    drain();
    closed = true;
    // With calls that could not be closed the next start must find them.
    connection.end(pending.length === 0 ? 'leave' : 'abandon');
  }
  process.on('exit', close);
  try {
    closeInterrupted();
  } catch (error) {
    // It is kept as the state of the trail, and the first append tries again.
    if (!(error instanceof AuditUnavailable)) throw error;
  }
  ready = true;

  return {
    /**
     * Writes one entry, safe from the death of the process before it returns; with `sync` safe from the loss of
     * power as well (milliseconds). Throws AuditUnavailable when it cannot be written.
     */
    append(input: EntryInput, { sync = false } = {}): Entry {
      const [entry] = write([{ input, time: now() }]);
      if (entry === undefined) throw new Error('An append gives one entry.');
      if (sync) using((session) => session.durability.sync());
      return entry;
    },
    /** Writes several entries in one transaction, all or none. Throws AuditUnavailable. */
    appendMany: (inputs: readonly EntryInput[]): Entry[] =>
      inputs.length === 0 ? [] : write(inputs.map((input) => ({ input, time: now() }))),
    /**
     * Writes an entry within a few milliseconds, before any other entry and any read; while the trail
     * cannot be written it waits, and a clean exit writes it.
     */
    appendSoon(input: EntryInput): void {
      // An entry that has no form in JSON is our mistake, and must not stand in the way of those after it.
      canonical(asJson(input));
      pending.push({ input, time: now() });
      if (draining) return;
      draining = true;
      setTimeout(drain, lingerMs);
    },
    /** Everything written so far is on the disk when this resolves; rejects with AuditUnavailable. */
    async flush(): Promise<void> {
      if (pending.length > 0) write([]);
      try {
        await using((session) => session.durability).syncLater();
      } catch (error) {
        if (error instanceof AuditUnavailable) throw error;
        throw new AuditUnavailable(connection.failed(error), { cause: error });
      }
    },
    /** Where the chain ends, whoever wrote it; undefined while it is empty or cannot be read. */
    last: (): Head | undefined => reading((session) => session.appender.head(), undefined),
    /** A page of entries, newest first. */
    page: (query: PageQuery): Entry[] => reading(({ pages }) => pages.page(query), []),
    /** The newest entries, newest first. */
    recent: (limit: number): Entry[] =>
      reading(({ pages }) => pages.page({ limit, search: '', outcome: 'all' }), []),
    /** The rows from a sequence on, in order. */
    rowsFrom: (sequence: number, limit: number): StoredEntry[] =>
      reading(({ pages }) => pages.rowsFrom(sequence, limit), []),
    /** Keeps a checkpoint beside the entries, committed before it returns. Throws AuditUnavailable. */
    addCheckpoint: (checkpoint: Checkpoint): void =>
      writing((session) => session.addCheckpoint(checkpoint)),
    /** The canonical texts of the checkpoints with a number above `n`, in order. */
    checkpointsAfter: (n: number, limit: number) =>
      reading((session) => session.checkpointsAfter(n, limit), []),
    /** The canonical text of the newest checkpoint. */
    lastCheckpoint: (): string | undefined =>
      reading((session) => session.lastCheckpoint(), undefined),
    /** Closes the calls of processes that died since; returns how many. Throws AuditUnavailable. */
    closeInterrupted,
    /** How many entries the trail holds, and its size on the disk in bytes. */
    size: () => ({
      entries: reading((session) => session.appender.head()?.sequence ?? 0, 0),
      bytes: [path, `${path}-wal`]
        .map((file) => statSync(file, { throwIfNoEntry: false })?.size ?? 0)
        .reduce((sum, size) => sum + size, 0),
    }),
    /** How the trail stands; asks the database, so that other processes' entries count. */
    state(): TrailState {
      const at = reading((session) => session.appender.head(), undefined) ?? head;
      const problem = connection.problem();
      return {
        chain: at?.chain ?? '',
        sequence: at?.sequence ?? 0,
        writable: problem === undefined,
        problem: problem?.message ?? '',
      };
    },
    /** Writes what waits, closes the calls that are still open as interrupted, and closes the file. */
    close,
  };
}

export type Trail = ReturnType<typeof openTrail>;
