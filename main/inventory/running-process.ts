/** A live process with its command line. It may hold secrets: it is masked before it leaves the inventory. */
export interface RunningProcess {
  readonly pid: number;
  readonly ppid: number;
  /** The program's name as the system shows it. */
  readonly name: string;
  readonly argv: readonly string[];
  /** The Airlock session it was started for, where its environment tells. */
  readonly marker?: string;
}

/** The ancestors of a process, nearest first; a circle, which a reused pid can make, ends it. Pure. */
export function ancestorsOf(
  process: RunningProcess,
  byPid: ReadonlyMap<number, RunningProcess>,
): readonly RunningProcess[] {
  const found: RunningProcess[] = [];
  const seen = new Set([process.pid]);
  let next = byPid.get(process.ppid);
  while (next !== undefined && !seen.has(next.pid)) {
    found.push(next);
    seen.add(next.pid);
    next = byPid.get(next.ppid);
  }
  return found;
}
