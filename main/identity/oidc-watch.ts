import { personInTrail } from '../../shared/person.ts';
import { personOfSession } from './oidc-kept.ts';
import type { OidcLimits, OidcPorts } from './oidc-ports.ts';
import type { HeldSession } from './oidc-session.ts';

/** Checks a session now and then, and tells when it stops counting. */
export interface SessionWatch {
  start(): void;
  /** The session changed by another way than a check: what follows is timed anew. */
  again(): void;
  stop(): void;
}

/** The longest wait of one timer, in milliseconds: a machine that slept is late by no more. */
const mostWaitMs = 3_600_000;

/** Makes the watch. It runs only between `start` and `stop`. */
export function makeSessionWatch(
  ports: Pick<OidcPorts, 'after' | 'now' | 'record' | 'changed'>,
  limits: Pick<OidcLimits, 'checkMs' | 'retryMs'>,
  session: HeldSession,
): SessionWatch {
  let watching = false;
  let counted = false;
  let cancel: (() => void) | undefined;

  /** Wakes at the next check, or where the session ends before it. */
  function schedule(): void {
    cancel?.();
    cancel = undefined;
    if (!watching || session.any() === undefined) return;
    const standing = session.counting()?.standing;
    const next = session.problem() === undefined ? limits.checkMs : limits.retryMs;
    const end = Math.min(standing?.offline?.until ?? Infinity, standing?.endsAt ?? Infinity);
    const ms = Math.max(1, Math.min(next, end - ports.now(), mostWaitMs));
    cancel = ports.after(ms, () => void tick());
  }

  async function tick(): Promise<void> {
    await session.check();
    const counts = session.counting() !== undefined;
    const left = session.any();
    // One that was lost in a check is gone, and that was told there.
    if (counted && !counts && left !== undefined) {
      const person = personInTrail(personOfSession(left));
      const detail = session.problem()?.message ?? 'The sign-in no longer counts.';
      await ports.record({ kind: 'token.lost', person, detail });
      ports.changed?.();
    }
    counted = counts;
    schedule();
  }

  return {
    start() {
      watching = true;
      counted = session.counting() !== undefined;
      void tick();
    },
    again() {
      counted = session.counting() !== undefined;
      schedule();
    },
    stop() {
      watching = false;
      cancel?.();
      cancel = undefined;
    },
  };
}
