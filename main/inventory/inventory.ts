import type { EntryView, ScanReport } from '../../shared/client.ts';
import type {
  Inventory,
  InventoryAgent,
  InventoryServer,
  InventoryTool,
  LocalListener,
  ServerOwner,
  ServerPackage,
  ServerUse,
  StrayServer,
  TrustState,
} from '../../shared/inventory.ts';
import type { RiskLevel } from '../../shared/policy.ts';
import type { ToolView } from '../../shared/server.ts';
import type { SessionView } from '../../shared/state.ts';
import type { PinRow } from './pin-store.ts';
import { leastGoverned, routeOf } from './route-evidence.ts';
import { ownerOf, packageOf } from './server-facts.ts';
import { type Sighting, transportOf } from './sightings.ts';
import { viewOf } from './tool-view.ts';

/** What the inventory is joined from, all of one moment. */
export interface InventoryParts {
  /** Unix milliseconds. */
  readonly at: number;
  readonly report: ScanReport;
  readonly sightings: ReadonlyMap<string, Sighting>;
  readonly pins: readonly PinRow[];
  readonly sessions: readonly Pick<SessionView, 'serverId' | 'connectionId' | 'state'>[];
  readonly stray: readonly StrayServer[];
  readonly listeners: readonly LocalListener[];
  /** What could not be looked at, one sentence each. */
  readonly problems: readonly string[];
}

/** What IT or the person says of a server. */
export interface Standing {
  readonly state: TrustState;
  /** One sentence. */
  readonly reason: string;
  readonly owner?: ServerOwner;
}

/** Who judges what the parts tell. */
export interface InventoryJudges {
  /** What a tool may do at worst by its definition. */
  readonly risk: (tool: ToolView, trusted: boolean) => RiskLevel;
  /** Absent: nobody has said anything about any server. */
  readonly standing?: (server: {
    readonly id: string;
    readonly label: string;
    readonly package?: ServerPackage | undefined;
  }) => Standing;
  /** The sentence of the kill that covers a connection now. */
  readonly refusal?: (target: {
    readonly connectionId: string;
    readonly clientId: string;
    readonly serverId: string;
  }) => string | undefined;
}

const unreviewed: Standing = {
  state: 'unreviewed',
  reason: 'Nobody has said yet whether it may be trusted.',
};

/** An entry with the use it makes of its server. */
interface Use {
  readonly entry: EntryView;
  readonly use: ServerUse;
}

/** Joins what scans, pins, sessions and memory know into one list of servers, the least governed first. Pure. */
export function inventoryOf(parts: InventoryParts, judges: InventoryJudges): Inventory {
  const uses = usesByServer(parts, judges);
  const tools = groupedBy(
    parts.pins.filter(({ state }) => state !== 'unlisted'),
    ({ serverId }) => serverId,
  );
  const present = parts.report.servers.map((server) => ({ ...server, present: true }));
  const ids = new Set(present.map(({ id }) => id));
  const gone = [...parts.sightings.values()]
    .filter(({ serverId }) => !ids.has(serverId))
    .map(({ serverId: id, label, transport }) => ({ id, label, transport, present: false }));
  const servers = [...present, ...gone].map((server): InventoryServer => {
    const own = uses.get(server.id) ?? [];
    const seen = parts.sightings.get(server.id);
    const entry = own[0]?.entry;
    const argv = entry?.command === undefined ? [] : [entry.command, ...(entry.args ?? [])];
    const of = packageOf(argv);
    const { owner = ownerOf(of, entry?.url), ...trust } =
      judges.standing?.({ id: server.id, label: server.label, package: of }) ?? unreviewed;
    const toolsOf = (tools.get(server.id) ?? []).map((row) =>
      toolOf(viewOf(row), trust.state === 'trusted', judges),
    );
    return {
      id: server.id,
      label: server.label,
      transport: transportOf(server.transport),
      target: entry === undefined ? server.label : (entry.url ?? argv.join(' ')),
      ...(of === undefined ? {} : { package: of }),
      ...(owner === undefined ? {} : { owner }),
      trust,
      route: leastGoverned(own.map(({ use }) => use)),
      uses: own.map(({ use }) => use),
      tools: toolsOf.sort((a, b) => a.name.localeCompare(b.name)),
      live: parts.sessions.filter(
        ({ serverId, state }) =>
          serverId === server.id && (state === 'ready' || state === 'starting'),
      ).length,
      versions: (seen?.versions ?? []).toSorted((a, b) => b.lastSeenAt - a.lastSeenAt),
      firstSeenAt: seen?.firstSeenAt ?? parts.at,
      lastSeenAt: server.present ? parts.at : (seen?.lastSeenAt ?? parts.at),
      ...(seen?.detectedAfterMs === undefined ? {} : { detectedAfterMs: seen.detectedAfterMs }),
      present: server.present,
    };
  });
  return {
    at: parts.at,
    agents: parts.report.clients.map((client) => agentOf(client)),
    servers: servers.sort(
      (a, b) => weight(a) - weight(b) || a.label.localeCompare(b.label) || (a.id < b.id ? -1 : 1),
    ),
    stray: [...parts.stray],
    listeners: [...parts.listeners],
    ungoverned: parts.report.ungoverned ?? [],
    problems: [...parts.problems],
  };
}

const weight = ({ present, route }: InventoryServer): number =>
  present ? ['direct', 'unknown', 'blocked', 'routed'].indexOf(route.state) : 4;

function usesByServer(
  { report, sightings, sessions }: InventoryParts,
  { refusal }: InventoryJudges,
): ReadonlyMap<string, readonly Use[]> {
  const live = new Set(
    sessions.filter(({ state }) => state === 'ready').map(({ connectionId }) => connectionId),
  );
  const all = report.clients.flatMap((client) =>
    client.files.flatMap((file) =>
      file.entries.map((entry): Use => {
        const { connectionId, server: serverId } = entry;
        const facts =
          connectionId === undefined
            ? { live: false }
            : {
                live: live.has(connectionId),
                calledAt: sightings.get(serverId)?.calls[connectionId],
                stopped: refusal?.({ connectionId, clientId: client.id, serverId }),
              };
        return {
          entry,
          use: {
            clientId: client.id,
            clientName: client.name,
            name: entry.name,
            file: file.path,
            scope: file.scope,
            disabled: entry.disabled,
            route: routeOf(entry, facts),
            secrets: entry.secrets,
            ...(connectionId === undefined ? {} : { connectionId }),
            ...(entry.folder === undefined ? {} : { folder: entry.folder }),
            ...(entry.notGovernable === undefined ? {} : { notGovernable: entry.notGovernable }),
          },
        };
      }),
    ),
  );
  return groupedBy(
    all.filter(({ entry }) => entry.server !== ''),
    ({ entry }) => entry.server,
  );
}

const toolOf = (tool: ToolView, trusted: boolean, { risk }: InventoryJudges): InventoryTool => ({
  name: tool.name,
  ...(tool.title === undefined ? {} : { title: tool.title }),
  state: tool.state,
  risk: risk(tool, trusted),
  findings: tool.findings.length,
});

function agentOf(client: ScanReport['clients'][number]): InventoryAgent {
  const entries = client.files.flatMap(({ entries }) => entries);
  return {
    clientId: client.id,
    name: client.name,
    files: client.files.length,
    servers: [...new Set(entries.map(({ server }) => server).filter((id) => id !== ''))],
    direct: entries.filter((entry) => !entry.protected && entry.routeState === 'direct').length,
  };
}

function groupedBy<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}
