import type { StrayServer } from '../../shared/inventory.ts';
import { type Launch, readLaunch } from './launch.ts';
import { fillsTemplate, maskedWords } from './masked-words.ts';
import { parentApp } from './parent-app.ts';
import { ancestorsOf, type RunningProcess } from './running-process.ts';
import { type Likeness, likenessOf, sameProgram } from './server-likeness.ts';

/** An entry of a known config that starts a server by a command. `args` as scans give them, secrets masked. */
export interface KnownEntry {
  readonly clientName: string;
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** True where the entry leads to Airlock: its own command should then not run outside of it. */
  readonly protected: boolean;
}

/** What explains processes. */
export interface KnownProcesses {
  readonly entries: readonly KnownEntry[];
  /** Processes of ours: the app itself and the servers it started. What runs below them is explained. */
  readonly pids: ReadonlySet<number>;
  /** The same mask that scans use, so that masked arguments can be compared. */
  readonly mask: (text: string) => string;
  /** Makes characters visible that could hide something. */
  readonly visible: (text: string) => string;
}

/** Longest command line that is shown, and longest chain of parents. */
const longest = { command: 300, parents: 12 } as const;

interface Candidate {
  readonly process: RunningProcess;
  readonly launch: Launch;
  readonly likeness: Likeness;
}

/**
 * Finds the processes that look like MCP servers and that neither Airlock nor an entry of a known config explains. Of
 * a server and what it starts itself only the topmost is told of. A server that a config explains but that should run
 * through Airlock is told of too: its client has not been started again. Pure.
 */
export function findStray(
  processes: readonly RunningProcess[],
  known: KnownProcesses,
): readonly StrayServer[] {
  const byPid = new Map(processes.map((process) => [process.pid, process]));
  const candidates = new Map<number, Candidate>();
  for (const process of processes) {
    const launch = readLaunch(process.argv);
    const likeness = launch === undefined ? undefined : likenessOf(launch);
    if (launch !== undefined && likeness !== undefined) {
      candidates.set(process.pid, { process, launch, likeness });
    }
  }
  const entries = known.entries.flatMap((entry) => {
    const launch = readLaunch([entry.command, ...entry.args]);
    return launch === undefined ? [] : [{ entry, launch }];
  });
  const ours = (process: RunningProcess): boolean =>
    process.marker !== undefined || known.pids.has(process.pid);
  return [...candidates.values()].flatMap(({ process, launch, likeness }) => {
    const ancestors = ancestorsOf(process, byPid);
    if (ours(process) || ancestors.some(ours)) return [];
    if (ancestors.some(({ pid }) => candidates.has(pid))) return [];
    const given = shownWords(launch.rest, known).join(' ');
    const explaining = entries
      .filter((one) => sameProgram(one.launch, launch) && fillsTemplate(one.launch.rest, given))
      .map(({ entry }) => entry);
    const open = explaining.find((entry) => !entry.protected);
    if (open !== undefined) return [];
    return [strayOf(process, likeness, ancestors, explaining[0], known)];
  });
}

const shownWords = (words: readonly string[], { mask, visible }: KnownProcesses) =>
  maskedWords(words.map(visible), mask);

function strayOf(
  process: RunningProcess,
  likeness: Likeness,
  ancestors: readonly RunningProcess[],
  entry: KnownEntry | undefined,
  known: KnownProcesses,
): StrayServer {
  const { mask, visible } = known;
  const app = parentApp(ancestors);
  const text = shownWords(process.argv, known).join(' ');
  const command = text.length > longest.command ? `${text.slice(0, longest.command)}…` : text;
  const reason =
    entry === undefined
      ? mask(visible(likeness.reason))
      : `It is the server of the protected entry ${entry.name}, but runs without Airlock. Start ${entry.clientName} again.`;
  return {
    pid: process.pid,
    command,
    parents: ancestors
      .slice(0, longest.parents)
      .map(({ pid, name }) => ({ pid, name: visible(name) })),
    ...(app === undefined ? {} : { app: visible(app.name) }),
    ...(app?.clientId === undefined ? {} : { clientId: app.clientId }),
    reason,
  };
}
