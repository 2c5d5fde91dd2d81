import type { Readable, Writable } from 'node:stream';
import type { Agent, ConnectionRef } from '../../shared/call.ts';
import type { ServerIdentity, ToolView } from '../../shared/server.ts';
import type { Stages } from '../../shared/stages.ts';
import type { InFlightCall } from './flights.ts';
import type { Side } from './governed-call.ts';
import type { Reported } from './handshake.ts';
import type { After } from './human-wait.ts';
import type { ListedTool, ListPage, Withheld } from './list-answer.ts';
import type { Unreadable } from './message.ts';

/** The two directions of one peer: what it says comes from `in`, what it hears goes to `out`. */
export interface Streams {
  readonly in: Readable;
  readonly out: Writable;
}

/** Something a peer sent that was not passed on, though it never became a call. */
export interface Stopped {
  readonly from: Side;
  readonly problem: Unreadable;
  readonly message: string;
  /** A short look at it, with secrets masked. */
  readonly sample: string;
  /** How many there were from this side in this session, this one included. */
  readonly count: number;
}

/** What a session tells of itself. None may throw. */
interface SessionFacts {
  /** The client or the server introduced itself; once each. */
  readonly introduced: (who: Side, reported: Reported) => void;
  readonly stopped: (what: Stopped) => void;
  readonly listFiltered: (withheld: readonly Withheld[]) => void;
  /** A governed call was made. */
  readonly called: (side: Side) => void;
}

/** Times and sizes; each has a default. */
export interface SessionLimits {
  /** Bytes of one line, newline included. */
  readonly lineBytes: number;
  /** How long answers may still come after the client has closed its side, in milliseconds. */
  readonly flushMs: number;
  /** How long a cancelled request waits for the answer that servers may still send. */
  readonly cancelledMs: number;
  /** Between two notes to a client that a person is still thinking. */
  readonly progressMs: number;
  /** Bytes that may wait for a client that does not read before no more of its requests are read. */
  readonly unreadBytes: number;
}

/** What a live session is made of and needs from outside. */
export interface SessionPorts {
  readonly connection: ConnectionRef;
  readonly agent: Agent;
  readonly server: ServerIdentity;
  readonly client: Streams;
  readonly upstream: Streams;
  readonly stages: Omit<Stages, 'upstream'>;
  readonly lookupTool: (name: string) => ToolView | undefined;
  /** Shows a listed page of tools; returns those the client must not see. */
  readonly onToolList: (tools: readonly ListedTool[], page: ListPage) => readonly Withheld[];
  readonly facts: SessionFacts;
  readonly limits?: Partial<SessionLimits>;
  /**
   * A call of a 2026-07-28 client that shows forms is answered, where nobody approved it in time, by a form that brings
   * it back, in place of a refusal. True unless told.
   */
  readonly comeBack?: () => boolean;
  readonly after?: After;
  readonly newId?: () => string;
  readonly now?: () => number;
}

/** Why a session is over. */
export interface SessionEnd {
  readonly reason: 'client-closed' | 'server-gone' | 'stopped' | 'failed';
  readonly sentence: string;
}

/** A live session between a client's and a server's byte streams. */
export interface Session {
  /**
   * From now on nothing is forwarded in either direction; whoever asks gets this sentence, and so do the calls that
   * wait or are in flight. For the kill switch and a pause (`killed`), or in place of a server that could not be
   * started, whose sentence is then the answer to everything.
   */
  refuse(sentence: string, reason?: 'killed' | 'not-started'): void;
  /** Lifts a refusal. Calls refused meanwhile stay refused. */
  resume(): void;
  /** The server's process is gone: once its last output is read, every waiting request is answered with this. */
  serverGone(sentence: string): void;
  /** Ends the session now, without a word to anybody. */
  stop(): void;
  inFlight(): readonly InFlightCall[];
  /** Resolves once everything is closed; never rejects. */
  readonly closed: Promise<SessionEnd>;
}
