import type { ApprovalAnswer, ApprovalOutcome, ApprovalsView } from '../../shared/approval.ts';
import type { Call } from '../../shared/call.ts';
import type { Finding } from '../../shared/finding.ts';
import { fail, ok, type Result } from '../../shared/outcome.ts';
import type { Decision } from '../../shared/policy.ts';
import { cardFace, cardKey, type Display, toolKey } from './card.ts';
import { collapse } from './flood.ts';
import { passGate } from './gate.ts';
import { type Grants, lateYesMs } from './grants.ts';
import type { Pending } from './pending.ts';

/** What the queue needs from outside. Timers are given so that tests own the clock. */
export interface QueuePorts {
  readonly grants: Grants;
  readonly display: Display;
  readonly now: () => number;
  readonly newId: () => string;
  readonly person: () => string;
  readonly deadlineMs: () => number;
  /** Calls back after `ms`; returns its cancel. */
  readonly after: (ms: number, call: () => void) => () => void;
  /** When a real press last reached the approval window. */
  readonly realInputAt: () => number | undefined;
  /** Brings the approval window up; false when that cannot be done, which denies. */
  readonly showWindow: () => boolean;
  readonly onChange: (view: ApprovalsView) => void;
}

/** The one queue of calls that wait for a person. Silence, a lost window and every doubt deny. */
export function makeApprovalQueue(ports: QueuePorts) {
  const cards = new Map<string, Pending>();
  const lastApproved = new Map<string, string>();
  let revision = 0;

  const view = (): ApprovalsView => ({ revision, cards: collapse([...cards.values()]) });

  /** Any change may move a card under a click that was meant for another, so everything must settle anew. */
  function changed(): void {
    revision += 1;
    for (const card of cards.values()) card.shownAt = undefined;
    ports.onChange(view());
  }

  function settleAll(card: Pending, outcome: ApprovalOutcome): void {
    const waiters = card.waiters;
    card.waiters = [];
    for (const waiter of waiters) waiter.settle(outcome);
  }

  function remove(card: Pending): void {
    card.cancelTimer();
    cards.delete(card.key);
  }

  function expire(card: Pending): void {
    settleAll(card, { answer: 'deny', how: 'timeout' });
    card.state = 'expired';
    card.revision += 1;
    card.deadline = ports.now() + lateYesMs;
    card.cancelTimer = ports.after(lateYesMs, () => {
      cards.delete(card.key);
      changed();
    });
    changed();
  }

  function open(
    call: Call,
    decision: Decision,
    findings: readonly Finding[],
    key: string,
  ): Pending {
    const now = ports.now();
    const card: Pending = {
      id: ports.newId(),
      key,
      call,
      decision,
      findings,
      face: cardFace(call, decision, findings, ports.display, lastApproved.get(toolKey(call))),
      askedAt: now,
      waiters: [],
      revision: 1,
      state: 'waiting',
      deadline: now + ports.deadlineMs(),
      cancelTimer: () => undefined,
      shownAt: undefined,
      firstShownAt: undefined,
    };
    card.cancelTimer = ports.after(ports.deadlineMs(), () => expire(card));
    cards.set(key, card);
    return card;
  }

  /** The card a call belongs to: an identical one that waits, else a new one (an expired one starts over). */
  function cardFor(call: Call, decision: Decision, findings: readonly Finding[]): Pending {
    const key = cardKey(call);
    const known = cards.get(key);
    if (known?.state === 'waiting') {
      known.revision += 1;
      return known;
    }
    if (known) remove(known);
    return open(call, decision, findings, key);
  }

  async function ask(
    call: Call,
    decision: Decision,
    findings: readonly Finding[],
    signal: AbortSignal,
  ): Promise<ApprovalOutcome> {
    if (signal.aborted) return { answer: 'deny', how: 'cancelled' };
    const card = cardFor(call, decision, findings);
    return new Promise<ApprovalOutcome>((resolve) => {
      const onAbort = () => {
        card.waiters = card.waiters.filter((waiter) => waiter.callId !== call.id);
        if (card.waiters.length === 0 && card.state === 'waiting') remove(card);
        changed();
        resolve({ answer: 'deny', how: 'cancelled' });
      };
      signal.addEventListener('abort', onAbort, { once: true });
      const settle = (outcome: ApprovalOutcome) => {
        signal.removeEventListener('abort', onAbort);
        resolve(outcome);
      };
      card.waiters.push({ callId: call.id, settle });
      changed();
      if (!ports.showWindow()) {
        remove(card);
        settleAll(card, { answer: 'deny', how: 'window-closed' });
        changed();
      }
    });
  }

  function allow(card: Pending, answer: ApprovalAnswer): Result<null> {
    if (answer.cardRevision !== card.revision) {
      return fail('stale', 'The request changed while you answered. Read it again.');
    }
    const shown = collapse([...cards.values()]).find((c) => c.id === card.id);
    if (!shown)
      return fail(
        'collapsed',
        'Answer the requests above first; this one is held back by the flood.',
      );
    const { face } = card;
    if (!face.scopes.includes(answer.scope) || !face.durations.includes(answer.duration)) {
      return fail('not-offered', 'A yes this wide is not offered for this call.');
    }
    const now = ports.now();
    const gate = passGate({ now, shownAt: card.shownAt, realInputAt: ports.realInputAt() });
    if (!gate.ok) return gate;
    const late = card.state === 'expired';
    const exactlyOnce = answer.scope === 'arguments' && answer.duration === 'once';
    const masked = ports.display.masked(card.call.argumentsText);
    const grant =
      late || !exactlyOnce
        ? ports.grants.give(
            card.call,
            card.decision,
            masked,
            // A one-time yes is for this very call; a wider scope makes no sense without a longer duration.
            answer.duration === 'once' ? { scope: 'arguments', duration: 'once' } : answer,
            late && answer.duration === 'once',
          )
        : undefined;
    lastApproved.set(toolKey(card.call), masked);
    remove(card);
    settleAll(card, {
      answer: 'allow',
      how: 'person',
      by: ports.person(),
      lookedMs: now - (card.firstShownAt ?? now),
      ...(grant ? { grantId: grant.id } : {}),
    });
    changed();
    return ok(null);
  }

  function deny(card: Pending, how: ApprovalOutcome['how']): void {
    const { firstShownAt } = card;
    remove(card);
    settleAll(card, {
      answer: 'deny',
      how,
      ...(how === 'person' ? { by: ports.person() } : {}),
      ...(firstShownAt === undefined ? {} : { lookedMs: ports.now() - firstShownAt }),
    });
  }

  /** Denies every waiting call that `covers` picks; says which, for the kill report. */
  function denyWhere(covers: (call: Call) => boolean, how: ApprovalOutcome['how']): Call[] {
    const hit = [...cards.values()].filter((card) => covers(card.call));
    for (const card of hit) deny(card, how);
    if (hit.length > 0) changed();
    return hit.filter((card) => card.state === 'waiting').map((card) => card.call);
  }

  return {
    ask,
    view,
    denyWhere,

    /** Takes a person's answer. A no always counts; a yes only through the gate, for the content that was shown. */
    answer(answer: ApprovalAnswer): Result<null> {
      if (answer.approvalId.startsWith('flood:')) {
        if (answer.answer === 'allow')
          return fail('collapsed', 'A flood can only be denied or paused.');
        const shown = new Set(collapse([...cards.values()]).map((card) => card.id));
        const flooding = answer.approvalId.slice('flood:'.length);
        for (const card of [...cards.values()]) {
          if (card.call.connection.id === flooding && !shown.has(card.id)) deny(card, 'flood');
        }
        changed();
        return ok(null);
      }
      const card = [...cards.values()].find((c) => c.id === answer.approvalId);
      if (!card) return fail('gone', 'This request is no longer waiting.');
      if (answer.answer === 'allow') return allow(card, answer);
      deny(card, 'person');
      changed();
      return ok(null);
    },

    /** The approval window painted this revision of the view: its cards can be looked at from now on. */
    shown(shownRevision: number): void {
      if (shownRevision !== revision) return;
      const now = ports.now();
      for (const card of cards.values()) {
        card.shownAt ??= now;
        card.firstShownAt ??= now;
      }
    },

    /** The window came on screen anew: what it shows must settle again, under a revision of its own. */
    unsettle(): void {
      if (cards.size > 0) changed();
    },

    /** The window was closed or crashed: everything that waits is denied. */
    windowLost(): void {
      denyWhere(() => true, 'window-closed');
    },

    waiting: (): number => [...cards.values()].filter((card) => card.state === 'waiting').length,
  };
}

export type ApprovalQueue = ReturnType<typeof makeApprovalQueue>;
