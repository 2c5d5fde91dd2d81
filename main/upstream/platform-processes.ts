import { windowsEnd } from './process-listing.ts';
import { makeProcessTable, type RunListing, runListing } from './process-table.ts';
import type { ProcessTreePorts } from './process-tree.ts';

/** The processes of a real machine: its table, its signals, and on Windows, which has none, its way to end a tree. */
export function platformProcesses(
  platform: NodeJS.Platform,
  run: RunListing = runListing,
): ProcessTreePorts {
  return {
    table: makeProcessTable(platform, run),
    signal: (pid, signal) => process.kill(pid, signal),
    forceEnd:
      platform === 'win32'
        ? async (pid) => {
            await run(windowsEnd(pid));
          }
        : undefined,
  };
}
