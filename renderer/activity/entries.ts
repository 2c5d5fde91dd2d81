import type { Entry } from '../../shared/audit.ts';
import { joinRows, mentions, type OutcomeFilter, passes, type Row } from './rows.ts';

/** The entries known to the page: those fetched for the current filter, and those that were pushed live. */
export interface Known {
  readonly fetched: ReadonlyMap<number, Entry>;
  readonly live: ReadonlyMap<number, Entry>;
  /** True when a push did not reach back to the one before, so that entries between them are missing. */
  readonly gap: boolean;
}

/** More live entries than this are dropped, oldest first: they can be loaded again. */
export const maxLive = 5_000;

export const nothingKnown: Known = { fetched: new Map(), live: new Map(), gap: false };

const highest = (entries: ReadonlyMap<number, Entry>): number => Math.max(0, ...entries.keys());

/** Takes in the newest entries of a push, newest first. */
export function takeLive(known: Known, recent: readonly Entry[]): Known {
  const fresh = recent.filter((entry) => !known.live.has(entry.sequence));
  if (fresh.length === 0) return known;
  const oldest = Math.min(...recent.map((entry) => entry.sequence));
  const gap = known.live.size > 0 && oldest > highest(known.live) + 1;
  const live = [...known.live, ...fresh.map((entry) => [entry.sequence, entry] as const)]
    .sort(([a], [b]) => a - b)
    .slice(-maxLive);
  return { ...known, live: new Map(live), gap: known.gap || gap };
}

/** Takes in a page that main sent: the first one of a filter replaces, an older one adds. */
export function takePage(known: Known, page: readonly Entry[], first: boolean): Known {
  const added = page.map((entry) => [entry.sequence, entry] as const);
  const fetched = first ? new Map(added) : new Map([...known.fetched, ...added]);
  return { ...known, fetched, gap: first ? false : known.gap };
}

/** The sequence to ask for entries before; undefined where none was fetched yet. */
export const oldestFetched = (known: Known): number | undefined =>
  known.fetched.size === 0 ? undefined : Math.min(...known.fetched.keys());

/**
 * The rows to show. Main chose the fetched entries by the filter, over the whole trail; rows of which only live
 * entries are known are chosen here.
 */
export function rowsOf(known: Known, search: string, filter: OutcomeFilter): Row[] {
  const all = new Map([...known.live, ...known.fetched]);
  return joinRows(all.values()).filter(
    (row) =>
      row.entries.some((entry) => known.fetched.has(entry.sequence)) ||
      (passes(row, filter) && mentions(row, search)),
  );
}
