/** What tidying does to the trail, in this order. Each may throw what SQLite or the disk throws. */
export interface TidySteps {
  /** Puts what is committed on the disk, on another thread. */
  sync(): Promise<void>;
  /** Notes, indexes and folds; `fold` when enough has gathered. True when more is waiting to be indexed. */
  settle(fold: boolean): boolean;
  /** Takes an error of either step. */
  failed(error: unknown): void;
}

/** Committed entries are synced within this time or count, whatever comes first; and folded by this count. */
const quietMs = 1_000;
const crowd = 1_000;

/**
 * Does what an append leaves for later: within a second of it, or after 1,000 of them, and never on their thread's
 * time while they come one after the other. Rests while nothing is written.
 */
export function makeTidying(steps: TidySteps) {
  let timer: NodeJS.Timeout | undefined;
  let working: Promise<void> | undefined;
  let sinceSync = 0;
  let sinceFold = 0;
  let stopped = false;

  async function work(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    sinceFold += sinceSync;
    sinceSync = 0;
    try {
      await steps.sync();
      if (stopped) return;
      const fold = sinceFold >= crowd;
      if (fold) sinceFold = 0;
      if (steps.settle(fold)) again(0);
    } catch (error) {
      steps.failed(error);
    }
  }

  function begin(): void {
    working ??= work().finally(() => {
      working = undefined;
      // What came in meanwhile found this one at work and left no timer.
      if (sinceSync > 0) again(quietMs);
    });
  }

  function again(ms: number): void {
    if (stopped || timer !== undefined) return;
    timer = setTimeout(begin, ms);
    // The close syncs as well: nobody needs to wait for this.
    timer.unref();
  }

  return {
    /** Tells of entries that were committed. */
    written(count: number): void {
      sinceSync += count;
      if (working !== undefined || stopped) return;
      if (sinceSync >= crowd) begin();
      else again(quietMs);
    },
    stop(): void {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
