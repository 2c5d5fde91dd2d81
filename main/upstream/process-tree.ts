import type { KillItem } from '../../shared/kill.ts';
import { ok, type Result } from '../../shared/outcome.ts';
import type { ProcessRow } from './process-listing.ts';
import type { ProcessId, ProcessTable } from './process-table.ts';
import { type SessionRoot, sessionMembers, withAncestors } from './session-members.ts';
import { processItem, type TreeReport } from './tree-report.ts';

/** What the trees are made of and worked with. */
export interface ProcessTreePorts {
  readonly table: ProcessTable;
  /** Sends a signal; throws as `process.kill` does. A negative pid means its group. */
  readonly signal: (pid: number, signal: NodeJS.Signals) => void;
  /** Ends a Windows process and what it started; undefined on systems that have signals. */
  readonly forceEnd: ((pid: number) => Promise<void>) | undefined;
  /** Processes that are never anybody's, such as this one and those that started it. */
  readonly spared?: (rows: readonly ProcessRow[], self: number) => ReadonlySet<number>;
}

/** How to end a tree. All in milliseconds. */
export interface Ending {
  /** Tells the server that nothing more comes; called after the first look and before any signal. */
  readonly closeInput?: () => void;
  /** How long it may take to end by itself after that. */
  readonly closeMs: number;
  /** How long it may take after SIGTERM, before SIGKILL. */
  readonly graceMs: number;
  /** When to give up sending SIGKILL, from the start of the signals. */
  readonly forceMs: number;
}

/** The processes of every session this app started. */
export interface ProcessTrees {
  /** Begins to own what carries the marker `sessionId`. `label` names it to people. */
  track(sessionId: string, label: string): void;
  /** Tells which child of ours the session's server is, and gives what names it for good. */
  serverStarted(sessionId: string, pid: number, program: string): ProcessId;
  /** Tells which server another run of the app started; whether it still lives is not known. */
  adopt(sessionId: string, server: ProcessId): void;
  serverEnded(sessionId: string): void;
  forget(sessionId: string): void;
  /** Looks who is alive now, for all sessions in one pass. */
  members(
    sessionIds: readonly string[],
  ): Promise<Result<ReadonlyMap<string, readonly ProcessRow[]>>>;
  /** Ends every process of a session: input closed, SIGTERM, SIGKILL, each after its wait, then a look for survivors. */
  end(sessionId: string, ending: Ending): Promise<TreeReport>;
}

interface Tracked extends SessionRoot {
  readonly label: string;
  server?: ProcessId;
  /** What was started, for a report on a server that ended before it could be looked at. */
  program: string;
  serverEnded: boolean;
  adopted: boolean;
  readonly seen: Map<number, number>;
}

interface Fate {
  readonly row: ProcessRow;
  end: string | undefined;
}

/** Owns process trees. Holds nothing but what was told and seen; the truth is looked up each time. */
export function makeProcessTrees(ports: ProcessTreePorts): ProcessTrees {
  const { table } = ports;
  const spared = ports.spared ?? withAncestors;
  const tracked = new Map<string, Tracked>();

  const known = (sessionId: string): Tracked =>
    tracked.get(sessionId) ?? fresh(sessionId, sessionId);

  /** The last list that was sorted: callers that shared it share the sorting too. */
  let sorted: { rows: readonly ProcessRow[]; found: Map<string, ProcessRow[]> } | undefined;

  function sort(rows: readonly ProcessRow[], unknown: readonly string[]) {
    const found = sessionMembers(
      rows,
      [...tracked.values(), ...unknown.map(known)],
      spared(rows, process.pid),
      table.sameStart,
    );
    // Remembered, because a parent's death can cut the only thread that leads to its child.
    for (const root of tracked.values()) {
      root.seen.clear();
      for (const row of found.get(root.sessionId) ?? []) root.seen.set(row.pid, row.started);
    }
    return found;
  }

  async function members(sessionIds: readonly string[]) {
    const scan = await table.scan();
    if (!scan.ok) return scan;
    const rows = scan.value;
    const unknown = sessionIds.filter((id) => !tracked.has(id));
    if (sorted?.rows !== rows || !sessionIds.every((id) => sorted?.found.has(id))) {
      sorted = { rows, found: sort(rows, unknown) };
    }
    const { found } = sorted;
    return ok(new Map(sessionIds.map((id) => [id, found.get(id) ?? []])));
  }

  async function end(sessionId: string, ending: Ending): Promise<TreeReport> {
    const session = known(sessionId);
    const fates = new Map<string, Fate>();

    /** Marks who is gone, and gives who is left. */
    function left(how: string): Fate[] {
      const open = [...fates.values()].filter(({ end }) => end === undefined);
      for (const fate of open) if (!table.lives(fate.row)) fate.end = how;
      return open.filter(({ end }) => end === undefined);
    }

    async function look(): Promise<boolean> {
      const found = await members([sessionId]);
      if (!found.ok) return false;
      for (const row of found.value.get(sessionId) ?? []) {
        const key = `${row.pid}:${row.started}`;
        if (!fates.has(key)) fates.set(key, { row, end: undefined });
      }
      return true;
    }

    /** Waits for their end at most so long; gives who is left. */
    async function settle(ms: number, how: string): Promise<readonly Fate[]> {
      let rest = left(how);
      const done = () => {
        rest = left(how);
        return rest.length === 0;
      };
      if (rest.length > 0) await until(done, ms);
      return rest;
    }

    const server = session.serverEnded || session.adopted ? undefined : session.server;
    await look();
    // It may have ended during the look, or the look may have failed: it was there, so the report names it.
    if (server !== undefined && ![...fates.values()].some(({ row }) => row.pid === server.pid)) {
      const row = { ...server, ppid: 0, name: session.program };
      fates.set(`${row.pid}:${row.started}`, { row, end: undefined });
    }
    ending.closeInput?.();
    const deaf = await settle(ending.closeMs, 'It ended when its input was closed.');
    const begun = performance.now();
    if (ports.forceEnd === undefined) {
      signalAll(session, deaf, 'SIGTERM');
      await settle(ending.graceMs, 'It ended on SIGTERM.');
    }
    for (;;) {
      const looked = await look();
      const stubborn = left('It ended.');
      if (stubborn.length === 0 && looked) return report(session, fates.values(), true);
      await force(session, stubborn);
      await settle(250, 'It was killed.');
      // Only now: on a busy machine the time may be up before the first SIGKILL could be sent.
      if (performance.now() - begun > ending.forceMs) {
        const done = await look();
        return report(session, fates.values(), done);
      }
      // A table that cannot be read may be readable in a moment.
      if (!looked) await pause(100);
    }
  }

  /** Signals the server's whole group at once where it still has one, so that no fork slips between, then the rest. */
  function signalAll(session: Tracked, fates: readonly Fate[], signal: NodeJS.Signals): void {
    const group = session.server?.pid;
    const grouped = ({ row }: Fate) => (row.group ?? row.pid) === group;
    const atOnce = group !== undefined && fates.some(grouped) && trySignal(-group, signal);
    for (const fate of fates) {
      if (atOnce && grouped(fate)) continue;
      if (table.lives(fate.row)) trySignal(fate.row.pid, signal);
    }
  }

  async function force(session: Tracked, fates: readonly Fate[]): Promise<void> {
    const { forceEnd } = ports;
    if (forceEnd === undefined) signalAll(session, fates, 'SIGKILL');
    else await Promise.allSettled(fates.map(({ row }) => forceEnd(row.pid)));
  }

  /** False where nobody was there, or nobody that is ours to signal: the look at the end tells which. */
  function trySignal(pid: number, signal: NodeJS.Signals): boolean {
    try {
      ports.signal(pid, signal);
      return true;
    } catch {
      return false;
    }
  }

  function report(session: Tracked, fates: Iterable<Fate>, looked: boolean): TreeReport {
    const items = [...fates].map(({ row, end }): KillItem => {
      const lives = table.lives(row);
      const detail = lives
        ? 'It is still running and did not end on SIGKILL; end it with the rights of its owner.'
        : (end ?? 'It ended.');
      return processItem(session, row, !lives, detail);
    });
    const survivors = items.filter((item) => !item.stopped);
    return { items, survivors, verified: looked && survivors.length === 0 };
  }

  return {
    members,
    end,
    track(sessionId, label) {
      tracked.set(sessionId, fresh(sessionId, label));
    },
    serverStarted(sessionId, pid, program) {
      const server = { pid, started: table.startOf(pid) };
      const session = tracked.get(sessionId);
      if (session !== undefined) Object.assign(session, { server, program });
      return server;
    },
    adopt(sessionId, server) {
      const session = tracked.get(sessionId);
      if (session !== undefined) Object.assign(session, { server, adopted: true });
    },
    serverEnded(sessionId) {
      const session = tracked.get(sessionId);
      if (session !== undefined) session.serverEnded = true;
    },
    forget: (sessionId) => void tracked.delete(sessionId),
  };
}

const fresh = (sessionId: string, label: string): Tracked => ({
  sessionId,
  label,
  program: 'server',
  serverEnded: false,
  adopted: false,
  seen: new Map(),
});

/** Waits until `done` or until `ms` are over. It looks less and less often, since each look asks the system. */
async function until(done: () => boolean, ms: number): Promise<void> {
  const end = performance.now() + ms;
  for (let step = 5; ; step = Math.min(step * 2, 40)) {
    const left = end - performance.now();
    if (left <= 0) return;
    await pause(Math.min(step, left));
    if (done()) return;
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
