import { ownDataFolder } from '../../../main/storage/instance-lock.ts';

// Holds the data folder named by the first argument until it is killed.
const lock = ownDataFolder(process.argv[2] ?? '', { pid: process.pid, since: 5 });
process.send?.(lock.ok ? 'held' : lock.problem.code);
process.on('message', () => {
  globalThis.gc?.();
  // The finalizers run in a later turn.
  setTimeout(() => process.send?.('collected'), 50);
});
