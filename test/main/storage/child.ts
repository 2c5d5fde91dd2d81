import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { afterEach } from 'vitest';

const root = join(import.meta.dirname, '../../..');
const running = new Set<ChildProcess>();

afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
  running.clear();
});

const bundles = new Map<string, string>();

/** The script as one file of JavaScript: starting that is several times faster than compiling in every child. */
function bundle(script: string): string {
  const known = bundles.get(script);
  if (known !== undefined) return known;
  const folder = join(root, 'node_modules/.cache/airlock-test');
  mkdirSync(folder, { recursive: true });
  const outfile = join(
    folder,
    `${script.replaceAll('/', '-').replace(/\.ts$/, '')}-${process.pid}.mjs`,
  );
  buildSync({
    entryPoints: [join(root, 'test/main', script)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    logLevel: 'error',
  });
  bundles.set(script, outfile);
  return outfile;
}

/** A script below test/main in a process of its own, which ends with the test at the latest. */
export function childProcess(script: string, ...args: readonly string[]) {
  const child = fork(bundle(script), args, {
    execArgv: ['--expose-gc'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  running.add(child);
  const ended = once(child, 'exit').finally(() => running.delete(child));
  const inbox: unknown[] = [];
  child.on('message', (message) => inbox.push(message));
  return {
    pid: child.pid ?? 0,
    /** Every message so far. */
    inbox,
    /** The next message, or `ended`. */
    async message(): Promise<unknown> {
      if (inbox.length === 0) await Promise.race([once(child, 'message'), ended]);
      return inbox.length > 0 ? inbox.shift() : 'ended';
    },
    /** Waits until this many messages have come. */
    async received(count: number): Promise<void> {
      while (inbox.length < count) {
        const next = await Promise.race([once(child, 'message'), ended.then(() => 'ended')]);
        if (next === 'ended') throw new Error(`The child ended after ${inbox.length} messages.`);
      }
    },
    send: (message: string) => child.send(message),
    /** The exit code. */
    ended: async (): Promise<number | null> => (await ended)[0],
    /** A kill -9, and its end. */
    async kill(): Promise<void> {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
