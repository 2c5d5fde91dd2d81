import path from 'node:path';
import { sessionMarker } from './environment.ts';

/** One live process as the operating system lists it. */
export interface ProcessRow {
  readonly pid: number;
  readonly ppid: number;
  /** Process group and session; undefined where the platform has or tells none. */
  readonly group?: number;
  readonly session?: number;
  /**
   * When it started: clock ticks since boot on Linux, Unix milliseconds elsewhere. With the pid it names a process
   * for good, since pids are used again.
   */
  readonly started: number;
  /** The program's name, never its arguments: they may hold secrets. */
  readonly name: string;
  /** The session id it inherited, where its environment can be seen. */
  readonly marker?: string;
}

/** How to run a program that lists processes. */
export interface ListingQuery {
  readonly command: string;
  readonly args: readonly string[];
}

/**
 * Reads a Linux `/proc/<pid>/stat` (proc_pid_stat(5)). Undefined for what is no such line, and for a process that is
 * dead and only waits to be collected (state Z or X). Pure.
 */
export function parseProcStat(text: string): ProcessRow | undefined {
  const open = text.indexOf('(');
  // The name may hold spaces and brackets itself, so only the last one closes it.
  const close = text.lastIndexOf(')');
  if (open < 0 || close < open) return undefined;
  const fields = text.slice(close + 2).split(' ');
  const [state = ''] = fields;
  const [pid, ppid, group, session, started] = [
    text.slice(0, open),
    fields[1],
    fields[2],
    fields[3],
    fields[19],
  ].map(Number);
  if (!isId(pid) || !isId(ppid) || !isId(group) || !isId(session) || !isId(started)) {
    return undefined;
  }
  if (state === 'Z' || state === 'X') return undefined;
  return { pid, ppid, group, session, started, name: text.slice(open + 1, close) };
}

/**
 * Where the environment of a process lies, from its `/proc/<pid>/stat` (fields 28, 50 and 51). Each exec puts it
 * elsewhere or gives it another length, so that with one pid and start the same place means the same environment.
 * Undefined where the system does not tell. Pure.
 */
export function environPlace(text: string): string | undefined {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [stack, from, to] = [fields[25], fields[47], fields[48]];
  return Number(from) > 0 && Number(to) > Number(from) ? `${stack} ${from} ${to}` : undefined;
}

/** The session id in the text of a Linux `/proc/<pid>/environ`: `NAME=value` parted by NUL. Pure. */
export function markerInEnviron(environ: string): string | undefined {
  const prefix = `${sessionMarker}=`;
  let at = environ.indexOf(prefix);
  while (at > 0 && environ[at - 1] !== '\0') at = environ.indexOf(prefix, at + 1);
  if (at < 0) return undefined;
  const from = at + prefix.length;
  const end = environ.indexOf('\0', from);
  return environ.slice(from, end < 0 ? undefined : end);
}

/** The two questions to the `ps` of macOS: who is there, and with which environment (`-E`). Run with `LC_ALL=C`. */
export const macQueries: readonly [list: ListingQuery, environments: ListingQuery] = [
  { command: '/bin/ps', args: ['-axww', '-o', 'pid=,ppid=,pgid=,stat=,lstart=,comm='] },
  { command: '/bin/ps', args: ['-axwwE', '-o', 'pid=,command='] },
];

/**
 * Reads the answers of `ps` to `macQueries`. They are asked apart, because with `-E` the environment follows the
 * arguments in one text, which must never reach a name that is shown. Zombies are left out. Pure.
 */
export function parseMacListing(list: string, environments: string): ProcessRow[] {
  const markers = new Map<number, string>();
  const marked = new RegExp(`^\\s*(\\d+) .*? ${sessionMarker}=(\\S+)`);
  for (const line of environments.split('\n')) {
    const [, pid, marker] = marked.exec(line) ?? [];
    if (marker !== undefined) markers.set(Number(pid), marker);
  }
  const row =
    /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\w{3}\s+\w{3}\s+\d+\s+\d+:\d+:\d+\s+\d{4})\s+(\S.*)$/;
  return list.split('\n').flatMap((line): ProcessRow[] => {
    const [, pid, ppid, group, state, start = '', command = ''] = row.exec(line) ?? [];
    const started = Date.parse(start);
    if (pid === undefined || Number.isNaN(started) || state?.startsWith('Z') === true) return [];
    const marker = markers.get(Number(pid));
    return [
      {
        pid: Number(pid),
        ppid: Number(ppid),
        group: Number(group),
        started,
        name: command.slice(command.lastIndexOf('/') + 1),
        ...(marker === undefined ? {} : { marker }),
      },
    ];
  });
}

/** A program of Windows itself, by its whole path: a search would begin in the current folder. */
const windowsProgram = (name: string): string =>
  path.win32.join(process.env.SystemRoot ?? 'C:\\Windows', 'System32', name);

/** Asks Windows for every process with its parent and start. */
export const windowsQuery: ListingQuery = {
  command: windowsProgram('WindowsPowerShell\\v1.0\\powershell.exe'),
  args: [
    '-NoProfile',
    '-NonInteractive',
    '-Command',
    '[Console]::OutputEncoding=[Text.Encoding]::UTF8; Get-CimInstance Win32_Process | Select-Object ProcessId,ParentProcessId,CreationDate,Name | ConvertTo-Json -Compress',
  ],
};

/** Ends a Windows process with everything it started; there is no gentle way for a program without a window. */
export const windowsEnd = (pid: number): ListingQuery => ({
  command: windowsProgram('taskkill.exe'),
  args: ['/PID', String(pid), '/T', '/F'],
});

/**
 * Reads the JSON of `windowsQuery`. Windows PowerShell 5.1 writes a date as `"/Date(ms)/"`, later ones as ISO 8601;
 * one process alone comes without a list around it. Processes without a start (Idle) are left out. Undefined when the
 * text is no such JSON. Pure.
 */
export function parseWindowsListing(json: string): ProcessRow[] | undefined {
  let answer: unknown;
  try {
    answer = JSON.parse(json.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
  const items: unknown[] = Array.isArray(answer) ? answer : [answer];
  return items.flatMap((item): ProcessRow[] => {
    if (typeof item !== 'object' || item === null) return [];
    const { ProcessId, ParentProcessId, CreationDate, Name } = item as Record<string, unknown>;
    const started = startedOn(CreationDate);
    if (!isId(ProcessId) || !isId(ParentProcessId) || started === undefined) return [];
    const name = typeof Name === 'string' ? Name : 'unknown';
    return [{ pid: ProcessId, ppid: ParentProcessId, started, name }];
  });
}

function startedOn(date: unknown): number | undefined {
  if (typeof date !== 'string') return undefined;
  const [, ms] = /^\/Date\((\d+)\)\/$/.exec(date) ?? [];
  const started = ms === undefined ? Date.parse(date) : Number(ms);
  return Number.isNaN(started) ? undefined : started;
}

const isId = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
