import type { ApprovalOutcome } from '../../shared/approval.ts';
import type { Call } from '../../shared/call.ts';
import type { Result } from '../../shared/outcome.ts';
import type { Answer } from '../../shared/stages.ts';
import type { ComingBack } from './come-back.ts';
import type { Side } from './governed-call.ts';
import type { Request, WholeResponse } from './message.ts';
import type { Outlet, Withdrawable } from './outlet.ts';
import type { PendingTable } from './pending.ts';
import type { Refusal, RefusedRequest } from './refusal.ts';
import type { EarlierRound } from './rounds.ts';
import type { Interruption } from './tool-call.ts';

/** Where a message stands in its stream: alone on a line, or one element of a batch. */
export interface Place {
  /** The message's own bytes, without the line's end. */
  readonly bytes: Uint8Array;
  /** True where it has its line to itself, so that what is forwarded of it can be held and withdrawn. */
  readonly alone: boolean;
  /** Sends it on as it came; not where `of` is withdrawn before it left. */
  forward(of?: Withdrawable): void;
  /** Sends other bytes on in its stead. */
  replace(bytes: Uint8Array | string): void;
  /** Says something of our own to whoever sent it. */
  reply(line: string): void;
}

/** A governed request between its parsing and its end. */
export interface Flight {
  readonly call: Call;
  readonly request: Request;
  readonly place: Place;
  /** Settles once the ending was delivered and the record closed. */
  done: Promise<void>;
  /** Gives the call its answer; undefined until it was forwarded. */
  settle: ((result: Result<Answer>) => void) | undefined;
  /** The answer, where it wants input of the client first. */
  wanted: WholeResponse | undefined;
  /** The place of the answer, so that it is delivered in the order the server spoke. */
  answer: Place | undefined;
  interruption: Interruption | undefined;
  /** Its entry could not be written after all: what was to be forwarded of it stays here. */
  withdrawn: boolean;
  /** Aborts the wait for a person, where there is one. */
  wait: AbortController | undefined;
  /** The hash of the arguments in the call's first round. */
  readonly first: string;
  /** The round before, where this is a further one that was expected. */
  readonly earlier: EarlierRound | undefined;
  /** Why it is refused whatever policy says. */
  readonly turnedDown: Refusal | undefined;
  /** The yes it goes with, where it needs one. */
  approval: ApprovalOutcome | undefined;
}

/** A request that waits for the other side's answer. */
export interface Pending extends RefusedRequest {
  readonly place: Place;
  /** For a list: the request asked for it from the start rather than for a further page. */
  readonly fromStart: boolean;
  /** It comes back to a form of ours; what is forwarded of it is the call as it was first made. */
  readonly back: ComingBack | undefined;
  flight: Flight | undefined;
  cancelled: boolean;
  /** Its asker was told that no answer will come: one that comes all the same is dropped. */
  abandoned: boolean;
}

/** One direction of a session. */
export interface Lane {
  readonly speaker: Side;
  /** To the other side. */
  readonly out: Outlet;
  /** Back to the speaker. */
  readonly back: Outlet;
  /** What the speaker has asked. */
  readonly asked: PendingTable<Pending>;
  /** What the other side has asked, and the speaker answers. */
  readonly answers: PendingTable<Pending>;
}
