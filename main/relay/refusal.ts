import { answerCodes, errorAnswer, toolRefusal } from '../../shared/answers.ts';
import type { ApprovalOutcome } from '../../shared/approval.ts';
import type { CallOutcome } from '../../shared/audit.ts';
import type { Call } from '../../shared/call.ts';
import type { Decision, Rule, RuleSource } from '../../shared/policy.ts';

/** Why a call gets no answer from its server: how the trail names it, and the sentence the model reads. */
export interface Refusal {
  readonly outcome: CallOutcome;
  readonly code: 'refused' | 'serverGone' | 'notStarted' | 'unreadableAnswer' | 'invalidParams';
  readonly sentence: string;
  /** The rule that refused, where one did. */
  readonly rule?: Rule;
  /** What the trail says in the sentence's place: a reason for us, not for the model. */
  readonly detail?: string;
}

/** The request a refusal answers, as far as its form depends on it. */
export interface RefusedRequest {
  readonly idText: string;
  readonly method: string;
  /** It came from a client of protocol version 2026-07-28 or later. */
  readonly modern: boolean;
}

const refusal = (outcome: CallOutcome, sentence: string, rule?: Rule): Refusal =>
  rule === undefined
    ? { outcome, code: 'refused', sentence }
    : { outcome, code: 'refused', sentence, rule };

/** A refusal by a kill, by a trail that cannot be written, or by another sentence somebody else made. */
export const refusedWith = (outcome: CallOutcome, sentence: string): Refusal =>
  refusal(outcome, sentence);

/** What stands when one of our own parts threw: no yes can come of it. */
export const internalError: Refusal = refusal(
  'internal-error',
  'Airlock refused this call because one of its own parts failed. Nothing was sent to the server. Try again; if it stays so, tell your administrator.',
);

/** The server was reached, but what came back could not be inspected: it is withheld, and the model told so. */
export const answerWithheld: Refusal = refusal(
  'internal-error',
  'Airlock withheld the answer of this call because it could not be inspected. The server may have carried the call out: check before you repeat it.',
);

const remedies: Record<RuleSource, string> = {
  managed: 'Choose another way, or ask your administrator to change the rule.',
  user: 'Choose another way, or change your rule in Airlock under Policy.',
  'built-in': 'Choose another way, or accept this tool in Airlock first.',
};

/** Policy does not permit the call at all. */
export function deniedByPolicy(call: Call, decision: Decision): Refusal {
  const [rule] = decision.rules;
  const what = `Airlock refused ${nameOf(call)}`;
  if (rule === undefined) {
    const sentence = `${what}: no rule permits it. Choose another way, or ask for a rule that permits it.`;
    return refusal('denied-by-policy', sentence);
  }
  const sentence = `${what}: rule "${plain(rule.id)}" (${rule.source}) says: ${plain(rule.text)} ${remedies[rule.source]}`;
  return refusal('denied-by-policy', sentence, rule);
}

const endings: Record<ApprovalOutcome['how'], readonly [CallOutcome, string]> = {
  person: [
    'denied-by-person',
    'the person at this machine said no. Do not repeat it; ask what they want instead.',
  ],
  grant: [
    'refused',
    'no approval covers it. Ask the person at this machine, then call the tool again.',
  ],
  timeout: [
    'denied-by-timeout',
    'nobody approved it in time. Approve it in Airlock, then call the tool again.',
  ],
  'window-closed': [
    'refused',
    'the approval window was closed. Approve it in Airlock, then call the tool again.',
  ],
  cancelled: ['cancelled', 'the call was cancelled while it waited for approval.'],
  killed: [
    'denied-by-kill',
    'the kill switch stopped it while it waited. Resume in Airlock, then call the tool again.',
  ],
  flood: [
    'refused',
    'too many calls of this connection wait for approval. Wait until they are answered in Airlock, then call the tool again.',
  ],
  unattended: [
    'refused',
    'it needs approval and nobody can be asked. Open Airlock, then call the tool again.',
  ],
};

/** Policy asks, and the answer was no or none. */
export function deniedByApproval(call: Call, decision: Decision, answer: ApprovalOutcome): Refusal {
  const [outcome, why] = endings[answer.how];
  const [rule] = decision.rules;
  const asked =
    rule === undefined
      ? ''
      : ` Rule "${plain(rule.id)}" (${rule.source}) asks: ${plain(rule.text)}`;
  return refusal(outcome, `Airlock refused ${nameOf(call)}: ${why}${asked}`, rule);
}

/** While a person thought, the tool or the policy became another: the yes was for what is no more. */
export function changedWhileWaiting(call: Call): Refusal {
  const sentence = `Airlock refused ${nameOf(call)}: the tool or the policy changed while it waited for approval. Call the tool again to be asked anew.`;
  return refusal('refused', sentence);
}

/** The line that answers `request` with `refusal`, without its newline. */
export function refusalLine(request: RefusedRequest, refused: Refusal): string {
  const { code, sentence, rule } = refused;
  if (code === 'refused' && request.method === 'tools/call')
    return toolRefusal(request.idText, sentence, request.modern);
  return errorAnswer(request.idText, answerCodes[code], sentence, rule && { rule });
}

const nameOf = (call: Call): string => plain(call.target) || plain(call.method);

/** Text from outside inside a sentence of ours: on one line, without control or invisible characters, not endless. */
export function plain(text: string): string {
  const seen = text.slice(0, 600).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '');
  return seen.length > 300 ? `${seen.slice(0, 300)}…` : seen;
}
