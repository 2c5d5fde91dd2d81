import { readFile, readlink } from 'node:fs/promises';
import {
  macQueries,
  type ProcessFacts,
  parseMac,
  parseProc,
  parseWindows,
  type Query,
  windowsQuery,
} from './process-listing.ts';
import type { Printed } from './run-program.ts';

/** How the ancestry of a process is found out. */
export interface AncestryPorts {
  readonly platform: NodeJS.Platform;
  /** `runProgram`; a failure rejects. */
  run(query: Query): Promise<Printed>;
  /** The Windows variable of that name. */
  readonly systemRoot?: string;
}

/** Deeper than any client starts a server; a chain that goes on is no longer about the client. */
const mostAncestors = 12;

/**
 * The process and those that started it, nearest first, until the system's own first one. Shorter where a parent is
 * gone or not ours to see; empty where the process itself is. Never rejects. What it tells any process of this user
 * can forge: a hint that makes honest mistakes and crude tricks visible, no proof.
 */
export async function ancestryOf(pid: number, ports: AncestryPorts): Promise<ProcessFacts[]> {
  if (!Number.isSafeInteger(pid) || pid <= 1) return [];
  try {
    return await chain(pid, await lookup(ports));
  } catch {
    // A system that does not answer leaves the caller unknown, which is what an empty ancestry says.
    return [];
  }
}

type Find = (pid: number) => ProcessFacts | undefined | Promise<ProcessFacts | undefined>;

async function lookup({ platform, run, systemRoot = 'C:\\Windows' }: AncestryPorts): Promise<Find> {
  if (platform === 'linux') return procOf;
  const rows =
    platform === 'win32'
      ? parseWindows((await run(windowsQuery(systemRoot))).out)
      : parseMac((await run(macQueries[0])).out, (await run(macQueries[1])).out);
  const byPid = new Map(rows.map((row) => [row.pid, row]));
  return (pid) => byPid.get(pid);
}

async function chain(pid: number, find: Find): Promise<ProcessFacts[]> {
  const found: ProcessFacts[] = [];
  let next = pid;
  while (next > 1 && found.length < mostAncestors) {
    const row = await find(next);
    const child = found.at(-1);
    if (row === undefined || found.some((one) => one.pid === row.pid)) break;
    // Windows keeps the id of a parent that is gone, and gives it to others: a parent is never the younger one.
    if (child?.started !== undefined && row.started !== undefined && row.started > child.started)
      break;
    found.push(row);
    next = row.parentPid;
  }
  return found;
}

/** What Linux shows of a process; program and command line only of those of this user. */
async function procOf(pid: number): Promise<ProcessFacts | undefined> {
  const folder = `/proc/${pid}`;
  const stat = await readFile(`${folder}/stat`, 'latin1').catch(() => undefined);
  if (stat === undefined) return undefined;
  const exe = await readlink(`${folder}/exe`).catch(() => undefined);
  const cmdline = await readFile(`${folder}/cmdline`, 'utf8').catch(() => undefined);
  return parseProc(stat, exe, cmdline);
}
