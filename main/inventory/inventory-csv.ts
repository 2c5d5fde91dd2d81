import { type CsvCell, csvLine } from '../../shared/csv.ts';
import type { Inventory, InventoryServer, ServerUse } from '../../shared/inventory.ts';
import { RiskLevel } from '../../shared/policy.ts';

type Row = Readonly<Record<string, CsvCell>>;

/** The columns, in the order of a person's questions: what, who uses it, how it is routed; then what ties it down. */
const columns = [
  ...['kind', 'label', 'transport', 'target', 'client', 'entry', 'file', 'scope', 'folder'],
  ...['disabled', 'route', 'evidence', 'routeSeen', 'trust', 'owner', 'package', 'packageVersion'],
  ...['secrets', 'tools', 'heldTools', 'gravestRisk', 'reportedVersions', 'live', 'pid'],
  ...['firstSeen', 'lastSeen', 'detectedAfterMs', 'present', 'serverId', 'connectionId'],
] as const;

const time = (at: number | undefined): string | undefined =>
  at === undefined ? undefined : new Date(at).toISOString();

/**
 * The inventory as CSV (RFC 4180): a line for each entry that uses a server, for each server without one, for each
 * stray process and for each thing that no config can govern. Pure.
 */
export function inventoryCsv(inventory: Inventory): string {
  const rows: Row[] = [
    ...inventory.servers.flatMap((server) =>
      (server.uses.length === 0 ? [undefined] : server.uses).map((use) => serverRow(server, use)),
    ),
    ...inventory.stray.map((stray) => ({
      kind: 'stray',
      target: stray.command,
      client: stray.app,
      evidence: stray.reason,
      route: 'direct',
      pid: stray.pid,
    })),
    ...inventory.ungoverned.map((one) => ({
      kind: 'ungoverned',
      label: one.name,
      client: one.clientName,
      file: one.path,
      evidence: one.advice,
    })),
  ];
  const lines = rows.map((row) => csvLine(columns.map((name) => row[name])));
  return `${[csvLine(columns), ...lines].join('\r\n')}\r\n`;
}

function serverRow(server: InventoryServer, use: ServerUse | undefined): Row {
  const { route } = use ?? server;
  return {
    kind: 'server',
    label: server.label,
    transport: server.transport,
    target: server.target,
    client: use?.clientName,
    entry: use?.name,
    file: use?.file,
    scope: use?.scope,
    folder: use?.folder,
    disabled: use?.disabled,
    route: route.state,
    evidence: route.evidence,
    routeSeen: time(route.at),
    trust: server.trust.state,
    owner: server.owner?.name,
    package:
      server.package === undefined ? undefined : `${server.package.kind}:${server.package.name}`,
    packageVersion: server.package?.version,
    secrets: use?.secrets.map(({ location, kind }) => `${location} (${kind})`).join('; '),
    tools: server.tools.length,
    heldTools: server.tools.filter(({ state }) => state !== 'accepted').length,
    gravestRisk: gravestRisk(server),
    reportedVersions: server.versions.map(({ name, version }) => `${name} ${version}`).join('; '),
    live: server.live,
    firstSeen: time(server.firstSeenAt),
    lastSeen: time(server.lastSeenAt),
    detectedAfterMs: server.detectedAfterMs,
    present: server.present,
    serverId: server.id,
    connectionId: use?.connectionId,
  };
}

/** The worst that a tool of the server may do; undefined where none is known. Pure. */
export function gravestRisk({ tools }: InventoryServer): RiskLevel | undefined {
  const levels = tools.map(({ risk }) => RiskLevel.options.indexOf(risk));
  return levels.length === 0 ? undefined : RiskLevel.options[Math.max(...levels)];
}
