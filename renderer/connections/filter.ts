import type { ClientView, EntryView, FileView, UngovernedView } from '../../shared/client.ts';
import type { SignInStatus } from '../../shared/sign-in.ts';
import type { SessionView } from '../../shared/state.ts';
import { wordsFilter } from '../components/words-filter.ts';
import { howReached } from './connection-words.ts';
import { wantsSignIn } from './sign-in-words.ts';

/** Which servers are shown: all, those that go around Airlock, or those that do not work as they should. */
export type StateFilter = 'all' | 'open' | 'problem';

/** What a person looks for. */
export interface Filter {
  readonly text: string;
  readonly state: StateFilter;
}

/** What is known of an entry beside its config. */
interface Around {
  readonly sessions: readonly SessionView[];
  readonly signIn: SignInStatus | undefined;
}

/** Finds what is known of an entry. */
export type AroundOf = (entry: EntryView) => Around;

/** True where the client reaches the server without Airlock, or may. */
const isOpen = (entry: EntryView): boolean => !entry.protected && entry.routeState !== 'blocked';

/** True where something keeps the server from working, for a person to look at. */
export function isProblem(entry: EntryView, { sessions, signIn }: Around): boolean {
  return (
    entry.routeState === 'blocked' ||
    (entry.protected && entry.notGovernable !== undefined) ||
    wantsSignIn(signIn) ||
    sessions.some(({ state }) => state === 'failed' || state === 'paused')
  );
}

/** How many servers each state filter would show; a file that could not be read is one problem. */
export function countStates(
  clients: readonly ClientView[],
  aroundOf: AroundOf,
): Readonly<Record<StateFilter, number>> {
  const files = clients.flatMap((client) => client.files);
  const entries = files.flatMap((file) => file.entries);
  return {
    all: entries.length,
    open: entries.filter(isOpen).length,
    problem:
      entries.filter((entry) => isProblem(entry, aroundOf(entry))).length +
      files.filter((file) => file.error !== undefined).length,
  };
}

/**
 * The clients with what passes the filter. A word that fits a client or a file keeps all of its servers; what is
 * left without servers goes, unless it is itself what was looked for.
 */
export function filterClients(
  clients: readonly ClientView[],
  { text, state }: Filter,
  aroundOf: AroundOf,
): ClientView[] {
  const fits = wordsFilter(text);
  const passes = (entry: EntryView): boolean =>
    state === 'all' || (state === 'open' ? isOpen(entry) : isProblem(entry, aroundOf(entry)));
  const fileOf = (file: FileView, named: boolean): FileView[] => {
    const whole = named || fits(file.path);
    const entries = file.entries.filter(
      (entry) => passes(entry) && (whole || fits(entry.name, howReached(entry))),
    );
    const itself = whole && (state === 'all' || (state === 'problem' && file.error !== undefined));
    return entries.length > 0 || itself ? [{ ...file, entries }] : [];
  };
  return clients.flatMap((client) => {
    const named = fits(client.name);
    const files = client.files.flatMap((file) => fileOf(file, named));
    return files.length > 0 ? [{ ...client, files }] : [];
  });
}

/** What cannot be governed and passes the filter; none of it is a problem of ours. */
export function filterUngoverned(
  seen: readonly UngovernedView[],
  { text, state }: Filter,
): UngovernedView[] {
  if (state === 'problem') return [];
  const fits = wordsFilter(text);
  return seen.filter(({ clientName, name, path = '', advice }) =>
    fits(clientName, name, path, advice),
  );
}
