import type { EntryView } from '../../shared/client.ts';
import type { RouteEvidence, ServerUse } from '../../shared/inventory.ts';

/** What is known of a connection beside its entry. */
export interface RouteFacts {
  /** When a call last came through it, in Unix milliseconds. */
  readonly calledAt?: number | undefined;
  /** The sentence of the kill that covers it now. */
  readonly stopped?: string | undefined;
  /** True while its client is connected. */
  readonly live: boolean;
}

/**
 * How an entry reaches its server, with what that rests on. Only a call that came through is proof of a route: an
 * entry that leads to Airlock is `unknown` until then. Pure.
 */
export function routeOf(entry: EntryView, { calledAt, stopped, live }: RouteFacts): RouteEvidence {
  if (!entry.protected) {
    if (entry.routeState === 'blocked') {
      return {
        state: 'blocked',
        evidence: entry.notGovernable ?? 'A rule of its client stops it.',
      };
    }
    if (entry.transport === 'unknown') {
      return { state: 'unknown', evidence: 'Its entry does not tell what it starts.' };
    }
    const does = entry.transport === 'stdio' ? 'starts' : 'reaches';
    const off = entry.disabled ? ' It is switched off there.' : '';
    return { state: 'direct', evidence: `Its entry ${does} the server without Airlock.${off}` };
  }
  if (entry.notGovernable !== undefined) return { state: 'unknown', evidence: entry.notGovernable };
  const at = calledAt === undefined ? {} : { at: calledAt };
  if (stopped !== undefined) return { state: 'blocked', evidence: stopped, ...at };
  if (calledAt !== undefined) {
    return { state: 'routed', evidence: 'A call came through Airlock.', at: calledAt };
  }
  const evidence = live
    ? 'Its client is connected through Airlock, but no call has come through yet.'
    : 'Its entry leads to Airlock, but no call has come through yet.';
  return { state: 'unknown', evidence };
}

const gravest = ['direct', 'unknown', 'blocked', 'routed'] as const;

/** The route of a server: the least governed of its uses; one that is switched off counts where all are. Pure. */
export function leastGoverned(uses: readonly ServerUse[]): RouteEvidence {
  const counted = uses.some(({ disabled }) => !disabled)
    ? uses.filter(({ disabled }) => !disabled)
    : uses;
  for (const state of gravest) {
    const [use, ...more] = counted.filter(({ route }) => route.state === state);
    if (use === undefined) continue;
    const others = more.length === 0 ? '' : ` So do ${more.length} more.`;
    const where = counted.length === 1 ? '' : `${use.clientName}: `;
    return { ...use.route, evidence: `${where}${use.route.evidence}${others}` };
  }
  return { state: 'unknown', evidence: 'No config names it any more.' };
}
