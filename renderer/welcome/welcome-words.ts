import type { ClientView, FilePreview } from '../../shared/client.ts';
import { count } from '../components/count.ts';

/** What a scan found, in numbers. */
export interface Found {
  readonly clients: number;
  /** Entries of configs: a server in two clients counts twice, as it is started twice. */
  readonly servers: number;
  readonly secrets: number;
}

/** Counts clients, their servers and the secrets in their files. */
export function countFound(clients: readonly ClientView[]): Found {
  const entries = clients.flatMap(({ files }) => files.flatMap((file) => file.entries));
  const secrets = entries.reduce((sum, entry) => sum + entry.secrets.length, 0);
  return { clients: clients.length, servers: entries.length, secrets };
}

/** What was found as one sentence. */
export const foundWords = ({ clients, servers }: Found): string =>
  `${count(clients, 'AI client')} on this machine ${clients === 1 ? 'uses' : 'use'} ${count(servers, 'server')}.`;

/** What a protect would do to one client. */
export interface ClientPlan {
  readonly clientId: string;
  readonly name: string;
  readonly files: readonly FilePreview[];
  /** Names of the servers that change. */
  readonly servers: readonly string[];
}

/** The previews by client: only those of which something would change. */
export function clientPlans(previews: readonly FilePreview[]): ClientPlan[] {
  const changing = previews.filter(({ refused, diff }) => refused === undefined && diff !== '');
  return [...Map.groupBy(changing, ({ clientId }) => clientId)].map(([clientId, files]) => ({
    clientId,
    name: files[0]?.clientName ?? clientId,
    files,
    servers: files.flatMap(({ entries }) => entries),
  }));
}

/** How many servers those plans route. */
export const plannedServers = (plans: readonly ClientPlan[]): number =>
  plans.reduce((sum, { servers }) => sum + servers.length, 0);
