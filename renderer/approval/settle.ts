import { useEffect, useState } from 'react';

/**
 * How long content must have been on screen before its buttons work, in milliseconds. Main holds 600 ms from when it
 * hears of the paint; the little on top keeps an honest click from arriving a moment early.
 */
const settleMs = 650;

/** Whether content may be answered: it has just come, it stood long enough, or main could not be told of it. */
export type Settling = 'settling' | 'settled' | 'failed';

const afterPaint = (call: () => void): (() => void) => {
  // The first frame callback runs before the paint of this content, the second after it.
  let handle = requestAnimationFrame(() => {
    handle = requestAnimationFrame(call);
  });
  return () => cancelAnimationFrame(handle);
};

/**
 * Settled once what `key` names has been painted and stood unchanged for `settleMs`; a new key is unsettled in the
 * very render that brings it. `painted` is told after the paint, and the time runs from when it resolves.
 */
export function useSettled(key: string, painted: () => Promise<void>): Settling {
  const [reached, setReached] = useState<{ key: string; state: Settling }>();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let over = false;
    const cancel = afterPaint(() => {
      const start = () => {
        if (!over) timer = setTimeout(() => setReached({ key, state: 'settled' }), settleMs);
      };
      painted().then(start, () => {
        if (!over) setReached({ key, state: 'failed' });
      });
    });
    return () => {
      over = true;
      cancel();
      clearTimeout(timer);
      // Coming back to the same content later must settle anew.
      setReached(undefined);
    };
  }, [key, painted]);
  return reached?.key === key ? reached.state : 'settling';
}
