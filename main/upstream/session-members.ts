import type { ProcessRow } from './process-listing.ts';
import type { ProcessId, ProcessTable } from './process-table.ts';

/** What is known of a session's processes before a look at the table. */
export interface SessionRoot {
  readonly sessionId: string;
  /** The server that was started; undefined where only the marker is known. */
  readonly server?: ProcessId;
  /** True once the server itself ended: its pid may by now be anybody's. */
  readonly serverEnded: boolean;
  /** True for a server that another run of the app started, perhaps long ago. */
  readonly adopted: boolean;
  /** Every process seen to belong to it so far: pid to start. */
  readonly seen: ReadonlyMap<number, number>;
}

/**
 * Sorts a table into sessions. A process belongs to a session when it carries its marker, is the server or was seen
 * to belong before, is in the group or session that the server made, or descends from one that does. Every claim by
 * pid must also fit by start time, so that a pid used again takes no stranger with it. `spared` belong to none, nor
 * does what only descends from them. One pass serves all sessions. Pure.
 */
export function sessionMembers(
  rows: readonly ProcessRow[],
  roots: readonly SessionRoot[],
  spared: ReadonlySet<number>,
  sameStart: ProcessTable['sameStart'],
): Map<string, ProcessRow[]> {
  const byPid = new Map(rows.map((row) => [row.pid, row]));
  const members = new Map(roots.map((root) => [root.sessionId, [] as ProcessRow[]]));
  const claims = new Map<number, { readonly sessionId: string; readonly started: number }[]>();
  const groups = new Map<number, { readonly sessionId: string; readonly started: number }>();

  for (const { sessionId, server, serverEnded, adopted, seen } of roots) {
    const claim = (pid: number, started: number) =>
      claims.set(pid, [...(claims.get(pid) ?? []), { sessionId, started }]);
    for (const [pid, started] of seen) claim(pid, started);
    if (server === undefined) continue;
    const now = byPid.get(server.pid);
    const isServer = now !== undefined && !serverEnded && sameStart(now.started, server.started);
    if (isServer) claim(server.pid, server.started);
    // A pid is not given out while a group bears it, so who has it now proves that our group is empty. With nobody
    // there the group is still ours, unless there was time for others to come and go.
    if (isServer || (now === undefined && !adopted)) {
      groups.set(server.pid, { sessionId, started: server.started });
    }
  }

  const owners = new Map<number, string | undefined>();
  const ownerOf = (row: ProcessRow): string | undefined => {
    if (owners.has(row.pid)) return owners.get(row.pid);
    owners.set(row.pid, undefined);
    if (spared.has(row.pid)) return undefined;
    const owner = claimed(row) ?? inherited(row);
    owners.set(row.pid, owner);
    return owner;
  };

  function claimed(row: ProcessRow): string | undefined {
    if (row.marker !== undefined && members.has(row.marker)) return row.marker;
    const claim = claims.get(row.pid)?.find(({ started }) => sameStart(started, row.started));
    if (claim !== undefined) return claim.sessionId;
    const grouped = groups.get(row.group ?? 0) ?? groups.get(row.session ?? 0);
    // Their clocks may differ a little outside Linux, which `sameStart` allows for.
    const fits =
      grouped !== undefined &&
      (row.started >= grouped.started || sameStart(row.started, grouped.started));
    return fits ? grouped.sessionId : undefined;
  }

  function inherited(row: ProcessRow): string | undefined {
    const parent = byPid.get(row.ppid);
    if (parent === undefined || parent.started > row.started) return undefined;
    return ownerOf(parent);
  }

  for (const row of rows) {
    const owner = ownerOf(row);
    if (owner !== undefined) members.get(owner)?.push(row);
  }
  return members;
}

/** A process and all it descends from: what must never be taken for a child. Pure. */
export function withAncestors(rows: readonly ProcessRow[], pid: number): Set<number> {
  const parents = new Map(rows.map((row) => [row.pid, row.ppid]));
  const line = new Set<number>();
  for (let at: number | undefined = pid; at !== undefined && !line.has(at); at = parents.get(at)) {
    line.add(at);
  }
  return line;
}

/** A process, all it descends from, and all that descends from it. Pure. */
export function withFamily(rows: readonly ProcessRow[], pid: number): Set<number> {
  const family = withAncestors(rows, pid);
  const below = new Set([pid]);
  for (let grew = true; grew; ) {
    const next = rows.filter((row) => below.has(row.ppid) && !below.has(row.pid));
    for (const row of next) below.add(row.pid);
    grew = next.length > 0;
  }
  return new Set([...family, ...below]);
}
