import type { ClientView, EntryView, FileChange, FileView } from '../../shared/client.ts';
import type { SessionView } from '../../shared/state.ts';
import { count } from '../components/count.ts';
import type { Tone } from '../components/risk-words.ts';

/** A state in a word, how loudly, and one sentence on what it means. */
export interface StateWords {
  readonly text: string;
  readonly tone: Tone;
  readonly means: string;
}

/** How a server entry stands: what the config shows, and what a real call has proved. */
export function entryState(entry: EntryView): StateWords {
  if (entry.routeState === 'blocked') {
    return entry.protected
      ? {
          text: 'Stopped',
          tone: 'danger',
          means: 'The kill switch refuses its calls until somebody resumes them.',
        }
      : {
          text: 'Blocked',
          tone: 'neutral',
          means: entry.notGovernable ?? 'The client or a policy keeps it from running.',
        };
  }
  if (entry.notGovernable !== undefined) {
    const text = entry.protected ? 'Does not work' : 'Cannot be protected';
    return { text, tone: 'warn', means: entry.notGovernable };
  }
  switch (entry.routeState) {
    case 'routed':
      return {
        text: 'Protected',
        tone: 'ok',
        means: 'Calls were seen passing through Airlock.',
      };
    case 'direct':
      return {
        text: 'Not protected',
        tone: 'danger',
        means: 'The client reaches this server without Airlock.',
      };
    case 'unknown':
      return entry.protected
        ? {
            text: 'Protected, no call yet',
            tone: 'info',
            means: 'It is set up to go through Airlock; the first call will prove it.',
          }
        : {
            text: 'Not known',
            tone: 'warn',
            means: 'Nothing shows yet how the client reaches this server.',
          };
    default:
      return entry.routeState satisfies never;
  }
}

/** How the server is started or reached, as one line. */
export const howReached = (entry: EntryView): string =>
  entry.url ?? [entry.command ?? '', ...(entry.args ?? [])].join(' ').trim();

/** How a remote server is spoken to; undefined for one that the client starts itself. */
export function transportWords(transport: EntryView['transport']): string | undefined {
  switch (transport) {
    case 'http':
      return 'remote, over HTTP';
    case 'sse':
      return 'remote, over SSE';
    case 'ws':
      return 'remote, over WebSocket';
    case 'stdio':
    case 'unknown':
      return undefined;
    default:
      return transport satisfies never;
  }
}

/** Where a config file applies. */
export function fileScope(scope: FileView['scope']): string {
  switch (scope) {
    case 'user':
      return 'for all your work';
    case 'workspace':
      return 'for one project';
    case 'profile':
      return 'for one profile';
    case 'local':
      return 'for one project, only you';
    case 'managed':
      return 'set by your organisation';
    default:
      return scope satisfies never;
  }
}

/** How many servers a client has, and how many of them go through Airlock. */
export interface Coverage {
  readonly all: number;
  readonly protected: number;
  /** Entries that a protect would change. */
  readonly open: number;
}

/** Counts the entries of a client's readable files. */
export function coverageOf(clients: readonly ClientView[]): Coverage {
  const entries = clients.flatMap((client) => client.files.flatMap((file) => file.entries));
  return {
    all: entries.length,
    protected: entries.filter((entry) => entry.protected).length,
    open: entries.filter((entry) => !entry.protected && entry.notGovernable === undefined).length,
  };
}

/** The coverage as a sentence. */
export function coverageWords({ all, protected: done }: Coverage): string {
  if (all === 0) return 'No servers';
  if (done === all) return `${count(all, 'server')}, all protected`;
  return `${done} of ${count(all, 'server')} protected`;
}

/** What a live session through an entry is doing. */
export function sessionWords(session: SessionView): StateWords {
  switch (session.state) {
    case 'starting':
      return { text: 'Starting', tone: 'info', means: session.detail };
    case 'ready':
      return { text: `Live, ${count(session.calls, 'call')}`, tone: 'ok', means: session.detail };
    case 'paused':
      return { text: 'Paused', tone: 'warn', means: session.detail };
    case 'failed':
      return { text: 'Failed', tone: 'danger', means: session.detail };
    case 'stopped':
      return { text: 'Stopped', tone: 'neutral', means: session.detail };
    default:
      return session.state satisfies never;
  }
}

/** What runs through an entry, line by line: troubles each by itself, what is well in one line. */
export function sessionLines(sessions: readonly SessionView[]): (StateWords & { key: string })[] {
  const ready = sessions.filter(({ state }) => state === 'ready');
  const [first] = ready;
  const calls = ready.reduce((sum, session) => sum + session.calls, 0);
  const details = [...new Set(ready.map(({ detail }) => detail))].filter((text) => text !== '');
  const well: SessionView[] = first ? [{ ...first, calls, detail: details.join(' ') }] : [];
  const others = sessions.filter(({ state }) => state !== 'ready');
  return [...well, ...others].map((session) => {
    const words = { ...sessionWords(session), key: session.sessionId };
    return session.state === 'ready' && ready.length > 1
      ? { ...words, text: `${ready.length} live, ${count(calls, 'call')}` }
      : words;
  });
}

/** What was done to a file. */
export function changeWords(change: FileChange): { readonly text: string; readonly tone: Tone } {
  const servers = count(change.entries.length, 'server');
  switch (change.result) {
    case 'changed':
      return {
        text: `${servers} now ${change.entries.length === 1 ? 'goes' : 'go'} through Airlock`,
        tone: 'ok',
      };
    case 'unchanged':
      return { text: 'Nothing to change', tone: 'neutral' };
    case 'refused':
      return { text: 'Left alone', tone: 'warn' };
    case 'restored-exact':
      return { text: 'Back to the original, byte for byte', tone: 'ok' };
    case 'restored-entries':
      return { text: `${servers} put back; later edits of yours kept`, tone: 'ok' };
    default:
      return change.result satisfies never;
  }
}
