import type { KillItem } from '../../shared/kill.ts';
import { ok, type Result } from '../../shared/outcome.ts';
import { bootId, type RegisteredChild, readChildRegister } from './child-register.ts';
import { makeProcessTrees, type ProcessTreePorts } from './process-tree.ts';
import { withFamily } from './session-members.ts';

/** What an earlier run of the app left behind, and what became of it. */
export interface ReapReport {
  /** One item for each process that was still alive. */
  readonly items: readonly KillItem[];
  /** Those that could not be ended or looked for; the new register goes on naming them. */
  readonly left: readonly RegisteredChild[];
}

/**
 * Ends the servers that a killed or crashed run left alive. To be called once at the start, before any server runs
 * and by the only instance of this data folder: it takes every child in the register for an orphan.
 *
 * A process counts as one when it carries the marker of a registered session, or is the registered server by pid and
 * start, or descends from one. This process, what started it and what it started are spared, even where the app was
 * itself started from below such a server.
 *
 * There is no watchdog process beside this. A server that behaves ends when its input closes, which the system does
 * at the app's death; for the others a watchdog would be one more thing to kill first, and the next start of the app
 * comes with the next call of any client. So the promise for a kill -9 is: gone by then.
 */
export async function reapOrphans(
  file: string,
  platform: NodeJS.Platform,
  ports: ProcessTreePorts,
): Promise<Result<ReapReport>> {
  const children = readChildRegister(file, bootId(platform));
  if (!children.ok) return children;
  const trees = makeProcessTrees({ ...ports, spared: withFamily });
  const reaped = await Promise.all(
    children.value.map(async (child) => {
      trees.track(child.sessionId, child.name);
      if (child.pid !== undefined && child.started !== undefined) {
        trees.adopt(child.sessionId, { pid: child.pid, started: child.started });
      }
      const report = await trees.end(child.sessionId, { closeMs: 0, graceMs: 500, forceMs: 3_000 });
      return { child, report };
    }),
  );
  return ok({
    items: reaped.flatMap(({ report }) => report.items),
    left: reaped.filter(({ report }) => !report.verified).map(({ child }) => child),
  });
}
