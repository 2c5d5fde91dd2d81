/** Counts claims: each is checked, told in one line, and never merely said. */
export interface Ledger {
  /** Starts a part of the story. */
  act(title: string): void;
  /** Tells something that is no claim. */
  tell(text: string): void;
  /** Runs a check within `seconds`: it fails where it throws, answers false, or takes longer. */
  check(claim: string, holds: () => unknown, seconds?: number): Promise<boolean>;
  /** The last line, and the exit code. */
  end(): number;
}

/** Rejects when `work` takes longer than `seconds`; the work itself goes on unheard. */
export async function within<T>(seconds: number, what: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`${what} took longer than ${seconds} s`)),
      seconds * 1_000,
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Waits until `holds` answers true, asking again every 50 ms; throws with `what` after `seconds`. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  seconds = 20,
): Promise<void> {
  const deadline = Date.now() + seconds * 1_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`it did not happen within ${seconds} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const firstLines = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n').slice(0, 6).join('\n    ');

/** A ledger that writes through `write`, one line at a time. */
export function openLedger(write: (line: string) => void): Ledger {
  let passed = 0;
  let failed = 0;
  let over = false;
  return {
    act: (title) => write(`\n${title}`),
    tell: (text) => write(`  ${text}`),
    async check(claim, holds, seconds = 60) {
      if (over) throw new Error('the ledger is closed');
      try {
        const held = await within(
          seconds,
          'the check',
          Promise.resolve().then(() => holds()),
        );
        if (held === false) throw new Error('it does not hold');
        passed += 1;
        write(`✓ ${claim}`);
        return true;
      } catch (error) {
        failed += 1;
        write(`✗ ${claim}\n    ${firstLines(error)}`);
        return false;
      }
    },
    end() {
      over = true;
      write(`\n${passed} passed, ${failed} failed`);
      return failed === 0 && passed > 0 ? 0 : 1;
    },
  };
}
