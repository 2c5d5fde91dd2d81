import type { ApprovalOutcome } from '../../shared/approval.ts';
import type { EntryInput } from '../../shared/audit.ts';
import type { Call } from '../../shared/call.ts';
import { ok, type Result } from '../../shared/outcome.ts';
import type { Decision } from '../../shared/policy.ts';
import type { CallEnd, CallRecord, Stages } from '../../shared/stages.ts';
import { traceContext } from '../../shared/trace-context.ts';
import { AuditUnavailable } from './audit-unavailable.ts';
import { bounded } from './bounded.ts';
import { makeDecisionMemory, makePartyMemory } from './record-memory.ts';
import type { Trail } from './trail.ts';

/** What the record of calls needs. `mask` replaces secrets in a text; nothing is written that did not pass it. */
export interface RecordPorts {
  readonly trail: Pick<Trail, 'append' | 'appendSoon' | 'stage' | 'commit'>;
  readonly mask: (text: string) => string;
  /** The same for names and labels, which come again and again, so that it may remember them. */
  readonly maskName?: (text: string) => string;
  /** Changes where `mask` may mask more than before, so that nothing masked earlier is used any longer. */
  readonly maskVersion?: () => unknown;
  /** Milliseconds that only go forward, for durations. */
  readonly clock?: () => number;
}

/** Most bytes (UTF-8) of a call's masked arguments that an entry holds; their hash is always of the whole. */
export const argumentsLimit = 16 * 1024;

/** Most bytes of names, labels and sentences that come from outside. */
const nameLimit = 512;
const sentenceLimit = 2_048;

/** Characters of the longest secret that masking knows as one: a private key in PEM form. */
const longestSecret = 4_096;

/**
 * Keeps the record of governed calls in the trail: `call.opened` durably before anything is forwarded, what happens
 * in between as it happens, and `call.closed` after the answer has gone on its way. The close is written with the
 * next turn of the event loop; a crash before that leaves the call to be closed as interrupted.
 */
export function makeRecord({
  trail,
  mask,
  maskName = mask,
  maskVersion = () => undefined,
  clock = () => performance.now(),
}: RecordPorts): Stages['audit'] {
  const name = (text: string) => masked(text, nameLimit, maskName);
  const sentence = (text: string) => masked(text, sentenceLimit, mask);
  const partsOf = makePartyMemory(name, maskVersion);
  const decisions = makeDecisionMemory();

  function identityOf(call: Call): Omit<EntryInput, 'kind'> {
    const { tool } = call;
    const identity: Mutable<Omit<EntryInput, 'kind'>> = {
      ...partsOf(call),
      callId: call.id,
      method: name(call.method),
      argumentsHash: call.argumentsHash,
    };
    // The target of whatever kind, so that a resource or a prompt can be found like a tool.
    if (call.target !== '') identity.tool = { name: name(call.target), pin: tool?.pin ?? '' };
    const trace = traceContext(call);
    if (trace !== undefined) {
      identity.traceparent = trace.traceparent;
      if (trace.tracestate !== undefined) identity.tracestate = name(trace.tracestate);
    }
    return identity;
  }

  function recordOf(
    call: Call,
    identity: Omit<EntryInput, 'kind'>,
    since: number,
    opened: { readonly dropped: boolean },
  ): CallRecord {
    let open = true;
    return {
      close(end) {
        if (!open || opened.dropped) return;
        open = false;
        const durationMs = Math.max(0, Math.round(clock() - since));
        trail.appendSoon({
          ...identity,
          kind: 'call.closed',
          durationMs,
          ...ending(end, sentence, decisions),
        });
      },
      note(kind, more) {
        const text = more.detail === undefined ? {} : { detail: sentence(more.detail) };
        const allowed = kind === 'call.answered' && more.approver?.how === 'person';
        // A person's yes must outlast even a loss of power: it is what the call will be justified by.
        trail.append({ ...identity, ...more, ...text, callId: call.id, kind }, { sync: allowed });
      },
    };
  }

  /** Hands the opening entry of a call to `write`, and gives its record. */
  function begin(
    call: Call,
    write: (entry: EntryInput) => { readonly dropped: boolean },
  ): Result<CallRecord> {
    const since = clock();
    const identity = identityOf(call);
    const entry: EntryInput = {
      ...identity,
      kind: 'call.opened',
      arguments: masked(call.argumentsText, argumentsLimit, mask),
      bytesIn: call.bytes,
    };
    try {
      return ok(recordOf(call, identity, since, write(entry)));
    } catch (error) {
      return unavailable(error);
    }
  }

  return {
    open: (call) =>
      begin(call, (entry) => {
        const opened = trail.stage(entry);
        trail.commit();
        return opened;
      }),
    stage: (call) => begin(call, trail.stage),
    commit(): Result<null> {
      try {
        trail.commit();
        return ok(null);
      } catch (error) {
        return unavailable(error);
      }
    },
  };
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function unavailable(error: unknown): Result<never> {
  if (!(error instanceof AuditUnavailable)) throw error;
  return { ok: false, problem: error.problem };
}

/**
 * The masked text, cut to `limit` bytes. What lies far beyond the cut is not even masked, which keeps a huge message
 * cheap; the last of what is masked is dropped then, as a secret cut in two there would not be known for one.
 */
function masked(text: string, limit: number, mask: (text: string) => string): string {
  try {
    // At most three bytes of UTF-8 come from one unit of UTF-16: then there is nothing to cut and nothing to count.
    if (3 * text.length <= limit) {
      const shown = mask(text);
      if (3 * shown.length <= limit) return shown;
    }
    const part = text.slice(0, 4 * limit + longestSecret);
    const shown = part.length < text.length ? mask(part).slice(0, -longestSecret) : mask(part);
    return bounded(shown, limit, Buffer.byteLength(text));
  } catch {
    // Fail closed: a text that could not be masked is not written.
    return '(left out, because its secrets could not be masked)';
  }
}

function ending(
  { outcome, decision, approval, findings, resultHash, bytesOut, monitor, detail }: CallEnd,
  sentence: (text: string) => string,
  decisionOf: (decision: Decision) => EntryInput['decision'],
): Partial<EntryInput> {
  return {
    outcome,
    ...(decision === undefined ? {} : { decision: decisionOf(decision) }),
    ...(approval === undefined ? {} : { approver: approverEntry(approval) }),
    ...(findings.length === 0
      ? {}
      : {
          findings: findings.map((found) => ({
            ...found,
            message: sentence(found.message),
            place: sentence(found.place),
          })),
        }),
    ...(resultHash === undefined ? {} : { resultHash }),
    ...(Number.isFinite(bytesOut) ? { bytesOut } : {}),
    ...(monitor === undefined ? {} : { monitor }),
    ...(detail === undefined ? {} : { detail: sentence(detail) }),
  };
}

/** An answer as an entry names it; `by` is empty where nobody gave it. */
const approverEntry = ({
  by,
  how,
  lookedMs,
  grantId,
}: ApprovalOutcome): NonNullable<EntryInput['approver']> => ({
  by: by ?? '',
  how,
  ...(lookedMs === undefined ? {} : { lookedMs }),
  ...(grantId === undefined ? {} : { grantId }),
});
