import { Search } from 'lucide-react';
import { useDeferredValue, useMemo, useState } from 'react';
import type { RouteState } from '../../shared/client.ts';
import type { InventoryAgent, InventoryServer } from '../../shared/inventory.ts';
import { Button } from '../components/button.tsx';
import { Choice } from '../components/choice.tsx';
import { number } from '../components/count.ts';
import { FoldedList } from '../components/folded-list.tsx';
import { Empty } from '../components/screen.tsx';
import { SearchField } from '../components/search-field.tsx';
import { useNow } from '../components/use-now.ts';
import { routeWords } from './inventory-words.ts';
import { countRoutes, filterServers, noFilter, type ServerFilter } from './server-filter.ts';
import { columns, ServerRow } from './server-row.tsx';

/** More rows than this are folded away: what is least governed comes first. */
const firstRows = 25;

const routes: readonly RouteState[] = ['direct', 'unknown', 'blocked', 'routed'];

/** The servers, least governed first, with what narrows them down. */
export function ServerList(props: {
  readonly servers: readonly InventoryServer[];
  readonly agents: readonly InventoryAgent[];
  readonly onOpen: (id: string) => void;
}) {
  const { servers, agents, onOpen } = props;
  const [filter, setFilter] = useState<ServerFilter>(noFilter);
  const now = useNow(60_000);
  const counts = useMemo(() => countRoutes(servers, filter.agent), [servers, filter.agent]);
  const wanted = useDeferredValue(filter);
  const shown = useMemo(() => filterServers(servers, wanted), [servers, wanted]);
  const options: (readonly [RouteState | 'all', string])[] = [
    ['all', `All ${number(counts.all)}`],
    ...routes
      .filter((route) => counts[route] > 0 || filter.route === route)
      .map((route) => [route, `${routeWords(route).text} ${number(counts[route])}`] as const),
  ];
  return (
    <>
      <div className="flex flex-wrap items-center gap-3">
        <Choice
          legend="Show"
          options={options}
          value={filter.route}
          onChange={(route) => setFilter({ ...filter, route })}
        />
        <label>
          <span className="sr-only">Agent</span>
          <select
            value={filter.agent}
            onChange={(event) => setFilter({ ...filter, agent: event.target.value })}
            className="h-7.5 max-w-44 rounded-control border border-control bg-surface px-2"
          >
            <option value="">All agents</option>
            {agents.map(({ clientId, name }) => (
              <option key={clientId} value={clientId}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <SearchField
          label="Search the inventory"
          placeholder="Server, owner, tool or file"
          value={filter.text}
          onChange={(text) => setFilter({ ...filter, text })}
        />
      </div>
      {shown.length === 0 ? (
        <Empty
          icon={Search}
          title="Nothing matches"
          action={<Button onClick={() => setFilter(noFilter)}>Show all</Button>}
        >
          No server fits this search and filter.
        </Empty>
      ) : (
        <section
          aria-label="Servers"
          className="overflow-hidden rounded-panel border border-line bg-surface"
        >
          <div
            aria-hidden="true"
            className={`${columns} border-b border-line bg-inset py-1.5 text-xs text-muted`}
          >
            <span>Server</span>
            <span>Used by</span>
            <span>Tools</span>
            <span>Route</span>
            <span>Trust</span>
            <span>Last seen</span>
          </div>
          <div className="[&>button]:ms-4 [&>button]:mb-2">
            <FoldedList
              key={`${wanted.route} ${wanted.agent} ${wanted.text}`}
              items={shown}
              first={firstRows}
              noun="servers"
              className="divide-y divide-line"
            >
              {(server) => <ServerRow key={server.id} server={server} now={now} onOpen={onOpen} />}
            </FoldedList>
          </div>
        </section>
      )}
    </>
  );
}
