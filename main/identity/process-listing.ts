import { win32 } from 'node:path';

/** One process as the operating system shows it. */
export interface ProcessFacts {
  readonly pid: number;
  readonly parentPid: number;
  /** The program file, where the system tells it. */
  readonly path?: string;
  /** The command line, where it may be read; it may hold secrets. */
  readonly command?: string;
  /** When it started, in the platform's own unit; only to compare with others of the same listing. */
  readonly started?: number;
}

/** A program that answers what the system knows. */
export interface Query {
  readonly command: string;
  readonly args: readonly string[];
}

/**
 * Reads what Linux shows of a process: `/proc/<pid>/stat` (proc_pid_stat(5)), the target of `/proc/<pid>/exe` and
 * `/proc/<pid>/cmdline`. Undefined for what is no such line. Pure.
 */
export function parseProc(
  stat: string,
  exe: string | undefined,
  cmdline: string | undefined,
): ProcessFacts | undefined {
  // The name may hold spaces and brackets itself, so only the last bracket closes it.
  const close = stat.lastIndexOf(')');
  const fields = stat.slice(close + 2).split(' ');
  const [pid, parentPid, started] = [stat.slice(0, stat.indexOf('(')), fields[1], fields[19]].map(
    Number,
  );
  if (close < 0 || !isPid(pid) || !isPid(parentPid)) return undefined;
  // A program that was updated while it runs shows as deleted; it is still the program that started.
  const path = exe?.replace(/ \(deleted\)$/, '');
  const command = cmdline?.split('\0').filter(Boolean).join(' ');
  return {
    pid,
    parentPid,
    ...(path ? { path } : {}),
    ...(command ? { command } : {}),
    ...(started !== undefined && Number.isFinite(started) ? { started } : {}),
  };
}

/** The two questions to the `ps` of macOS: `comm` is the program's whole path there. Run with `LC_ALL=C`. */
export const macQueries: readonly [programs: Query, commands: Query] = [
  { command: '/bin/ps', args: ['-axww', '-o', 'pid=,ppid=,comm='] },
  { command: '/bin/ps', args: ['-axww', '-o', 'pid=,command='] },
];

/** Reads the answers of `ps` to `macQueries`. A launched-by-name program has no slash and so no path. Pure. */
export function parseMac(programs: string, commands: string): ProcessFacts[] {
  const lines = new Map<number, string>();
  for (const line of commands.split('\n')) {
    const [, pid, command] = /^\s*(\d+)\s+(\S.*?)\s*$/.exec(line) ?? [];
    if (command !== undefined) lines.set(Number(pid), command);
  }
  return programs.split('\n').flatMap((line): ProcessFacts[] => {
    const [, id, parent, path] = /^\s*(\d+)\s+(\d+)\s+(\S.*?)\s*$/.exec(line) ?? [];
    if (path === undefined) return [];
    const pid = Number(id);
    const command = lines.get(pid);
    return [
      {
        pid,
        parentPid: Number(parent),
        ...(path.startsWith('/') ? { path } : {}),
        ...(command === undefined ? {} : { command }),
      },
    ];
  });
}

/** Windows PowerShell by its whole path: a search would begin in the current folder. */
export const powershell = (systemRoot: string): string =>
  win32.join(systemRoot, 'System32', 'WindowsPowerShell', 'v1.0', 'powershell.exe');

/** Asks Windows for every process. `systemRoot` is the variable of that name. */
export const windowsQuery = (systemRoot: string): Query => ({
  command: powershell(systemRoot),
  args: [
    '-NoProfile',
    '-NonInteractive',
    '-Command',
    '[Console]::OutputEncoding=[Text.Encoding]::UTF8; Get-CimInstance Win32_Process | Select-Object ProcessId,ParentProcessId,ExecutablePath,CommandLine,CreationDate | ConvertTo-Json -Compress',
  ],
});

/**
 * Reads the JSON of `windowsQuery`. Windows PowerShell 5.1 writes a date as `"/Date(ms)/"`, later ones as ISO 8601;
 * one process alone comes without a list around it. Empty when the text is no such JSON. Pure.
 */
export function parseWindows(json: string): ProcessFacts[] {
  let answer: unknown;
  try {
    answer = JSON.parse(json.replace(/^\uFEFF/, ''));
  } catch {
    return [];
  }
  const items: unknown[] = Array.isArray(answer) ? answer : [answer];
  return items.flatMap((item): ProcessFacts[] => {
    if (typeof item !== 'object' || item === null) return [];
    const row = item as Record<string, unknown>;
    const { ProcessId: pid, ParentProcessId: parentPid } = row;
    if (!isPid(pid) || !isPid(parentPid)) return [];
    const { ExecutablePath: path, CommandLine: command } = row;
    const started = dateOf(row.CreationDate);
    return [
      {
        pid,
        parentPid,
        ...(typeof path === 'string' && path !== '' ? { path } : {}),
        ...(typeof command === 'string' && command !== '' ? { command } : {}),
        ...(started === undefined ? {} : { started }),
      },
    ];
  });
}

function dateOf(date: unknown): number | undefined {
  if (typeof date !== 'string') return undefined;
  const [, ms] = /^\/Date\((\d+)\)\/$/.exec(date) ?? [];
  const time = ms === undefined ? Date.parse(date) : Number(ms);
  return Number.isNaN(time) ? undefined : time;
}

const isPid = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
