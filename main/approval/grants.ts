import type { ApprovalOutcome, Grant, GrantDuration, GrantScope } from '../../shared/approval.ts';
import type { Call } from '../../shared/call.ts';
import type { Finding } from '../../shared/finding.ts';
import { type Decision, withinRisk } from '../../shared/policy.ts';

/** Where grants are kept; every write is durable before it returns. */
export interface GrantStore {
  all(): readonly Grant[];
  save(grant: Grant): void;
}

/** What the grants need from outside. */
export interface GrantPorts {
  readonly store: GrantStore;
  readonly now: () => number;
  readonly newId: () => string;
  readonly policyHash: () => string;
  readonly person: () => string;
  readonly record: (kind: 'grant.given' | 'grant.revoked', grant: Grant) => void;
}

/** One hour: what "for an hour" grants. */
const untilMs = 60 * 60_000;

/** How long a yes that came after the deadline is kept for the client's next try of exactly that call. */
export const lateYesMs = 10 * 60_000;

/**
 * The scopes and durations that may be offered for a call. Graver calls get narrower offers: what carries a high
 * finding, or arguments that readers may disagree on, can only be allowed once as it stands.
 */
export function offersFor(
  call: Call,
  decision: Decision,
  findings: readonly Finding[],
): { scopes: GrantScope[]; durations: GrantDuration[] } {
  if (call.ambiguous || findings.some((f) => f.severity === 'high')) {
    return { scopes: ['arguments'], durations: ['once'] };
  }
  if (call.action !== 'callTool' || call.tool === undefined || call.tool.state !== 'accepted') {
    return { scopes: ['arguments'], durations: ['once', 'session'] };
  }
  const grave = !withinRisk(decision.risk.level, 'send');
  return {
    scopes: grave ? ['arguments', 'tool'] : ['arguments', 'tool', 'server'],
    durations: ['once', 'session', 'until', 'always'],
  };
}

/** Why a grant no longer counts for this call's world, or undefined while it lives. */
function causeOfDeath(grant: Grant, call: Call, now: number, policyHash: string): Grant['dead'] {
  if (grant.dead) return grant.dead;
  if (grant.expiresAt !== undefined && grant.expiresAt <= now) return 'expired';
  if (grant.policyHash !== policyHash) return 'policy-changed';
  if (
    grant.scope !== 'server' &&
    grant.tool === call.target &&
    grant.pin !== (call.tool?.pin ?? '')
  ) {
    return 'pin-changed';
  }
  return undefined;
}

const covers = (
  grant: Grant,
  call: Call,
  decision: Decision,
  findings: readonly Finding[],
): boolean => {
  if (grant.connectionId !== call.connection.id || grant.serverId !== call.server.id) return false;
  if (grant.sessionId !== undefined && grant.sessionId !== call.connection.sessionId) return false;
  if (grant.method !== call.method) return false;
  if (grant.scope === 'arguments') {
    return grant.tool === call.target && grant.argumentsHash === call.argumentsHash;
  }
  // A wider yes was given for ordinary calls: it reaches neither graver ones nor ones with something found in them.
  if (findings.some((f) => f.severity === 'high') || call.ambiguous) return false;
  if (!withinRisk(decision.risk.level, grant.riskLevel)) return false;
  return grant.scope === 'server' || grant.tool === call.target;
};

/** The remembered yeses: found, given, listed and revoked. They survive restarts through the store. */
export function makeGrants(ports: GrantPorts) {
  const live = new Map<string, Grant>();
  const dead: Grant[] = [];
  for (const grant of ports.store.all()) {
    // No session outlives the app, so no session grant does.
    const ended = grant.duration === 'session' && !grant.dead;
    const known: Grant = ended ? { ...grant, dead: 'session-ended' } : grant;
    if (ended) ports.store.save(known);
    if (known.dead) dead.push(known);
    else live.set(known.id, known);
  }

  function bury(grant: Grant, cause: NonNullable<Grant['dead']>): void {
    const gone: Grant = { ...grant, dead: cause };
    // Forget first: a store that cannot be written must not keep a yes alive.
    live.delete(grant.id);
    dead.push(gone);
    ports.store.save(gone);
  }

  return {
    /** The grant that covers this call now, if any; a one-time grant is used up by it. */
    find(
      call: Call,
      decision: Decision,
      findings: readonly Finding[],
    ): ApprovalOutcome | undefined {
      if (live.size === 0) return undefined;
      for (const grant of [...live.values()]) {
        if (grant.connectionId !== call.connection.id) continue;
        const cause = causeOfDeath(grant, call, ports.now(), ports.policyHash());
        if (cause) {
          bury(grant, cause);
          continue;
        }
        if (!covers(grant, call, decision, findings)) continue;
        if (grant.duration === 'once') bury(grant, 'used');
        return { answer: 'allow', how: 'grant', by: grant.by, grantId: grant.id };
      }
      return undefined;
    },

    /** Remembers a yes. `late` keeps a one-time yes for ten minutes, for exactly the call that timed out. */
    give(
      call: Call,
      decision: Decision,
      maskedArguments: string,
      choice: { scope: GrantScope; duration: GrantDuration },
      late = false,
    ): Grant {
      const now = ports.now();
      const grant: Grant = {
        id: ports.newId(),
        connectionId: call.connection.id,
        connectionName: call.connection.name,
        clientName: call.agent.clientName,
        serverId: call.server.id,
        serverLabel: call.server.label,
        method: call.method,
        tool: call.target,
        pin: call.tool?.pin ?? '',
        scope: choice.scope,
        duration: choice.duration,
        riskLevel: decision.risk.level,
        policyHash: ports.policyHash(),
        createdAt: now,
        by: ports.person(),
        ...(choice.scope === 'arguments'
          ? { argumentsHash: call.argumentsHash, argumentsText: maskedArguments }
          : {}),
        ...(choice.duration === 'session' ? { sessionId: call.connection.sessionId } : {}),
        ...(choice.duration === 'until' ? { expiresAt: now + untilMs } : {}),
        ...(late ? { expiresAt: now + lateYesMs } : {}),
      };
      ports.store.save(grant);
      live.set(grant.id, grant);
      ports.record('grant.given', grant);
      return grant;
    },

    /** Living grants first, newest first; then the dead ones with why they died (the last hundred). */
    list(): Grant[] {
      const byAge = (a: Grant, b: Grant) => b.createdAt - a.createdAt;
      return [...[...live.values()].sort(byAge), ...dead.slice(-100).sort(byAge)];
    },

    /** Takes a yes back. Unknown ids are already without force, so they are no error. */
    revoke(grantId: string): void {
      const grant = live.get(grantId);
      if (!grant) return;
      bury(grant, 'revoked');
      ports.record('grant.revoked', grant);
    },

    /** A client's session ended: what was granted for it ends too. */
    endSession(sessionId: string): void {
      for (const grant of [...live.values()]) {
        if (grant.sessionId === sessionId) bury(grant, 'session-ended');
      }
    },
  };
}

export type Grants = ReturnType<typeof makeGrants>;
