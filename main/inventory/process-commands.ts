import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fail, ok, type Result } from '../../shared/outcome.ts';

/** How to run a program that lists processes. */
export interface CommandQuery {
  readonly command: string;
  readonly args: readonly string[];
}

/** Where command lines are read from. */
export interface CommandSource {
  /** Runs a listing program in the C locale and gives what it printed; asked on macOS and Windows only. */
  readonly run: (query: CommandQuery) => Promise<string>;
  /** Where Linux shows its processes. */
  readonly proc?: string;
}

/** The command lines of live processes, by pid, as far as this user may see them. */
export type CommandLines = ReadonlyMap<number, readonly string[]>;

/**
 * The words of a Linux `/proc/<pid>/cmdline` (proc_pid_cmdline(5)): parted by NUL. A program that gave itself a title,
 * as npm does, has one text with spaces instead. Pure.
 */
export function parseProcCommand(text: string): readonly string[] {
  const words = text.replace(/\0+$/, '').split('\0');
  const [only = ''] = words;
  return words.length === 1 ? only.trim().split(/\s+/).filter(Boolean) : words;
}

/** The question to the `ps` of macOS. */
export const macCommandQuery: CommandQuery = {
  command: '/bin/ps',
  args: ['-axww', '-o', 'pid=,command='],
};

/** Reads the answer to `macCommandQuery`. Words with spaces fall apart there: `ps` joins them by spaces. Pure. */
export function parseMacCommands(list: string): CommandLines {
  const found = new Map<number, readonly string[]>();
  for (const line of list.split('\n')) {
    const [, pid, text] = /^\s*(\d+)\s+(\S.*)$/.exec(line) ?? [];
    if (text !== undefined) found.set(Number(pid), macWords(text.trimEnd()));
  }
  return found;
}

/** An app's program lies in a folder with spaces ("Visual Studio Code.app"); it is kept whole. */
function macWords(text: string): readonly string[] {
  const [, app, rest = ''] = /^(\/.*?\.app\/Contents\/.*?)(?:\s+(-.*))?$/.exec(text) ?? [];
  const words = (own: string) => own.split(/\s+/).filter(Boolean);
  return app === undefined ? words(text) : [app, ...words(rest)];
}

/** Asks Windows for every command line. */
export const windowsCommandQuery = (systemRoot = 'C:\\Windows'): CommandQuery => ({
  command: path.win32.join(systemRoot, 'System32\\WindowsPowerShell\\v1.0\\powershell.exe'),
  args: [
    '-NoProfile',
    '-NonInteractive',
    '-Command',
    '[Console]::OutputEncoding=[Text.Encoding]::UTF8; Get-CimInstance Win32_Process | Select-Object ProcessId,CommandLine | ConvertTo-Json -Compress',
  ],
});

/** Reads the answer to `windowsCommandQuery`; undefined where it is no such JSON. Pure. */
export function parseWindowsCommands(json: string): CommandLines | undefined {
  let answer: unknown;
  try {
    answer = JSON.parse(json.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
  const found = new Map<number, readonly string[]>();
  for (const item of Array.isArray(answer) ? answer : [answer]) {
    if (typeof item !== 'object' || item === null) continue;
    const { ProcessId, CommandLine } = item as Record<string, unknown>;
    if (typeof ProcessId === 'number' && typeof CommandLine === 'string') {
      found.set(ProcessId, windowsWords(CommandLine));
    }
  }
  return found;
}

/** Splits a Windows command line as most programs do: at blanks outside of quotes; `\"` is a quote. Pure. */
export const windowsWords = (line: string): readonly string[] =>
  (line.match(/(?:"(?:\\"|[^"])*"|\\"|[^\s"])+/g) ?? []).map((word) =>
    word.replace(/(?<!\\)"/g, '').replaceAll('\\"', '"'),
  );

/** Reads the command lines of all processes. Problem: `commands-unreadable`. */
export async function readCommands(
  platform: NodeJS.Platform,
  { run, proc = '/proc' }: CommandSource,
): Promise<Result<CommandLines>> {
  try {
    if (platform === 'linux') return ok(await procCommands(proc));
    if (platform !== 'win32') return ok(parseMacCommands(await run(macCommandQuery)));
    const found = parseWindowsCommands(await run(windowsCommandQuery(process.env.SystemRoot)));
    return found === undefined ? unreadable('no list') : ok(found);
  } catch (error) {
    return unreadable(error instanceof Error ? error.message : String(error));
  }
}

/** Synchronous reads in short slices: these files never wait for a disk, and messages pass between two slices. */
async function procCommands(proc: string): Promise<CommandLines> {
  const slice = 64;
  const found = new Map<number, readonly string[]>();
  for (const [index, name] of readdirSync(proc).entries()) {
    if (index % slice === slice - 1) await new Promise((resolve) => setImmediate(resolve));
    if (!/^\d+$/.test(name)) continue;
    try {
      const words = parseProcCommand(readFileSync(`${proc}/${name}/cmdline`, 'utf8'));
      if (words.length > 0) found.set(Number(name), words);
    } catch {
      // It ended since it was listed, or is not ours to see.
    }
  }
  return found;
}

const unreadable = (why: string) =>
  fail(
    'commands-unreadable',
    `The command lines of running processes could not be read (${why}), so servers outside of configs were not looked for.`,
  );
