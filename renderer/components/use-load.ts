import { useCallback, useEffect, useRef, useState } from 'react';
import { type Snapshot, sentence } from '../latest.ts';

/** What was asked of main, and a way to ask again; a value that is there stays while the next is on its way. */
export interface Loading<T> {
  readonly of: Snapshot<T>;
  readonly again: () => void;
}

/** Asks main when the component appears and whenever `fetch` changes; of several answers the last asked for wins. */
export function useLoad<T>(fetch: () => Promise<T>): Loading<T> {
  const [of, setOf] = useState<Snapshot<T>>({ state: 'loading' });
  const turn = useRef(0);
  const again = useCallback(() => {
    turn.current += 1;
    const mine = turn.current;
    const set = (next: Snapshot<T>) => {
      if (mine === turn.current) setOf(next);
    };
    setOf((before) => (before.state === 'failed' ? { state: 'loading' } : before));
    fetch().then(
      (value) => set({ state: 'ready', value }),
      (error: unknown) => set({ state: 'failed', message: sentence(error) }),
    );
  }, [fetch]);
  useEffect(() => {
    again();
    return () => {
      turn.current += 1;
    };
  }, [again]);
  return { of, again };
}
