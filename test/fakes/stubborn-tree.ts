import { readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';

/**
 * Servers that are hard to end, as shell scripts: a hundred of them start in a second. Each prints one line
 * `pids <pid>...` with every process it is made of, once they all run.
 */
export const stubbornScripts = {
  /** Ends when its input closes. */
  polite: 'echo "pids $$"; exec cat >/dev/null',
  /** Hears neither the end of its input nor SIGTERM, nor does its child. */
  deaf: 'trap "" TERM; sleep 600 <&- >&- 2>&- & echo "pids $$ $!"; wait; while :; do sleep 60 <&- >&- 2>&-; done',
  /** Has a child and a grandchild in its group. */
  parent:
    'sh -c \'sleep 600 <&- >&- 2>&- & echo "$$ $!"; wait\' | { read -r pids; echo "pids $$ $pids"; exec sleep 600; }',
  /** Leaves a daemon behind: forked twice, in a session of its own, deaf to SIGTERM; then ends with its input. */
  daemon:
    'exec 3<&0; setsid -f sh -c \'trap "" TERM; echo "$$"; exec sleep 600 <&- >&- 2>&- 3<&-\' | { read -r pid; echo "pids $$ $pid"; exec cat <&3 >/dev/null; }',
} as const;

/** A kind of stubborn server. */
export type Stubborn = keyof typeof stubbornScripts;

/** The pids a stubborn server prints; rejects when its output ends first. */
export async function printedPids(stdout: Readable): Promise<number[]> {
  let text = '';
  for await (const chunk of stdout.iterator({ destroyOnReturn: false })) {
    text += String(chunk);
    const [, pids] = /pids ([\d ]+)\n/.exec(text) ?? [];
    if (pids !== undefined) return pids.split(' ').map(Number);
  }
  throw new Error(`The server printed no pids, but: ${text}`);
}

/** True while a process runs; one that is dead and only waits to be collected does not. Read apart from the product. */
export function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
  } catch {
    return false;
  }
}
