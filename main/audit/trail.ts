import type { Checkpoint, Entry, EntryInput } from '../../shared/audit.ts';
import { entryOf, type Head, type Sealed } from './appender.ts';
import { AuditUnavailable } from './audit-unavailable.ts';
import { makeConnection } from './connection.ts';
import { type Draft, draftOf } from './draft.ts';
import { interruption } from './interrupted.ts';
import type { SessionPorts } from './session.ts';
import { makeTidying } from './tidying.ts';
import { makeTrailReads } from './trail-reads.ts';
import { makeWaitingDrafts } from './waiting-drafts.ts';

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
 * How long drafts may wait for company before they take their place in the chain, in milliseconds: together they cost
 * a fraction. What was committed is in the journal meanwhile; of the rest a crash takes the closing of calls, which are
 * then closed as interrupted.
 */
const lingerMs = 20;

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
  const waiting = makeWaitingDrafts();
  /** The calls that were opened here and not closed, oldest first. */
  const open = new Map<string, Sealed>();

  const connection = makeConnection(path, {
    open: ports.open,
    locks: ports.locks,
    now,
    head: () => head,
    onGivenUp: waiting.journalGone,
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

  function write(drafts: readonly Draft[]): Sealed[] {
    return writing(({ appender, journalSettled }) => {
      const before = waiting.all();
      const sealed = appender.append(before.length === 0 ? drafts : [...before, ...drafts]);
      waiting.clear();
      const last = sealed.at(-1);
      if (last === undefined) return [];
      head = last;
      journalSettled(last.sequence);
      for (const one of sealed) track(one);
      wrote(sealed);
      tidying.written(sealed.length);
      ports.onAppend?.(last);
      return drafts.length === sealed.length ? sealed : sealed.slice(sealed.length - drafts.length);
    });
  }

  function track(sealed: Sealed): void {
    const { callId, kind } = sealed.draft.input;
    if (callId === undefined) return;
    if (kind === 'call.opened') open.set(callId, sealed);
    else if (kind === 'call.closed') open.delete(callId);
  }

  /** Puts what waits into the journal: safe from the death of the process. False where the chain has to take it. */
  function journal(): boolean {
    if (connection.problem() !== undefined || head === undefined) return false;
    const through = head.sequence;
    return writing((session) => waiting.journal(session.journal(through).write));
  }

  function drainSoon(): void {
    if (draining) return;
    draining = true;
    setTimeout(drain, lingerMs);
  }

  /** Writes what waits; what cannot be written goes on waiting for the next try. */
  function drain(): void {
    draining = false;
    if (waiting.all().length === 0 || closed) return;
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

  const { reads, wrote } = makeTrailReads(path, reading);

  /** The file was taken away under us: whatever is there now goes on, with a word on what was there before. */
  function replaced(): void {
    const known = head
      ? ` Its last entry was ${head.sequence} of chain ${head.chain} with hash ${head.hash}.`
      : '';
    const detail = `The file of the audit trail was removed or replaced while Airlock ran.${known}`;
    connection.giveUp();
    write([draftOf({ kind: 'problem', detail }, now())]);
  }

  const closeInterrupted = (): number => using((session) => session.closeInterrupted());

  function close(): void {
    if (closed) return;
    tidying.stop();
    process.off('exit', close);
    drain();
    const detail = 'Airlock was stopped while this call was under way; its outcome is unknown.';
    for (const { draft } of open.values()) {
      waiting.add(draftOf(interruption(draft.input, detail), now()));
    }
    drain();
    closed = true;
    // With calls that could not be closed the next start must find them.
    connection.end(waiting.all().length === 0 ? 'leave' : 'abandon');
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
    ...reads,
    /**
     * Writes one entry, safe from the death of the process before it returns; with `sync` safe from the loss of
     * power as well (milliseconds). Throws AuditUnavailable when it cannot be written.
     */
    append(input: EntryInput, { sync = false } = {}): Entry {
      const [sealed] = write([draftOf(input, now())]);
      if (sealed === undefined) throw new Error('An append gives one entry.');
      if (sync) using((session) => session.durability.sync());
      return entryOf(sealed);
    },
    /** Writes several entries in one transaction, all or none. Throws AuditUnavailable. */
    appendMany: (inputs: readonly EntryInput[]): Entry[] =>
      inputs.length === 0 ? [] : write(inputs.map((input) => draftOf(input, now()))).map(entryOf),
    /** Takes an entry that is written by the next `commit`, or sooner with another one. Nobody may act on it before. */
    stage(input: EntryInput): { readonly dropped: boolean } {
      const draft = draftOf(input, now());
      waiting.stage(draft);
      return draft;
    },
    /**
     * Writes what is staged, all or none, safe from the death of the process; it takes its place in the chain within
     * milliseconds, or before any other entry and any read. Throws AuditUnavailable when it cannot be written: all of
     * it is then dropped, and so is what came later of the same calls.
     */
    commit(): void {
      if (!waiting.staged()) return;
      try {
        if (journal()) drainSoon();
        else write([]);
      } catch (error) {
        waiting.unstage();
        throw error;
      }
    },
    /**
     * Writes an entry within a few milliseconds, before any other entry and any read; while the trail
     * cannot be written it waits, and a clean exit writes it.
     */
    appendSoon(input: EntryInput): void {
      // An entry that has no form in JSON is our mistake; it throws here and does not stand in the way of others.
      waiting.add(draftOf(input, now()));
      drainSoon();
    },
    /** Everything written so far is on the disk when this resolves; rejects with AuditUnavailable. */
    async flush(): Promise<void> {
      if (waiting.all().length > 0) write([]);
      try {
        await using((session) => session.durability).syncLater();
      } catch (error) {
        if (error instanceof AuditUnavailable) throw error;
        throw new AuditUnavailable(connection.failed(error), { cause: error });
      }
    },
    /** Keeps a checkpoint beside the entries, committed before it returns. Throws AuditUnavailable. */
    addCheckpoint: (checkpoint: Checkpoint): void =>
      writing((session) => session.addCheckpoint(checkpoint)),
    /** Closes the calls of processes that died since; returns how many. Throws AuditUnavailable. */
    closeInterrupted,
    /** How the trail stands, with what other processes wrote. */
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
