/** A map that holds at most `limit` entries and drops the one that was not asked for the longest. */
export interface Lru<K, V> {
  get(key: K): V | undefined;
  set(key: K, value: V): void;
  clear(): void;
  readonly size: number;
}

/** Makes an empty one. `dropped` is told of every entry that falls out by age, not by `clear`. */
export function makeLru<K, V>(limit: number, dropped?: (key: K, value: V) => void): Lru<K, V> {
  const entries = new Map<K, V>();
  return {
    get(key) {
      const value = entries.get(key);
      if (value === undefined) return undefined;
      entries.delete(key);
      entries.set(key, value);
      return value;
    },
    set(key, value) {
      entries.delete(key);
      entries.set(key, value);
      const oldest = entries.entries().next().value;
      if (entries.size <= limit || oldest === undefined) return;
      entries.delete(oldest[0]);
      dropped?.(oldest[0], oldest[1]);
    },
    clear: () => entries.clear(),
    get size() {
      return entries.size;
    },
  };
}
