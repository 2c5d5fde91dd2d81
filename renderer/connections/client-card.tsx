import type { ClientView, FileView } from '../../shared/client.ts';
import type { SessionView } from '../../shared/state.ts';
import { Button } from '../components/button.tsx';
import { Callout } from '../components/callout.tsx';
import { coverageOf, coverageWords, fileScope } from './connection-words.ts';
import { EntryRow } from './entry-row.tsx';

/** One client with its config files and their servers, and what can be done to all of them. */
export function ClientCard(props: {
  readonly client: ClientView;
  readonly sessions: readonly SessionView[];
  readonly onProtect: () => void;
  readonly onRestore: () => void;
}) {
  const { client, sessions, onProtect, onRestore } = props;
  const coverage = coverageOf([client]);
  return (
    <section
      aria-label={client.name}
      className="overflow-hidden rounded-panel border border-line bg-surface"
    >
      <div className="flex flex-wrap items-center gap-2 px-4 py-3">
        <h2 className="text-[15px] font-semibold">
          <bdi>{client.name}</bdi>
        </h2>
        <p className="flex-1 text-muted">{coverageWords(coverage)}</p>
        {coverage.protected > 0 ? (
          <Button onClick={onRestore} data-testid={`restore-${client.id}`}>
            Restore…<span className="sr-only"> {client.name}</span>
          </Button>
        ) : null}
        {coverage.open > 0 ? (
          <Button onClick={onProtect} data-testid={`protect-${client.id}`}>
            Protect…<span className="sr-only"> {client.name}</span>
          </Button>
        ) : null}
      </div>
      {client.files.map((file) => (
        <ConfigFile key={file.path} file={file} sessions={sessions} />
      ))}
    </section>
  );
}

function ConfigFile(props: { readonly file: FileView; readonly sessions: readonly SessionView[] }) {
  const { file, sessions } = props;
  return (
    <div>
      <p className="flex flex-wrap gap-x-2 border-t border-line bg-inset px-4 py-1.5 text-xs text-muted">
        <bdi className="font-mono">{file.path}</bdi>
        <span>{fileScope(file.scope)}</span>
      </p>
      {file.error === undefined ? null : (
        <div className="border-t border-line px-4 py-2.5">
          <Callout tone="warn">
            <bdi>{file.error}</bdi>
          </Callout>
        </div>
      )}
      {file.entries.length === 0 && file.error === undefined ? (
        <p className="border-t border-line px-4 py-2.5 text-muted">No servers in this file.</p>
      ) : (
        <ul>
          {file.entries.map((entry) => (
            <EntryRow
              key={entry.name}
              entry={entry}
              sessions={sessions.filter((session) => session.connectionId === entry.connectionId)}
            />
          ))}
        </ul>
      )}
    </div>
  );
}
