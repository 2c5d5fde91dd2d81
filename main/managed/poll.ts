/** Time as the poller sees it. */
export interface PollClock {
  /** Calls once after so many milliseconds; gives how to stop that. */
  after(ms: number, call: () => void): () => void;
  /** 0 to below 1. */
  random(): number;
}

/** Asks again and again, and at once where something happened. */
export interface Poller {
  /**
   * Asks now: after a wake, a change of the network, or `airlock policy pull`. While a check runs, one more follows
   * it, which all who asked meanwhile share. Resolves when it is done; never rejects.
   */
  checkNow(): Promise<void>;
  stop(): void;
}

/** What the poller drives. */
export interface PollPorts extends PollClock {
  /** One check; true where an answer came that could be used. Never rejects. */
  check(): Promise<boolean>;
  /** Milliseconds between two checks, asked before each wait: the bundle says it. */
  interval(): number;
}

const shortestPause = 5_000;
const firstCeiling = 30_000;

/**
 * How long to wait for the next check: around the interval, by a fifth more or less, so that a fleet that started
 * together spreads; after failures at most that, and with full jitter from half a minute on. Milliseconds.
 */
export function waitAfter(failures: number, interval: number, random: () => number): number {
  if (failures === 0) return Math.round(interval * (0.8 + 0.4 * random()));
  const ceiling = Math.min(interval, firstCeiling * 2 ** Math.min(failures - 1, 20));
  return Math.max(Math.min(shortestPause, interval), Math.round(random() * ceiling));
}

/** Starts with a check at once. */
export function makePoller(ports: PollPorts): Poller {
  let stopped = false;
  let failures = 0;
  let cancel: (() => void) | undefined;
  let running: Promise<void> | undefined;
  let following: Promise<void> | undefined;

  async function run(): Promise<void> {
    cancel?.();
    const good = await ports.check();
    failures = good ? 0 : failures + 1;
  }

  function start(): Promise<void> {
    running = run().finally(() => {
      running = undefined;
      if (stopped || following !== undefined) return;
      const wait = waitAfter(failures, ports.interval(), () => ports.random());
      cancel = ports.after(wait, () => void start());
    });
    return running;
  }

  void start();
  return {
    checkNow() {
      if (stopped) return Promise.resolve();
      if (running === undefined) return start();
      following ??= running.then(() => {
        following = undefined;
        return stopped ? undefined : start();
      });
      return following;
    },
    stop() {
      stopped = true;
      cancel?.();
    },
  };
}
