import type { ApprovalOutcome } from '../../shared/approval.ts';
import type { Call } from '../../shared/call.ts';
import type { Finding } from '../../shared/finding.ts';
import type { Decision } from '../../shared/policy.ts';
import type { CardFace } from './card.ts';

/** A call that waits for its card to be answered. */
export interface Waiter {
  readonly callId: string;
  readonly settle: (outcome: ApprovalOutcome) => void;
}

/** A card with the calls that wait for it. */
export interface Pending {
  readonly id: string;
  readonly key: string;
  readonly call: Call;
  readonly decision: Decision;
  readonly findings: readonly Finding[];
  readonly face: CardFace;
  readonly askedAt: number;
  waiters: Waiter[];
  revision: number;
  state: 'waiting' | 'expired';
  deadline: number;
  cancelTimer: () => void;
  /** When main learnt that this revision was painted. */
  shownAt: number | undefined;
  firstShownAt: number | undefined;
}
