import { readdirSync, readFileSync } from 'node:fs';

/** True where processes can be read closely enough: Linux alone has /proc. */
export const measuresProcesses = process.platform === 'linux';

const mebibyte = 1024 * 1024;
/** USER_HZ, which Linux fixes at 100 for everything it tells programs. */
const ticksPerSecond = 100;

function read(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    // It has ended meanwhile.
    return undefined;
  }
}

/** The fields of /proc/pid/stat after the command's name, which may hold anything. */
const statOf = (pid: number): string[] =>
  read(pid, 'stat')
    ?.replace(/^.*\) /s, '')
    .split(' ') ?? [];

/** A process and everything below it. */
export function treeOf(pid: number): number[] {
  const below = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const parent = Number(statOf(Number(name))[1]);
    below.set(parent, [...(below.get(parent) ?? []), Number(name)]);
  }
  const all = [pid];
  for (const one of all) all.push(...(below.get(one) ?? []));
  return all;
}

const kibibytes = (text: string | undefined, key: string): number =>
  Number(new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(text ?? '')?.[1] ?? Number.NaN) * 1024;

/** Resident memory of a process in MiB, what it shares with others counted in full. */
export const residentMiB = (pid: number): number =>
  kibibytes(read(pid, 'status'), 'VmRSS') / mebibyte;

/** Resident memory in MiB, with each shared page divided among those that share it (PSS). */
export const proportionalMiB = (pid: number): number =>
  kibibytes(read(pid, 'smaps_rollup'), 'Pss') / mebibyte;

/** Processor time that processes have used so far, in seconds. */
export const processorSeconds = (pids: readonly number[]): number =>
  pids.reduce((sum, pid) => {
    const stat = statOf(pid);
    return sum + (Number(stat[11] ?? 0) + Number(stat[12] ?? 0)) / ticksPerSecond;
  }, 0);
