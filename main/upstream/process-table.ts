import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fail, ok, type Result } from '../../shared/outcome.ts';
import {
  environPlace,
  type ListingQuery,
  macQueries,
  markerInEnviron,
  type ProcessRow,
  parseMacListing,
  parseProcStat,
  parseWindowsListing,
  windowsQuery,
} from './process-listing.ts';

/** What names a process for good: a pid alone may belong to another one a moment later. */
export interface ProcessId {
  readonly pid: number;
  readonly started: number;
}

/** The live processes of this machine, as far as this user may see them. */
export interface ProcessTable {
  /**
   * Lists them. Callers of one turn share a listing, and those that ask while it runs share the next one, so that a
   * hundred sessions cost one listing and none gets one that began before it asked.
   */
  scan(): Promise<Result<readonly ProcessRow[]>>;
  /** True while exactly this process lives. On macOS and Windows only its pid can be asked at once. */
  lives(process: ProcessId): boolean;
  /** The start of a child that was just made; where it cannot be read at once, the time now. */
  startOf(pid: number): number;
  /** True when two start times of one pid can be the same process. */
  sameStart(a: number, b: number): boolean;
}

/** Runs a listing program and gives what it printed; rejects when it fails. */
export type RunListing = (query: ListingQuery) => Promise<string>;

/** Runs a listing program in the C locale, for at most 5 s. */
export const runListing: RunListing = (query) =>
  new Promise((resolve, reject) => {
    execFile(
      query.command,
      query.args,
      {
        timeout: 5_000,
        maxBuffer: 64 * 1024 * 1024,
        windowsHide: true,
        env: { ...process.env, LC_ALL: 'C' },
      },
      (error, stdout) => (error === null ? resolve(stdout) : reject(error)),
    );
  });

/** A platform's table. `run` is asked on macOS and Windows only; `proc` is where Linux shows its processes. */
export function makeProcessTable(
  platform: NodeJS.Platform,
  run: RunListing = runListing,
  proc = '/proc',
): ProcessTable {
  const linux = platform === 'linux';
  const markers = makeMarkers(proc);

  async function list(): Promise<Result<readonly ProcessRow[]>> {
    try {
      if (linux) return await listProc(proc, markers);
      if (platform === 'win32') {
        const rows = parseWindowsListing(await run(windowsQuery));
        return rows === undefined || rows.length === 0 ? unreadable('no list') : ok(rows);
      }
      const [rows, environments] = await Promise.all(macQueries.map(run));
      const listed = parseMacListing(rows ?? '', environments ?? '');
      return listed.length === 0 ? unreadable('no list') : ok(listed);
    } catch (error) {
      return unreadable(error instanceof Error ? error.message : String(error));
    }
  }

  return {
    scan: sharing(list),
    lives({ pid, started }) {
      if (linux) return readStat(proc, pid)?.started === started;
      try {
        process.kill(pid, 0);
        return true;
      } catch (error) {
        // Somebody else's process lives all the same.
        return error instanceof Error && 'code' in error && error.code === 'EPERM';
      }
    },
    startOf: (pid) => (linux ? (readStat(proc, pid)?.started ?? 0) : Date.now()),
    // Outside Linux a start is our clock's reading beside the system's, which counts in seconds on macOS.
    sameStart: (a, b) => (linux ? a === b : Math.abs(a - b) <= 2_000),
  };
}

/** Lets callers share a run: one at a time; it begins a turn after the first asked, and who asks later gets the next. */
function sharing<T>(run: () => Promise<T>): () => Promise<T> {
  let current: Promise<T> | undefined;
  let gathering = false;
  let next: Promise<T> | undefined;
  const begin = (): Promise<T> => {
    gathering = true;
    const mine = new Promise((resolve) => setImmediate(resolve))
      .then(() => {
        gathering = false;
        return run();
      })
      .finally(() => {
        if (current === mine) current = undefined;
      });
    current = mine;
    return mine;
  };
  return () => {
    if (current === undefined) return begin();
    if (gathering) return current;
    next ??= current.then(() => {
      next = undefined;
      return begin();
    });
    return next;
  };
}

/**
 * Reads /proc with synchronous calls in short slices: these files never wait for a disk, so this costs a fifth of
 * what asynchronous reads do, and messages pass between two slices.
 */
async function listProc(proc: string, markers: Markers): Promise<Result<readonly ProcessRow[]>> {
  const slice = 48;
  const pids = readdirSync(proc).filter((name) => /^\d+$/.test(name));
  const rows: ProcessRow[] = [];
  for (const [index, pid] of pids.entries()) {
    if (index % slice === slice - 1) await new Promise((resolve) => setImmediate(resolve));
    const text = readText(`${proc}/${pid}/stat`);
    const row = text === undefined ? undefined : parseProcStat(text);
    if (text === undefined || row === undefined) continue;
    const marker = markers.of(row, environPlace(text));
    rows.push(marker === undefined ? row : { ...row, marker });
  }
  markers.keepOnly(rows);
  return rows.length === 0 ? unreadable(`nothing in ${proc}`) : ok(rows);
}

/** The markers of live processes, read once for each program a process runs: that is half the work of a listing. */
interface Markers {
  of(process: ProcessId, place: string | undefined): string | undefined;
  /** Forgets those that are gone. */
  keepOnly(rows: readonly ProcessId[]): void;
}

function makeMarkers(proc: string): Markers {
  let known = new Map<number, { readonly key: string; readonly marker: string | undefined }>();
  return {
    of({ pid, started }, place) {
      const key = `${started} ${place}`;
      const before = known.get(pid);
      if (before?.key === key && place !== undefined) return before.marker;
      // Unreadable: another user's process, or one that ended: no child of ours that could be seen.
      const environ = readText(`${proc}/${pid}/environ`);
      const marker = environ === undefined ? undefined : markerInEnviron(environ);
      if (environ !== undefined) known.set(pid, { key, marker });
      return marker;
    },
    keepOnly(rows) {
      known = new Map(
        rows.flatMap(({ pid }) => {
          const one = known.get(pid);
          return one === undefined ? [] : [[pid, one] as const];
        }),
      );
    },
  };
}

const readStat = (proc: string, pid: number): ProcessRow | undefined => {
  const text = readText(`${proc}/${pid}/stat`);
  return text === undefined ? undefined : parseProcStat(text);
};

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // It ended since it was listed, or is not ours to see.
    return undefined;
  }
}

const unreadable = (why: string) =>
  fail(
    'process-table-unreadable',
    `The running processes could not be listed (${why}). Look for leftover server processes yourself.`,
  );
