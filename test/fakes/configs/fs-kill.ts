import { writeSync } from 'node:fs';
import promises, { type FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

type Call = (...args: unknown[]) => Promise<unknown>;

/**
 * Counts every call into the file system that this process makes from now on, prints its name, and ends the process
 * without warning right before or right after the one of that number. The bytes of a file go out in two writes, so
 * that one may be killed between them. Calls by `node:fs/promises` and its handles are counted; others are not made.
 */
export async function killAtCall(number: number, when: 'before' | 'after'): Promise<void> {
  let calls = 0;
  const counted = (name: string, call: Call): Call =>
    async function (this: unknown, ...args) {
      calls += 1;
      const own = calls;
      writeSync(1, `${name}\n`);
      if (own === number && when === 'before') process.kill(process.pid, 'SIGKILL');
      try {
        return await call.apply(this, args);
      } finally {
        if (own === number && when === 'after') process.kill(process.pid, 'SIGKILL');
      }
    };

  const probe = await promises.open(process.execPath, 'r');
  const handle = Object.getPrototypeOf(probe) as Record<string, Call>;
  await probe.close();
  const write = counted('handle.write', handle.write as Call);
  for (const name of [
    'readFile',
    'read',
    'stat',
    'chmod',
    'chown',
    'sync',
    'datasync',
    'truncate',
  ]) {
    handle[name] = counted(`handle.${name}`, handle[name] as Call);
  }
  handle.write = write;
  handle.writeFile = async function (this: FileHandle, ...[data]) {
    const bytes = Buffer.from(data as Uint8Array);
    const half = bytes.length >> 1;
    await write.call(this, bytes.subarray(0, half));
    await write.call(this, bytes.subarray(half));
    return undefined;
  };
  // A handle's `close` is its own and not its prototype's.
  const open = promises.open as unknown as Call;
  Object.assign(promises, {
    async open(...args: unknown[]) {
      const opened = (await open(...args)) as { close: Call };
      opened.close = counted('handle.close', opened.close);
      return opened;
    },
  });
  const calling = promises as unknown as Record<string, Call>;
  for (const [name, call] of Object.entries(calling)) {
    if (typeof call === 'function') calling[name] = counted(name, call);
  }
  syncBuiltinESMExports();
}
