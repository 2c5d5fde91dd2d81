import type { ScanReport } from '../shared/client.ts';
import type { KillTarget } from './kill/kill-scope.ts';

/**
 * Marks the entries through which a client has really come since the app started: `routed`, or `blocked` where a kill
 * covers them now. Nothing else proves a route.
 */
export function withProvenRoutes(
  found: ScanReport,
  routed: ReadonlySet<string>,
  refusal: (target: KillTarget) => string | undefined,
): ScanReport {
  const clients = found.clients.map((client) => ({
    ...client,
    files: client.files.map((file) => ({
      ...file,
      entries: file.entries.map((entry) => {
        const { connectionId, server } = entry;
        if (connectionId === undefined || !routed.has(connectionId)) return entry;
        const stopped = refusal({ connectionId, clientId: client.id, serverId: server });
        return { ...entry, routeState: stopped === undefined ? 'routed' : 'blocked' } as const;
      }),
    })),
  }));
  return { ...found, clients };
}
