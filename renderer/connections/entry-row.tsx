import type { EntryView } from '../../shared/client.ts';
import type { SessionView } from '../../shared/state.ts';
import { Toned } from '../components/tone.tsx';
import { entryState, howReached, sessionWords } from './connection-words.ts';

/** One server of a config file: what it starts, how it stands, and what runs through it now. */
export function EntryRow(props: {
  readonly entry: EntryView;
  readonly sessions: readonly SessionView[];
}) {
  const { entry, sessions } = props;
  const state = entryState(entry);
  return (
    <li className="grid grid-cols-[minmax(0,1fr)_minmax(0,240px)] gap-4 border-t border-line px-4 py-2.5">
      <div className="min-w-0">
        <p className="font-medium">
          <bdi>{entry.name}</bdi>
          {entry.disabled ? (
            <span className="ms-2 font-normal text-muted">switched off in the client</span>
          ) : null}
        </p>
        <p className="truncate font-mono text-xs text-muted" title={howReached(entry)}>
          <bdi>{howReached(entry)}</bdi>
        </p>
        {entry.secrets.length > 0 ? (
          <p className="mt-0.5">
            <Toned tone="warn">
              Secret in plain text:{' '}
              {entry.secrets.map(({ location, kind }) => `${location} (${kind})`).join(', ')}
            </Toned>
          </p>
        ) : null}
      </div>
      <div className="min-w-0">
        <Toned tone={state.tone}>{state.text}</Toned>
        <p className="text-xs text-muted">
          <bdi>{state.means}</bdi>
        </p>
        {sessions.map((session) => {
          const live = sessionWords(session);
          return (
            <p key={session.sessionId} className="mt-1 text-xs">
              <Toned tone={live.tone}>{live.text}</Toned>
              {live.means === '' ? null : <span className="block text-muted">{live.means}</span>}
            </p>
          );
        })}
      </div>
    </li>
  );
}
