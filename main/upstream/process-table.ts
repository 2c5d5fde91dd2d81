import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fail, ok, type Result } from '../../shared/outcome.ts';
import {
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
   * Lists them. Callers that ask while a listing runs share the next one, so that a hundred sessions cost two
   * listings and none gets one that began before it asked.
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

  async function list(): Promise<Result<readonly ProcessRow[]>> {
    try {
      if (linux) return await listProc(proc);
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

/** Lets callers share a run: one at a time, and a caller during a run gets the one after it. */
function sharing<T>(run: () => Promise<T>): () => Promise<T> {
  let current: Promise<T> | undefined;
  let next: Promise<T> | undefined;
  const begin = (): Promise<T> => {
    const mine = run().finally(() => {
      if (current === mine) current = undefined;
    });
    current = mine;
    return mine;
  };
  return () => {
    if (current === undefined) return begin();
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
async function listProc(proc: string): Promise<Result<readonly ProcessRow[]>> {
  const slice = 48;
  const pids = readdirSync(proc).filter((name) => /^\d+$/.test(name));
  const rows: ProcessRow[] = [];
  for (const [index, pid] of pids.entries()) {
    if (index % slice === slice - 1) await new Promise((resolve) => setImmediate(resolve));
    const row = readStat(proc, Number(pid));
    if (row === undefined) continue;
    const marker = readMarker(proc, row.pid);
    rows.push(marker === undefined ? row : { ...row, marker });
  }
  return rows.length === 0 ? unreadable(`nothing in ${proc}`) : ok(rows);
}

function readStat(proc: string, pid: number): ProcessRow | undefined {
  try {
    return parseProcStat(readFileSync(`${proc}/${pid}/stat`, 'utf8'));
  } catch {
    // It ended since it was listed.
    return undefined;
  }
}

function readMarker(proc: string, pid: number): string | undefined {
  try {
    return markerInEnviron(readFileSync(`${proc}/${pid}/environ`));
  } catch {
    // Another user's process, or one that ended: no child of ours that could be seen.
    return undefined;
  }
}

const unreadable = (why: string) =>
  fail(
    'process-table-unreadable',
    `The running processes could not be listed (${why}). Look for leftover server processes yourself.`,
  );
