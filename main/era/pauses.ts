import type { EraPorts } from './era-ports.ts';

const firstMs = 1000;
const longestMs = 60_000;

/**
 * How long to wait before asking anew for something that the other side ended: longer each time, and from the start
 * once it has lasted a minute.
 */
export function makePauses(after: EraPorts['after']) {
  let nextMs = firstMs;
  let stopCalm: (() => void) | undefined;
  const over = () => {
    stopCalm?.();
    stopCalm = undefined;
  };
  return {
    began() {
      over();
      stopCalm = after(longestMs, () => {
        nextMs = firstMs;
      });
    },
    over,
    /** The pause after this end, in milliseconds. */
    next(): number {
      over();
      const ms = nextMs;
      nextMs = Math.min(2 * ms, longestMs);
      return ms;
    },
  };
}
