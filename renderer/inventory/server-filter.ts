import type { RouteState } from '../../shared/client.ts';
import type { InventoryServer } from '../../shared/inventory.ts';
import { wordsFilter } from '../components/words-filter.ts';
import { agentNames } from './inventory-words.ts';

/** What a person looks for among the servers. */
export interface ServerFilter {
  readonly text: string;
  readonly route: RouteState | 'all';
  /** The id of a client; empty: all of them. */
  readonly agent: string;
}

/** The filter that lets everything through. */
export const noFilter: ServerFilter = { text: '', route: 'all', agent: '' };

const usedByAgent = (server: InventoryServer, agent: string): boolean =>
  agent === '' || server.uses.some(({ clientId }) => clientId === agent);

/** The servers that pass, in their order. */
export function filterServers(
  servers: readonly InventoryServer[],
  { text, route, agent }: ServerFilter,
): InventoryServer[] {
  const fits = wordsFilter(text);
  return servers.filter(
    (server) =>
      (route === 'all' || server.route.state === route) &&
      usedByAgent(server, agent) &&
      fits(
        server.label,
        server.target,
        server.owner?.name ?? '',
        ...agentNames(server),
        ...server.uses.flatMap(({ name, file }) => [name, file]),
        ...server.tools.map(({ name }) => name),
      ),
  );
}

/** How many servers each route would show for one agent. */
export function countRoutes(
  servers: readonly InventoryServer[],
  agent: string,
): Readonly<Record<RouteState | 'all', number>> {
  const counts = { all: 0, direct: 0, unknown: 0, blocked: 0, routed: 0 };
  for (const server of servers) {
    if (!usedByAgent(server, agent)) continue;
    counts.all += 1;
    counts[server.route.state] += 1;
  }
  return counts;
}
