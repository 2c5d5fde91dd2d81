/** How often one file may be written in answer to its client, and how long Airlock keeps out of it after that. */
export interface LimitRules {
  readonly attempts: number;
  readonly withinMs: number;
  /** After giving up, the file must lie still for so long; each further time doubles it, up to the longest. */
  readonly quietMs: number;
  readonly longestQuietMs: number;
}

/** Three times a minute, then a minute of quiet, then two, and at most an hour. */
const usualLimit: LimitRules = {
  attempts: 3,
  withinMs: 60_000,
  quietMs: 60_000,
  longestQuietMs: 3_600_000,
};

/** Keeps Airlock and a client from writing one file in turns for ever. All times are milliseconds of one clock. */
export interface AttemptLimit {
  /** Tells that the file has changed. */
  changed(now: number): void;
  /** Asks for one more write; no means that Airlock has given up until `waitMs` is over. */
  take(now: number): boolean;
  /** How long Airlock still keeps out of the file; 0 where it does not. */
  waitMs(now: number): number;
  /** A person wants it tried again. */
  reset(): void;
}

/** The limit of one file. */
export function attemptLimit(rules: LimitRules = usualLimit): AttemptLimit {
  let taken: readonly number[] = [];
  /** The last write, or the end of the last waiting. */
  let lastAt = Number.POSITIVE_INFINITY;
  let changedAt = Number.NEGATIVE_INFINITY;
  /** How often it was given up in a row, and since when; undefined: not now. */
  let rounds = 0;
  let gaveUpAt: number | undefined;

  function waitMs(now: number): number {
    if (gaveUpAt === undefined) return 0;
    const quiet = Math.min(rules.quietMs * 2 ** (rounds - 1), rules.longestQuietMs);
    const over = Math.max(gaveUpAt, changedAt) + quiet;
    if (over > now) return over - now;
    lastAt = over;
    gaveUpAt = undefined;
    taken = [];
    return 0;
  }

  return {
    changed(now) {
      // Quiet that was long enough has ended the waiting, even where nobody asked meanwhile.
      waitMs(now);
      changedAt = now;
    },
    take(now) {
      if (waitMs(now) > 0) return false;
      if (now - lastAt > rules.longestQuietMs) rounds = 0;
      taken = taken.filter((at) => now - at < rules.withinMs);
      if (taken.length < rules.attempts) {
        taken = [...taken, now];
        lastAt = now;
        return true;
      }
      rounds += 1;
      gaveUpAt = now;
      return false;
    },
    waitMs,
    reset() {
      taken = [];
      rounds = 0;
      gaveUpAt = undefined;
    },
  };
}
