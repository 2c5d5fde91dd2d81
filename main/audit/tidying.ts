/** What tidying does to the trail. Each may throw what SQLite or the disk throws. */
export interface TidySteps {
  /** Puts what is committed on the disk, on another thread. */
  sync(): Promise<void>;
  /** Takes some entries into the index, about a millisecond's worth; true while there are more. */
  index(): boolean;
  /** Folds the log back into the file: milliseconds on this thread. */
  fold(): void;
  /** Takes an error of any of them. */
  failed(error: unknown): void;
}

/** Committed entries are synced within this time or count, whatever comes first; and folded after this count. */
const soonMs = 1_000;
const crowd = 1_000;

/** Between two bites of indexing, so that what waits on this thread gets its turn. */
const breathMs = 10;

/** Nobody appended for so long: a moment in which nobody waits for a fold, or for a bite of indexing. */
const quietMs = 200;

/** So many entries wait at most for such a moment to be indexed: a search takes in what is left, in some 20 ms. */
const mostUnindexed = 4_000;

/**
 * Does what an append leaves for later: syncs on another thread within a second or 1,000 entries, indexes in small
 * bites in a quiet moment or once too much waits for one, and folds in a quiet moment (a log that never gets one is
 * folded by the commit that makes it too long).
 * Rests while nothing is written.
 */
export function makeTidying(steps: TidySteps, clock: () => number = () => performance.now()) {
  let timer: NodeJS.Timeout | undefined;
  let working: Promise<void> | undefined;
  let unsynced = 0;
  let unfolded = 0;
  let unindexed = 0;
  let lastWrite = 0;
  let stopped = false;

  async function work(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const taken = unsynced;
    unsynced = 0;
    try {
      if (taken > 0) await steps.sync();
      if (stopped) return;
      unfolded += taken;
      unindexed += taken;
      if (isBusy() && unindexed < mostUnindexed) {
        again(quietMs);
      } else if (steps.index()) {
        again(breathMs);
      } else {
        unindexed = 0;
        if (unfolded >= crowd) foldWhenQuiet();
      }
    } catch (error) {
      if (!stopped) steps.failed(error);
    }
  }

  const isBusy = (): boolean => clock() - lastWrite < quietMs;

  function foldWhenQuiet(): void {
    if (isBusy()) {
      again(quietMs);
      return;
    }
    unfolded = 0;
    steps.fold();
  }

  function begin(): void {
    working ??= work().finally(() => {
      working = undefined;
      // What came in meanwhile found this one at work and left no timer.
      if (unsynced > 0) again(soonMs);
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
      unsynced += count;
      lastWrite = clock();
      if (working !== undefined || stopped) return;
      if (unsynced >= crowd) begin();
      else again(soonMs);
    },
    stop(): void {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
