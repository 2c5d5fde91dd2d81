import { memo } from 'react';
import type { InventoryServer } from '../../shared/inventory.ts';
import { number } from '../components/count.ts';
import { Toned } from '../components/tone.tsx';
import { agentNames, lastSeen, routeWords, trustWords, usedBy } from './inventory-words.ts';

/** The columns of the list, for its head and its rows. */
export const columns =
  'grid grid-cols-[minmax(0,2.4fr)_minmax(0,1.6fr)_44px_minmax(0,120px)_minmax(0,110px)_minmax(0,92px)] gap-x-3 px-4';

/** One server as a button that opens all that is known of it; out of view it is not laid out. */
export const ServerRow = memo(function ServerRow(props: {
  readonly server: InventoryServer;
  readonly now: number;
  readonly onOpen: (id: string) => void;
}) {
  const { server, now, onOpen } = props;
  const route = routeWords(server.route.state);
  const trust = trustWords(server.trust.state);
  const secrets = server.uses.some((use) => use.secrets.length > 0);
  return (
    <li className="[contain-intrinsic-height:auto_57px] [content-visibility:auto]">
      <button
        type="button"
        onClick={() => onOpen(server.id)}
        className={`${columns} w-full items-start py-2 text-start hover:bg-hover focus-visible:-outline-offset-2`}
      >
        <span className="min-w-0">
          <span className="block truncate font-medium" title={server.target}>
            <bdi>{server.label}</bdi>
          </span>
          <span className="block truncate text-xs text-muted">
            {server.owner === undefined ? 'Owner not known' : <bdi>{server.owner.name}</bdi>}
            {server.present ? '' : ' · no config names it now'}
            {secrets ? ' · secret in plain text' : ''}
          </span>
        </span>
        <span className="min-w-0 truncate" title={agentNames(server).join(', ')}>
          <span className="sr-only">Used by </span>
          <bdi>{usedBy(server)}</bdi>
        </span>
        <span className="tabular-nums" title={server.tools.length === 0 ? 'No tools seen yet' : ''}>
          {server.tools.length === 0 ? '–' : number(server.tools.length)}
          <span className="sr-only"> tools</span>
        </span>
        <span className="min-w-0" title={server.route.evidence}>
          <Toned tone={route.tone} oneLine>
            {route.text}
          </Toned>
        </span>
        <span className="min-w-0 truncate" title={server.trust.reason}>
          {trust.tone === 'danger' ? (
            <Toned tone={trust.tone} oneLine>
              {trust.text}
            </Toned>
          ) : (
            trust.text
          )}
        </span>
        <span className="min-w-0 truncate text-muted">{lastSeen(server, now)}</span>
      </button>
    </li>
  );
});
