/** Clock in Unix milliseconds and a number in [0, 1). */
export interface BackoffPorts {
  readonly now: () => number;
  readonly random: () => number;
}

/** Keeps a server that dies at once from being started in a tight loop by a client that tries again and again. */
export interface Backoff {
  /** The sentence to refuse a start with, or undefined when it may go on. */
  refusal(connectionId: string, name: string, clientName: string): string | undefined;
  /** A server of this connection ended by itself after it lived so long. */
  died(connectionId: string, livedMs: number): void;
}

/** A server that lived this long did not die of its start. */
export const quickDeathMs = 5_000;

const firstMs = 1_000;
const capMs = 30_000;

/**
 * Full jitter: after the n-th quick death in a row the next start waits a random part of 1 s × 2^(n-1), at most 30 s.
 * A life of 5 s or more forgets what was before.
 */
export function makeBackoff({ now, random }: BackoffPorts): Backoff {
  const deaths = new Map<string, { readonly count: number; readonly nextAt: number }>();
  return {
    refusal(connectionId, name, clientName) {
      const death = deaths.get(connectionId);
      const wait = (death?.nextAt ?? 0) - now();
      if (death === undefined || wait <= 0) return undefined;
      const times = death.count === 1 ? '' : ` ${death.count} times`;
      return `The server "${name}" exited at once${times}; next try in ${Math.ceil(wait / 1_000)} s. If it goes on, correct the entry in ${clientName}.`;
    },
    died(connectionId, livedMs) {
      if (livedMs >= quickDeathMs) {
        deaths.delete(connectionId);
        return;
      }
      const count = (deaths.get(connectionId)?.count ?? 0) + 1;
      const most = Math.min(capMs, firstMs * 2 ** Math.min(count - 1, 16));
      deaths.set(connectionId, { count, nextAt: now() + random() * most });
    },
  };
}
