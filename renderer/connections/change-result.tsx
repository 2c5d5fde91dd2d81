import type { ClientView, FileChange } from '../../shared/client.ts';
import { Callout } from '../components/callout.tsx';
import { Toned } from '../components/tone.tsx';
import { changeWords } from './connection-words.ts';

/** What was done to each file, and what makes each client take notice. */
export function ChangeResult(props: {
  readonly kind: 'protect' | 'restore';
  readonly changes: readonly FileChange[];
  readonly clients: readonly ClientView[];
}) {
  const { changes, clients } = props;
  const touched = new Set(
    changes
      .filter((change) => change.result !== 'refused' && change.result !== 'unchanged')
      .map((change) => change.clientId),
  );
  const reloads = clients.filter((client) => touched.has(client.id));
  return (
    <div className="flex flex-col gap-4" data-testid="change-result">
      {reloads.length > 0 ? (
        <Callout tone="info">
          <p className="font-medium">So that it takes effect:</p>
          <ul>
            {reloads.map((client) => (
              <li key={client.id}>{client.reload}</li>
            ))}
          </ul>
        </Callout>
      ) : null}
      <ul className="flex flex-col gap-3">
        {changes.map((change) => {
          const { text, tone } = changeWords(change);
          return (
            <li key={`${change.clientId} ${change.path}`}>
              <p className="flex flex-wrap items-baseline gap-x-2">
                <span className="font-semibold">
                  <bdi>{change.clientName}</bdi>
                </span>
                <bdi className="font-mono text-xs text-muted">{change.path}</bdi>
              </p>
              <Toned tone={tone}>{text}</Toned>
              {change.reason === undefined ? null : (
                <p className="text-muted">
                  <bdi>{change.reason}</bdi>
                </p>
              )}
            </li>
          );
        })}
      </ul>
    </div>
  );
}
