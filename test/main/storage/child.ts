import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** A script of this folder in a process of its own. `line` waits for its next message; `kill` is a kill -9. */
export function childProcess(script: string, ...args: readonly string[]) {
  const child = fork(join(import.meta.dirname, script), args, {
    execArgv: ['--import', 'tsx', '--expose-gc'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit');
  return {
    pid: child.pid ?? 0,
    message: async (): Promise<unknown> => {
      const [message] = await Promise.race([once(child, 'message'), ended.then(() => ['ended'])]);
      return message;
    },
    send: (message: string) => child.send(message),
    ended: async (): Promise<number | null> => (await ended)[0],
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
