import { ChevronDown, ChevronRight } from 'lucide-react';
import { useId } from 'react';
import type { ClientView, FileView } from '../../shared/client.ts';
import { Button } from '../components/button.tsx';
import { Callout } from '../components/callout.tsx';
import { count } from '../components/count.ts';
import { Badge } from '../components/tone.tsx';
import { coverageOf, coverageWords, fileScope } from './connection-words.ts';
import { EntryRow } from './entry-row.tsx';
import { type AroundOf, countStates } from './filter.ts';
import type { SignInActions } from './sign-in-line.tsx';

/** What every row of a card needs to know. */
export interface CardPorts {
  readonly aroundOf: AroundOf;
  readonly signInFailed: ReadonlyMap<string, string>;
  readonly actions: SignInActions;
}

/** One client with its config files and their servers, and what can be done to all of them. */
export function ClientCard(props: {
  /** The client with all it has; what its head says is of the whole, whatever is filtered. */
  readonly client: ClientView;
  readonly files: readonly FileView[];
  readonly open: boolean;
  readonly ports: CardPorts;
  readonly onToggle: () => void;
  readonly onProtect: () => void;
  readonly onRestore: () => void;
}) {
  const { client, files, open, ports, onToggle, onProtect, onRestore } = props;
  const body = useId();
  const coverage = coverageOf([client]);
  const { problem } = countStates([client], ports.aroundOf);
  const Chevron = open ? ChevronDown : ChevronRight;
  return (
    <section
      aria-label={client.name}
      className="overflow-hidden rounded-panel border border-line bg-surface"
    >
      <div className="flex flex-wrap items-center gap-2 py-2.5 ps-2 pe-4">
        <h2 className="min-w-0 flex-1">
          <button
            type="button"
            data-group
            aria-expanded={open}
            aria-controls={body}
            onClick={onToggle}
            className="flex w-full items-baseline gap-x-2 rounded-control px-1.5 py-0.5 text-start hover:bg-hover"
          >
            <Chevron size={14} className="shrink-0 self-center text-muted" aria-hidden="true" />
            <bdi className="text-[15px] font-semibold">{client.name}</bdi>
            <span className="text-muted">{coverageWords(coverage)}</span>
          </button>
        </h2>
        {problem > 0 ? <Badge tone="warn">{count(problem, 'problem')}</Badge> : null}
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
      <div id={body} hidden={!open}>
        {open
          ? files.map((file) => <ConfigFile key={file.path} file={file} ports={ports} />)
          : null}
      </div>
    </section>
  );
}

function ConfigFile({ file, ports }: { readonly file: FileView; readonly ports: CardPorts }) {
  return (
    // Files out of view are not laid out: of two hundred servers a handful is seen at a time.
    <div
      className="[content-visibility:auto]"
      style={{ containIntrinsicHeight: `auto ${32 + 73 * file.entries.length}px` }}
    >
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
          {file.entries.map((entry) => {
            const { sessions, signIn } = ports.aroundOf(entry);
            return (
              <EntryRow
                // One file may name a server for several projects.
                key={`${entry.folder ?? ''} ${entry.name}`}
                entry={entry}
                sessions={sessions}
                signIn={signIn}
                signInFailed={ports.signInFailed.get(entry.connectionId ?? '') ?? ''}
                actions={ports.actions}
              />
            );
          })}
        </ul>
      )}
    </div>
  );
}
