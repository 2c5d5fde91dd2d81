import { hash } from 'node:crypto';
import type { ApprovalOutcome } from '../../shared/approval.ts';
import type { Call } from '../../shared/call.ts';
import type { Problem } from '../../shared/outcome.ts';
import type { Decision } from '../../shared/policy.ts';
import type { Answer, CallEnd, CallRecord, Stages } from '../../shared/stages.ts';
import {
  answerWithheld,
  changedWhileWaiting,
  deniedByApproval,
  deniedByPolicy,
  internalError,
  type Refusal,
  refusedWith,
} from './refusal.ts';

/** What goes back to whoever called: the server's answer, a refusal, or (cancelled) nothing. */
export type Ending =
  | { readonly kind: 'answered'; readonly answer: Answer; readonly original: Answer }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'cancelled' };

/** Why a call was broken off from outside. */
export interface Interruption {
  readonly code: 'cancelled' | 'killed' | 'server-gone';
  readonly sentence: string;
}

/** What the walk needs beside the stages. */
export interface CallPorts {
  /** Aborts the wait for a person. Made on first use: most calls wait for nobody. */
  readonly waitSignal: () => AbortSignal;
  /** Aborts what is in flight; may be the session's own where its upstream is told of interruptions directly. */
  readonly flightSignal: AbortSignal;
  readonly interruption: () => Interruption | undefined;
  /** The session as a whole refuses: a kill or pause of it, or a server that never started. */
  readonly refusing: () => Refusal | undefined;
  /** True while the tool is still the one the call was judged on: what was approved is what is sent. */
  readonly unchanged: (call: Call) => boolean;
  /** A wait for a person begins; what it returns is called when it ends. */
  readonly waiting: () => () => void;
  /** What the trail should say of the call beside how it ended. */
  readonly remark?: () => string | undefined;
  /** Hands the ending to the caller's side, before the record is closed. */
  readonly deliver: (ending: Ending) => void;
}

/**
 * The way of one call, top to bottom. Synchronous up to the forward unless a person is asked, so that messages keep
 * their order. Whatever a stage throws refuses; the promise rejects only where the ending could not be delivered.
 */
export async function handleCall(call: Call, stages: Stages, ports: CallPorts): Promise<void> {
  const opened = openRecord(call, stages);
  if ('sentence' in opened) {
    ports.deliver(refuse(opened));
    return;
  }
  const record = opened;
  const seen: Mutable<CallEnd> = { outcome: 'internal-error', findings: [] };
  let forwarded = false;
  let ending: Ending;
  try {
    ending = await walk();
  } catch (error) {
    ending = refuse(failure(error, forwarded));
  }
  complete(seen, ending);
  const remark = ports.remark?.();
  if (remark !== undefined) seen.detail = [seen.detail, remark].filter(Boolean).join(' ');
  try {
    ports.deliver(ending);
  } finally {
    record.close(seen);
  }

  async function walk(): Promise<Ending> {
    const stopped = stop();
    if (stopped !== undefined) return refuse(stopped);

    seen.findings = stages.inspection.request(call);

    const decision = stages.policy.decide(call, seen.findings);
    seen.decision = decision;
    if (decision.decision !== 'allow') {
      if (stages.policy.mode() === 'monitor') {
        seen.monitor = true;
      } else if (decision.decision === 'deny') {
        return refuse(deniedByPolicy(call, decision));
      } else {
        const granted = stages.approval.granted(call, decision, seen.findings);
        if (granted === undefined) {
          const refused = await askPerson(decision);
          if (refused !== undefined) return refused;
        } else {
          seen.approval = granted;
          if (granted.answer !== 'allow') return refuse(deniedByApproval(call, decision, granted));
        }
      }
    }

    forwarded = true;
    const answered = await stages.upstream.call(call, ports.flightSignal);
    if (!answered.ok) return brokenOff(answered.problem);

    const inspected = stages.inspection.answer(call, answered.value);
    seen.findings = [...seen.findings, ...inspected.findings];
    return { kind: 'answered', answer: inspected.answer, original: answered.value };
  }

  /** The refusal of whatever is stopped at this moment. */
  function stop(): Refusal | undefined {
    const sentence = stages.kill.refusal(call);
    return sentence === undefined ? ports.refusing() : refusedWith('denied-by-kill', sentence);
  }

  /** Undefined where a person said yes and nothing has changed since. */
  async function askPerson(decision: Decision): Promise<Ending | undefined> {
    const findings = seen.findings;
    record.note('call.asked', { findings: [...findings] });
    const waited = ports.waiting();
    let approval: ApprovalOutcome;
    try {
      approval = await stages.approval.ask(call, decision, findings, ports.waitSignal());
    } finally {
      waited();
    }
    seen.approval = approval;
    record.note('call.answered', { approver: approverOf(approval) });
    const broken = ports.interruption();
    if (broken !== undefined) return brokenOff({ code: broken.code, message: broken.sentence });
    if (approval.answer !== 'allow') return refuse(deniedByApproval(call, decision, approval));
    // The person took time: what was true before the wait is looked at again.
    const stopped = stop();
    if (stopped !== undefined) return refuse(stopped);
    const still = stages.policy.decide(call, findings).decision !== 'deny';
    return still && ports.unchanged(call) ? undefined : refuse(changedWhileWaiting(call));
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const refuse = (refusal: Refusal): Ending => ({ kind: 'refused', refusal });

/** The open record, or the refusal where the trail cannot take one: then nothing may be forwarded. */
function openRecord(call: Call, stages: Stages): CallRecord | Refusal {
  try {
    const opened = stages.audit.open(call);
    return opened.ok ? opened.value : refusedWith('refused', opened.problem.message);
  } catch {
    // The trail itself threw, so there is no record to put the reason in: the refusal is all there is.
    return internalError;
  }
}

function failure(error: unknown, forwarded: boolean): Refusal {
  const detail = error instanceof Error ? error.message : String(error);
  return { ...(forwarded ? answerWithheld : internalError), detail };
}

/** The server gave no answer, or the call was broken off from outside. */
function brokenOff(problem: Problem): Ending {
  switch (problem.code) {
    case 'cancelled':
      return { kind: 'cancelled' };
    case 'killed':
      return refuse(refusedWith('denied-by-kill', problem.message));
    case 'server-gone':
      return refuse({ outcome: 'server-gone', code: 'serverGone', sentence: problem.message });
    case 'unreadable-answer':
      return refuse({
        outcome: 'protocol-error',
        code: 'unreadableAnswer',
        sentence: problem.message,
      });
    default:
      return refuse(refusedWith('refused', problem.message));
  }
}

/** Adds to what was seen on the way how it ended. */
function complete(seen: Mutable<CallEnd>, ending: Ending): void {
  if (ending.kind === 'cancelled') {
    seen.outcome = 'cancelled';
  } else if (ending.kind === 'refused') {
    const { outcome, sentence, detail = sentence } = ending.refusal;
    seen.outcome = outcome;
    seen.detail = detail;
  } else {
    const { bytes, kind } = ending.answer;
    seen.outcome = kind === 'result' ? 'ok' : kind;
    seen.resultHash = hash('sha256', bytes, 'hex');
    seen.bytesOut = bytes.length;
  }
}

function approverOf(outcome: ApprovalOutcome) {
  const { by = '', how, lookedMs, grantId } = outcome;
  return {
    by,
    how,
    ...(lookedMs !== undefined && { lookedMs }),
    ...(grantId !== undefined && { grantId }),
  };
}
