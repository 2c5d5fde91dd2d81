import type { ApprovalOutcome } from './approval.ts';
import type { CallOutcome, EntryInput } from './audit.ts';
import type { Call } from './call.ts';
import type { Finding } from './finding.ts';
import type { Result } from './outcome.ts';
import type { Decision } from './policy.ts';

/** How a call ended, for the closing entry. */
export interface CallEnd {
  readonly outcome: CallOutcome;
  readonly decision?: Decision;
  readonly approval?: ApprovalOutcome;
  readonly findings: readonly Finding[];
  readonly resultHash?: string;
  readonly bytesOut?: number;
  readonly monitor?: boolean;
  readonly detail?: string;
}

/** What the server answered: the bytes of the message as they came, and whether they say error. */
export interface Answer {
  readonly bytes: Uint8Array;
  readonly kind: 'result' | 'tool-error' | 'protocol-error';
}

/** The open record of one call. `close` may be called once; it never throws. */
export interface CallRecord {
  close(end: CallEnd): void;
  /** Writes an entry in between (asked, answered) before it returns; throws when the trail cannot be written. */
  note(kind: 'call.asked' | 'call.answered', more: Partial<EntryInput>): void;
}

/**
 * The stages a call passes, in this order, joined by compose.ts and walked by main/relay/tool-call.ts. Everything
 * up to the forward is synchronous unless a person is asked, so that messages keep their order.
 */
export interface Stages {
  readonly audit: {
    /** Durably writes the opening entry before it returns. A problem means: nothing may be forwarded. */
    open(call: Call): Result<CallRecord>;
    /**
     * The same for calls that come together: the entry waits for `commit`. Until that has succeeded nothing of the
     * call may leave Airlock.
     */
    stage?(call: Call): Result<CallRecord>;
    /** Durably writes what was staged, all at once. A problem means: none of it was written, none may be forwarded. */
    commit?(): Result<null>;
  };
  readonly kill: {
    /** The sentence to refuse with while a kill covers this call, else undefined. */
    refusal(call: Call): string | undefined;
  };
  readonly inspection: {
    request(call: Call): readonly Finding[];
    answer(
      call: Call,
      answer: Answer,
    ): { readonly answer: Answer; readonly findings: readonly Finding[] };
  };
  readonly policy: {
    decide(call: Call, findings: readonly Finding[]): Decision;
    readonly mode: () => 'enforce' | 'monitor';
  };
  readonly approval: {
    /** A grant that covers this call now, without asking anybody. */
    granted(
      call: Call,
      decision: Decision,
      findings: readonly Finding[],
    ): ApprovalOutcome | undefined;
    /** Waits for a person; silence, an abort of `signal`, or a lost window denies. Never rejects. */
    ask(
      call: Call,
      decision: Decision,
      findings: readonly Finding[],
      signal: AbortSignal,
    ): Promise<ApprovalOutcome>;
  };
  readonly upstream: {
    /** Forwards the original bytes now, and settles when the server answers, dies, or `signal` aborts. */
    call(call: Call, signal: AbortSignal): Promise<Result<Answer>>;
  };
}
