import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The command line in a Linux `/proc/<pid>/cmdline`, arguments parted by NUL. */
export const fromProcCmdline = (raw: string): string => raw.split('\0').filter(Boolean).join(' ');

/** How to ask a platform for the command line of a process; Linux is read from /proc instead. */
export function processQuery(
  platform: NodeJS.Platform,
  pid: number,
): { readonly command: string; readonly args: readonly string[] } {
  return platform === 'win32'
    ? {
        command: 'powershell.exe',
        args: [
          '-NoProfile',
          '-NonInteractive',
          '-Command',
          `(Get-CimInstance Win32_Process -Filter "ProcessId=${pid}").CommandLine`,
        ],
      }
    : { command: 'ps', args: ['-o', 'command=', '-p', String(pid)] };
}

/**
 * The command line of the process that started a bridge, as the operating system tells it; undefined where the
 * process is gone or is not ours to see. For people and the trail, never for a decision.
 */
export async function processCommand(
  pid: number,
  platform: NodeJS.Platform,
): Promise<string | undefined> {
  if (!Number.isSafeInteger(pid) || pid <= 1) return undefined;
  try {
    if (platform === 'linux') {
      return fromProcCmdline(await readFile(`/proc/${pid}/cmdline`, 'utf8')) || undefined;
    }
    const { command, args } = processQuery(platform, pid);
    const { stdout } = await run(command, [...args], { timeout: 3_000, windowsHide: true });
    return stdout.trim() || undefined;
  } catch {
    // A process that ended or belongs to somebody else has no command line to show.
    return undefined;
  }
}
