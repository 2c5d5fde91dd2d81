import { readdirSync, rmSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { shellEnv } from 'shell-env';
import type { MachinePlace } from './compose-governance.ts';
import { bootId, makeChildRegister, type RegisteredChild } from './upstream/child-register.ts';
import type { HttpPorts } from './upstream/http-ports.ts';
import type { RemoteStart } from './upstream/http-sessions.ts';
import { makeLoginPath } from './upstream/login-path.ts';
import { reapOrphans } from './upstream/orphans.ts';
import { windowsEnd } from './upstream/process-listing.ts';
import { makeProcessTable, runListing } from './upstream/process-table.ts';
import { makeProcessTrees, type ProcessTreePorts } from './upstream/process-tree.ts';
import { makeSupervisor, type Supervisor } from './upstream/supervisor.ts';

/** The app's own register of children; each `airlock run` has one named after its process. */
const appRegister = 'children.json';
const runRegister = /^children-run-(\d+)\.json$/;

const shellOf = (): string | undefined => {
  try {
    return userInfo().shell ?? undefined;
  } catch {
    // A user id without an account has no shell.
    return undefined;
  }
};

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** The registers of processes that are gone: what they started may still run. */
function abandoned(data: string, own: string): string[] {
  return readdirSync(data).filter((name) => {
    if (name === own) return true;
    const pid = runRegister.exec(name)?.[1];
    return pid !== undefined && !alive(Number(pid));
  });
}

/** Ends what earlier runs left alive, then gives the supervisor of this run's servers. */
export async function openUpstream(
  machine: MachinePlace,
  data: string,
  role: 'app' | 'run',
  report: (sentence: string) => void,
  remote?: (start: RemoteStart) => HttpPorts,
): Promise<Supervisor> {
  const { platform, env, home } = machine;
  const own = role === 'app' ? appRegister : `children-run-${process.pid}.json`;
  const treePorts: ProcessTreePorts = {
    table: makeProcessTable(platform),
    signal: (pid, signal) => void process.kill(pid, signal),
    forceEnd:
      platform === 'win32' ? async (pid) => void (await runListing(windowsEnd(pid))) : undefined,
  };
  const left: RegisteredChild[] = [];
  for (const name of abandoned(data, own)) {
    const reaped = await reapOrphans(join(data, name), platform, treePorts);
    if (!reaped.ok) {
      report(reaped.problem.message);
      continue;
    }
    left.push(...reaped.value.left);
    if (name !== own && reaped.value.left.length === 0) rmSync(join(data, name), { force: true });
    if (reaped.value.items.length === 0) continue;
    const names = reaped.value.items.map((item) => item.name).join(', ');
    report(`An earlier run ended without its servers; they were ended now: ${names}.`);
  }
  return makeSupervisor({
    platform,
    environment: env,
    home,
    loginPath: makeLoginPath({
      platform,
      environment: env,
      home,
      shell: shellOf(),
      ask: async (shell) => shellEnv(shell),
    }),
    trees: makeProcessTrees(treePorts),
    register: makeChildRegister(join(data, own), bootId(platform), left),
    now: Date.now,
    random: Math.random,
    ...(remote === undefined ? {} : { remote }),
  });
}
