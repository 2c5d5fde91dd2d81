import type { DriftAction, NewEntryAction, WatchEvent } from './watch-event.ts';
import { type AttemptLimit, attemptLimit, type LimitRules } from './watch-limit.ts';

/** What is to be done about an entry, whichever way it came to lead past Airlock. */
export type EntryAction = DriftAction | NewEntryAction;

/** What a file's events have in common is added by whoever remembers the file. */
export type News = Omit<WatchEvent, 'clientId' | 'clientName' | 'file' | 'detectedAt'>;

/** What is remembered of a file between two looks. */
export interface FileMemory {
  /** Place and server of every direct entry that is no news. */
  readonly seen: Set<string>;
  /** What a person decided about a place. */
  readonly answers: Map<string, EntryAction>;
  readonly limit: AttemptLimit;
  /** Hash at the last look, or why there was none. */
  state: string;
  /** What could not be read at the last look: it is told when it is the same at the next. */
  doubt: string;
  /** Why the last write was refused; undefined: it was not. */
  refused?: string | undefined;
  /** Tells what happened to a place, once as long as it stays the same. */
  tell(place: string, what: string, news: News): void;
  /** What happens to the place next is told again. */
  untell(place: string): void;
}

/** The place that stands for the file as a whole. */
export const wholeFile = '';

/** Nothing seen, nothing told. */
export function fileMemory(
  tellAll: (news: News) => void,
  rules: LimitRules | undefined,
): FileMemory {
  const told = new Map<string, string>();
  return {
    seen: new Set(),
    answers: new Map(),
    limit: attemptLimit(rules),
    state: '',
    doubt: '',
    tell(place, what, news) {
      if (told.get(place) === what) return;
      told.set(place, what);
      tellAll(news);
    },
    untell: (place) => {
      told.delete(place);
    },
  };
}
