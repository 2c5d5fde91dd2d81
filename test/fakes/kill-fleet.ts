import type { KillSession } from '../../main/kill/kill-ports.ts';
import { makeKillSwitch } from '../../main/kill/kill-switch.ts';
import type { TreeReport } from '../../main/upstream/tree-report.ts';
import { printedPids, type Stubborn, stubbornScripts } from './stubborn-tree.ts';
import { aStart, aSupervisor } from './supervised.ts';

/** A client, a server and the kind of process tree behind it. */
export interface FleetMember {
  readonly kind: Stubborn;
  readonly clientId: string;
}

/** Real servers under a real kill switch, joined as the app joins them. */
export async function aFleet(members: readonly FleetMember[]) {
  const { supervisor, remove } = aSupervisor();
  const sessions: KillSession[] = [];
  const refused = new Set<string>();
  let saved: unknown = [];

  const started = await Promise.all(
    members.map(async ({ kind, clientId }, index) => {
      const start = aStart(stubbornScripts[kind], { name: `${kind} ${index}` });
      const { sessionId, name, connectionId } = start;
      const server = await supervisor.open(start);
      if (!server.ok) throw new Error(server.problem.message);
      const pids = await printedPids(server.value.stdout);
      sessions.push({
        sessionId,
        name,
        connectionId,
        clientId,
        serverId: `srv ${kind}`,
        remote: false,
        pid: server.value.pid,
        refuse: () => void refused.add(sessionId),
        cancelInFlight: () => [],
        stopServer: async () => (await supervisor.kill(sessionId)).items,
      });
      return { sessionId, clientId, kind, pids, server: server.value };
    }),
  );

  const killSwitch = makeKillSwitch({
    sessions: () => sessions,
    denyWaiting: () => [],
    async survivors(sessionIds) {
      const found = await supervisor.survivors(sessionIds);
      if (!found.ok) throw new Error(found.problem.message);
      return found.value;
    },
    endSurvivors: (sessionIds) => Promise.all(sessionIds.map(supervisor.endSurvivors)),
    record: () => {},
    store: {
      load: () => saved,
      save: (kills) => {
        saved = kills;
      },
    },
    now: Date.now,
    newId: () => 'kill-1',
    onChange: () => {},
  });

  /** Ends whatever a failed test left. */
  async function end(): Promise<TreeReport> {
    const report = await supervisor.stopAll();
    remove();
    return report;
  }

  return { killSwitch, supervisor, started, refused, end };
}
