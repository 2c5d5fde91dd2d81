/**
 * Runs something with the rights of an ordinary user, also where the tests run as root, whom no permission stops.
 * Only the effective user changes, and it changes back.
 */
export async function asNobody<T>(run: () => Promise<T>): Promise<T> {
  if (process.getuid?.() !== 0) return run();
  process.seteuid?.(65534);
  try {
    return await run();
  } finally {
    process.seteuid?.(0);
  }
}
