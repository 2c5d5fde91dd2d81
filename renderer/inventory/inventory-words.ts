import type { RouteState } from '../../shared/client.ts';
import type {
  InventoryServer,
  InventoryTool,
  LocalListener,
  ProbeReport,
  ServerOwner,
  StrayServer,
  TrustState,
} from '../../shared/inventory.ts';
import type { Tone } from '../components/risk-words.ts';
import { rowTime } from '../components/time-words.ts';

/** A word with how loudly it is said. */
interface Words {
  readonly text: string;
  readonly tone: Tone;
}

/** How an agent reaches a server, in a word. The sentence beside it is main's. */
export function routeWords(state: RouteState): Words {
  switch (state) {
    case 'direct':
      return { text: 'Not protected', tone: 'danger' };
    case 'unknown':
      return { text: 'Not known', tone: 'warn' };
    case 'blocked':
      return { text: 'Blocked', tone: 'neutral' };
    case 'routed':
      return { text: 'Protected', tone: 'ok' };
    default:
      return state satisfies never;
  }
}

/** Whether anybody has looked at a server. */
export function trustWords(state: TrustState): Words {
  switch (state) {
    case 'trusted':
      return { text: 'Trusted', tone: 'ok' };
    case 'unreviewed':
      return { text: 'Not reviewed', tone: 'neutral' };
    case 'refused':
      return { text: 'Not allowed', tone: 'danger' };
    default:
      return state satisfies never;
  }
}

/** Where it was read who answers for a server. */
export function ownerSource(from: ServerOwner['from']): string {
  switch (from) {
    case 'registry':
      return 'by your organisation’s list';
    case 'package':
      return 'publishes the package';
    case 'address':
      return 'by its address';
    default:
      return from satisfies never;
  }
}

/** How the definition of a tool stands. */
export function pinWords(state: InventoryTool['state']): Words {
  switch (state) {
    case 'accepted':
      return { text: 'Accepted', tone: 'ok' };
    case 'changed':
      return { text: 'Changed, held', tone: 'warn' };
    case 'quarantined':
      return { text: 'Looks poisoned, held', tone: 'danger' };
    case 'unlisted':
      return { text: 'Never listed by the server', tone: 'warn' };
    default:
      return state satisfies never;
  }
}

/** The names of the agents that use a server, each once, in the order of its uses. */
export const agentNames = (server: InventoryServer): string[] => [
  ...new Set(server.uses.map(({ clientName }) => clientName)),
];

/** Who uses a server, as short as a column: the first two and how many more. */
export function usedBy(server: InventoryServer): string {
  const [first, second, ...rest] = agentNames(server);
  if (first === undefined) return 'No agent any more';
  if (second === undefined) return first;
  return rest.length === 0 ? `${first}, ${second}` : `${first}, ${second} and ${rest.length} more`;
}

/** When a server was last seen, as short as a column. */
export const lastSeen = (server: InventoryServer, now: number): string =>
  server.live > 0 ? 'Running now' : rowTime(server.lastSeenAt, now);

/** Below what a process runs, from the app down to it; empty where nothing is known of that. */
export const lineage = ({ parents }: StrayServer): string =>
  parents
    .map(({ name }) => name)
    .reverse()
    .join(' › ');

/** The address of a listener with the path a person wants to look at; IPv6 goes into brackets (RFC 3986, 3.2.2). */
export function listenerUrl({ address, port }: LocalListener, path: string): string {
  const anywhere: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };
  const host = anywhere[address] ?? address;
  const bracketed = host.includes(':') ? `[${host}]` : host;
  return `http://${bracketed}:${port}/${path.trim().replace(/^\/+/, '')}`;
}

/** What an endpoint turned out to be. */
export function probeWords({ answer, server }: ProbeReport): Words {
  switch (answer) {
    case 'mcp': {
      const name = server === undefined ? '' : `: ${server.name} ${server.version}`.trimEnd();
      return { text: `This is an MCP server${name}`, tone: 'warn' };
    }
    case 'sign-in':
      return { text: 'Probably an MCP server: it wants a sign-in first', tone: 'warn' };
    case 'not-mcp':
      return { text: 'No MCP server at this address', tone: 'ok' };
    case 'unreachable':
      return { text: 'It did not answer', tone: 'neutral' };
    default:
      return answer satisfies never;
  }
}
