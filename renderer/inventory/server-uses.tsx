import type { ServerUse } from '../../shared/inventory.ts';
import { FoldedList } from '../components/folded-list.tsx';
import { dateTime } from '../components/time-words.ts';
import { Toned } from '../components/tone.tsx';
import { fileScope } from '../connections/connection-words.ts';
import { routeWords } from './inventory-words.ts';

/** Each entry through which an agent uses a server: where it stands, how it is routed, and its secrets. */
export function ServerUses(props: { readonly uses: readonly ServerUse[]; readonly now: number }) {
  const { uses, now } = props;
  if (uses.length === 0) {
    return <p className="text-muted">No config names it any more. It was seen before.</p>;
  }
  return (
    <FoldedList items={uses} first={6} noun="uses" className="flex flex-col gap-3">
      {(use) => (
        <Use
          key={`${use.clientId} ${use.file} ${use.folder ?? ''} ${use.name}`}
          use={use}
          now={now}
        />
      )}
    </FoldedList>
  );
}

function Use({ use, now }: { readonly use: ServerUse; readonly now: number }) {
  const route = routeWords(use.route.state);
  return (
    <li>
      <p>
        <bdi className="font-medium">{use.clientName}</bdi>
        <span className="ms-2 text-muted">
          as <bdi>{use.name}</bdi>
          {use.disabled ? ', switched off in the client' : ''}
        </span>
      </p>
      <p className="text-xs text-muted">
        <bdi className="font-mono">{use.file}</bdi> · {fileScope(use.scope)}
        {use.folder === undefined ? null : (
          <>
            {' · only in '}
            <bdi className="font-mono">{use.folder}</bdi>
          </>
        )}
      </p>
      <Toned tone={route.tone}>{route.text}</Toned>
      <p className="text-xs text-muted">
        <bdi>{use.notGovernable ?? use.route.evidence}</bdi>
        {use.route.at === undefined ? null : ` Seen ${dateTime(use.route.at, now)}.`}
      </p>
      {use.secrets.length > 0 ? (
        <p>
          <Toned tone="warn">
            Secret in plain text:{' '}
            {use.secrets.map(({ location, kind }) => `${location} (${kind})`).join(', ')}
          </Toned>
        </p>
      ) : null}
    </li>
  );
}
