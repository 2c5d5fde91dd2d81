/** What is known of a value that main owns: nothing yet, why it could not be had, or the newest one. */
export type Snapshot<T> =
  | { readonly state: 'loading' }
  | { readonly state: 'failed'; readonly message: string }
  | { readonly state: 'ready'; readonly value: T };

/** A snapshot that follows main, in the shape React's `useSyncExternalStore` takes. */
export interface Latest<T> {
  /** Tells `changed` of every newer value until the returned stop is called; the first listener starts it. */
  subscribe(changed: () => void): () => void;
  current(): Snapshot<T>;
  /** Asks main again, after a failure. */
  refresh(): void;
}

/** One sentence for whatever a promise was rejected with, without what Electron puts before main's own words. */
export const sentence = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replace(
    /^Error invoking remote method '[^']*': (?:\w*Error: )?/,
    '',
  );

/**
 * Follows a value that main pushes: listens first, then fetches, and keeps whichever has the higher revision, so
 * that an old reply never wins over a newer push. A failed fetch does not hide a value that is already known.
 */
export function latest<T extends { readonly revision: number }>(
  listen: (take: (next: T) => void) => () => void,
  fetch: () => Promise<T>,
): Latest<T> {
  const listeners = new Set<() => void>();
  let snapshot: Snapshot<T> = { state: 'loading' };
  let stop: (() => void) | undefined;

  const set = (next: Snapshot<T>) => {
    snapshot = next;
    for (const changed of listeners) changed();
  };
  // Main may push before it has anything to say; only a value with a revision counts.
  const take = (next: T | null | undefined) => {
    if (typeof next?.revision !== 'number') return;
    if (snapshot.state === 'ready' && next.revision <= snapshot.value.revision) return;
    set({ state: 'ready', value: next });
  };
  const refresh = () => {
    if (snapshot.state === 'failed') set({ state: 'loading' });
    fetch().then(take, (error: unknown) => {
      if (snapshot.state !== 'ready') set({ state: 'failed', message: sentence(error) });
    });
  };

  return {
    current: () => snapshot,
    refresh,
    subscribe(changed) {
      listeners.add(changed);
      if (!stop) {
        stop = listen(take);
        refresh();
      }
      return () => {
        listeners.delete(changed);
        if (listeners.size > 0) return;
        stop?.();
        stop = undefined;
      };
    },
  };
}
