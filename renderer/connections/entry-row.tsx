import { memo } from 'react';
import type { EntryView } from '../../shared/client.ts';
import type { SignInStatus } from '../../shared/sign-in.ts';
import type { SessionView } from '../../shared/state.ts';
import { Toned } from '../components/tone.tsx';
import { entryState, howReached, sessionLines, transportWords } from './connection-words.ts';
import { type SignInActions, SignInLine } from './sign-in-line.tsx';

/** One server of a config file: what it starts or reaches, how it stands, and what runs through it now. */
export const EntryRow = memo(function EntryRow(props: {
  readonly entry: EntryView;
  readonly sessions: readonly SessionView[];
  readonly signIn: SignInStatus | undefined;
  readonly signInFailed: string;
  readonly actions: SignInActions;
}) {
  const { entry, sessions, signIn, signInFailed, actions } = props;
  const state = entryState(entry);
  const transport = transportWords(entry.transport);
  return (
    <li className="grid grid-cols-[minmax(0,1fr)_minmax(0,240px)] gap-4 border-t border-line px-4 py-2.5">
      <div className="min-w-0">
        <p className="font-medium">
          <bdi>{entry.name}</bdi>
          {transport === undefined ? null : (
            <span className="ms-2 font-normal text-muted">{transport}</span>
          )}
          {entry.disabled ? (
            <span className="ms-2 font-normal text-muted">switched off in the client</span>
          ) : null}
        </p>
        <p className="truncate font-mono text-xs text-muted" title={howReached(entry)}>
          <bdi>{howReached(entry)}</bdi>
        </p>
        {entry.folder === undefined ? null : (
          <p className="text-xs text-muted">
            only in <bdi className="font-mono">{entry.folder}</bdi>
          </p>
        )}
        {entry.secrets.length > 0 ? (
          <p className="mt-0.5">
            <Toned tone="warn">
              Secret in plain text:{' '}
              {entry.secrets.map(({ location, kind }) => `${location} (${kind})`).join(', ')}
            </Toned>
          </p>
        ) : null}
        {signIn !== undefined && entry.connectionId !== undefined ? (
          <SignInLine
            connectionId={entry.connectionId}
            name={entry.name}
            status={signIn}
            failed={signInFailed}
            actions={actions}
          />
        ) : null}
      </div>
      <div className="min-w-0">
        <Toned tone={state.tone}>{state.text}</Toned>
        <p className="text-xs text-muted">
          <bdi>{state.means}</bdi>
        </p>
        <SessionLines sessions={sessions} />
      </div>
    </li>
  );
});

/** What runs through a connection, or failed a short while ago, each with its sentence. */
export function SessionLines({ sessions }: { readonly sessions: readonly SessionView[] }) {
  return sessionLines(sessions).map(({ key, text, tone, means }) => (
    <div key={key} className="mt-1 text-xs">
      <Toned tone={tone}>{text}</Toned>
      {means === '' ? null : (
        <p className="text-muted">
          <bdi>{means}</bdi>
        </p>
      )}
    </div>
  ));
}
