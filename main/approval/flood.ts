import type { ApprovalCard } from '../../shared/approval.ts';
import type { Pending } from './pending.ts';

/** How many cards one connection may have on screen; what comes on top is one card with a count. */
export const cardsPerConnection = 10;

const toCard = (pending: Pending): ApprovalCard => ({
  ...pending.face,
  id: pending.id,
  revision: pending.revision,
  state: pending.state,
  count: Math.max(1, pending.waiters.length),
  askedAt: pending.askedAt,
  deadline: pending.deadline,
});

/**
 * The cards a person sees, soonest deadline first, waiting before expired. A connection that asks for more than
 * `cardsPerConnection` things at once gets one collapsed card for the rest, which can be denied or paused but not
 * allowed; as cards are answered the oldest of the rest come forward.
 */
export function collapse(pending: readonly Pending[]): ApprovalCard[] {
  const order = [...pending].sort(
    (a, b) =>
      Number(a.state === 'expired') - Number(b.state === 'expired') || a.deadline - b.deadline,
  );
  const shown: ApprovalCard[] = [];
  const perConnection = new Map<string, number>();
  const floods = new Map<string, Pending[]>();
  for (const one of order) {
    const id = one.call.connection.id;
    const before = perConnection.get(id) ?? 0;
    perConnection.set(id, before + 1);
    if (before < cardsPerConnection) shown.push(toCard(one));
    else floods.set(id, [...(floods.get(id) ?? []), one]);
  }
  for (const [id, held] of floods) {
    const first = held[0];
    if (!first) continue;
    const { process, ...face } = first.face;
    shown.push({
      ...face,
      id: `flood:${id}`,
      revision: held.length,
      state: 'collapsed',
      tool: '',
      argumentsText: '',
      argumentsHash: '',
      changes: [],
      findings: [],
      scopes: [],
      durations: [],
      count: held.reduce((sum, one) => sum + Math.max(1, one.waiters.length), 0),
      askedAt: first.askedAt,
      deadline: first.deadline,
    });
  }
  return shown;
}
