import type { ScanReport } from '../../shared/client.ts';
import type { ReportedVersion } from '../../shared/inventory.ts';
import type { ServerIdentity } from '../../shared/server.ts';

/** What is remembered of one server. Times are Unix milliseconds. */
export interface Sighting {
  readonly serverId: string;
  readonly label: string;
  readonly transport: ServerIdentity['transport'];
  readonly firstSeenAt: number;
  readonly lastSeenAt: number;
  /** From the write of the config that first named it until it was seen, in milliseconds. */
  readonly detectedAfterMs?: number | undefined;
  readonly versions: ReportedVersion[];
  /** When a call last came through each connection. */
  readonly calls: Readonly<Record<string, number>>;
}

/** A server that was never seen before. */
export interface NewServer {
  readonly serverId: string;
  readonly label: string;
  readonly transport: string;
  /** Ids of the clients that use it. */
  readonly clients: readonly string[];
  /** The config that names it; empty where a live connection came before any scan. */
  readonly file: string;
  /**
   * From the write of that config until now, in milliseconds; absent where the file does not tell, and with the very
   * first scan of a machine, when nobody was looking.
   */
  readonly detectedAfterMs?: number;
  /** One sentence for the trail. */
  readonly detail: string;
}

/** What remembering needs from outside. */
export interface SightingPorts {
  readonly store: {
    all(): readonly Sighting[];
    /** Keeps these rows, all or none. */
    save(rows: readonly Sighting[]): void;
    remove(serverId: string): void;
  };
  /** Unix milliseconds. */
  readonly now: () => number;
  /** When a file was last written, in Unix milliseconds; undefined where that cannot be told. */
  readonly writtenAt: (file: string) => number | undefined;
  /** Told before the server is kept: where this throws, the server is new again with the next scan. */
  readonly onNewServer: (found: NewServer) => void;
}

/** As much of a server's identity as is remembered. */
export type SeenServer = Pick<ServerIdentity, 'id' | 'label' | 'transport'>;

/** Which servers were seen, when, and in which versions. */
export interface Sightings {
  /** Takes a scan; new servers are told of. */
  seen(report: ScanReport): void;
  /** A call came through a connection. Cheap: what is kept is written once a minute. */
  called(connectionId: string, server: SeenServer): void;
  /** A server told its name and version in its handshake. */
  introduced(
    server: SeenServer,
    reported: { readonly name: string; readonly version: string },
  ): void;
  /** By server id. */
  all(): ReadonlyMap<string, Sighting>;
  /** Writes what `called` has not written yet; for the end of the app. */
  flush(): void;
}

/** A row is written again for its time alone once in so many milliseconds. */
const stepMs = 60_000;

/** Calls of one connection that are closer together than so many milliseconds count as one. */
const tickMs = 1_000;

/** Most servers and versions that are remembered; the longest unseen go first. */
const most = { servers: 5_000, versions: 20 } as const;

/** Remembers servers over a store. */
export function makeSightings({ store, now, writtenAt, onNewServer }: SightingPorts): Sightings {
  const known = new Map(store.all().map((row) => [row.serverId, row]));
  /** Servers whose row in memory is newer than the kept one, with when that was kept last. */
  const unwritten = new Map<string, number>();
  /** Nobody was looking before the first scan of a machine, so it tells nothing of how long that took. */
  let first = known.size === 0;

  function keep(rows: readonly Sighting[]): void {
    if (rows.length === 0) return;
    store.save(rows);
    for (const row of rows) {
      known.set(row.serverId, row);
      unwritten.delete(row.serverId);
    }
    const surplus = known.size - most.servers;
    if (surplus <= 0) return;
    const oldest = [...known.values()].sort((a, b) => a.lastSeenAt - b.lastSeenAt);
    for (const { serverId } of oldest.slice(0, surplus)) {
      store.remove(serverId);
      known.delete(serverId);
    }
  }

  /** The newly seen server with how it came to be known. */
  function found(server: ScanReport['servers'][number], report: ScanReport): Sighting {
    const at = now();
    const file = filesOf(report, server.id)[0] ?? '';
    const written = first || file === '' ? undefined : writtenAt(file);
    const detectedAfterMs = written === undefined ? undefined : Math.max(0, at - written);
    const clients = server.usedBy.join(', ');
    const later =
      detectedAfterMs === undefined ? '' : ` ${seconds(detectedAfterMs)} after it was written`;
    const took = detectedAfterMs === undefined ? {} : { detectedAfterMs };
    onNewServer({
      serverId: server.id,
      label: server.label,
      transport: server.transport,
      clients: server.usedBy,
      file,
      ...took,
      detail: `A server was seen for the first time: ${server.label} (${clients}), in ${file}${later}.`,
    });
    return { ...fresh(server, at), ...took };
  }

  /** What is known of a server that a connection leads to; one that no scan has seen is told of as well. */
  function connected(server: SeenServer): Sighting {
    const before = known.get(server.id);
    if (before !== undefined) return before;
    onNewServer({
      serverId: server.id,
      label: server.label,
      transport: server.transport,
      clients: [],
      file: '',
      detail: `A server was seen for the first time: ${server.label}, through a connection.`,
    });
    return fresh(server, now());
  }

  return {
    seen(report) {
      const at = now();
      const rows = report.servers.flatMap((server): Sighting[] => {
        const before = known.get(server.id);
        if (before === undefined) return [found(server, report)];
        const stale = at - before.lastSeenAt >= stepMs || unwritten.has(server.id);
        return stale || before.label !== server.label
          ? [{ ...before, label: server.label, lastSeenAt: Math.max(at, before.lastSeenAt) }]
          : [];
      });
      keep(rows);
      first = false;
    },

    called(connectionId, server) {
      const before = connected(server);
      const at = now();
      const last = before.calls[connectionId];
      if (last !== undefined && at - last < tickMs) return;
      const row = { ...before, lastSeenAt: at, calls: { ...before.calls, [connectionId]: at } };
      const keptAt = unwritten.get(server.id) ?? before.lastSeenAt;
      known.set(server.id, row);
      unwritten.set(server.id, keptAt);
      if (last === undefined || at - keptAt >= stepMs) keep([row]);
    },

    introduced(server, reported) {
      const at = now();
      const before = connected(server);
      const same = before.versions.find(
        ({ name, version }) => name === reported.name && version === reported.version,
      );
      if (same !== undefined && at - same.lastSeenAt < stepMs) return;
      const others = before.versions.filter((one) => one !== same);
      const version = { ...reported, firstSeenAt: same?.firstSeenAt ?? at, lastSeenAt: at };
      const versions = [version, ...others].slice(0, most.versions);
      keep([{ ...before, lastSeenAt: at, versions }]);
    },

    all: () => known,

    flush() {
      keep([...unwritten.keys()].flatMap((serverId) => known.get(serverId) ?? []));
    },
  };
}

const fresh = (
  server: { readonly id: string; readonly label: string; readonly transport: string },
  at: number,
): Sighting => ({
  serverId: server.id,
  label: server.label,
  transport: transportOf(server.transport),
  firstSeenAt: at,
  lastSeenAt: at,
  versions: [],
  calls: {},
});

/** Scans name transports by text; a server always has one of these. */
export const transportOf = (name: string): ServerIdentity['transport'] =>
  name === 'http' || name === 'sse' || name === 'ws' ? name : 'stdio';

const filesOf = (report: ScanReport, serverId: string): string[] =>
  report.clients.flatMap(({ files }) =>
    files.flatMap(({ path, entries }) =>
      entries.some(({ server }) => server === serverId) ? [path] : [],
    ),
  );

const seconds = (ms: number): string =>
  ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(ms < 60_000 ? 1 : 0)} s`;
