import { execFile } from 'node:child_process';
import type { Query } from './process-listing.ts';

/** What a program printed to its two streams. */
export interface Printed {
  readonly out: string;
  readonly err: string;
}

/** A machine with thousands of processes lists them in a megabyte or two. */
const mostBytes = 16 * 1024 * 1024;

/**
 * Runs a program of the system and gives what it printed, also where it ends with a failure, as that is how
 * `codesign` says no. Rejects where it cannot be started or does not end in time. Never through a shell.
 */
export const runProgram = (
  { command, args }: Query,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Printed> =>
  new Promise((resolve, reject) => {
    const options = {
      timeout: 5_000,
      maxBuffer: mostBytes,
      windowsHide: true,
      env: { ...env, LC_ALL: 'C' },
    };
    execFile(command, [...args], options, (error, out, err) => {
      if (error !== null && typeof error.code !== 'number') reject(error);
      else resolve({ out, err });
    });
  });
