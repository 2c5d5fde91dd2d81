import type { KillItem } from '../shared/kill.ts';
import type { Governance } from './compose-governance.ts';
import type { Sessions } from './compose-sessions.ts';
import type { KillPorts } from './kill/kill-ports.ts';
import { type KillSwitch, makeKillSwitch } from './kill/kill-switch.ts';
import type { Supervisor } from './upstream/supervisor.ts';

type Shared = Pick<KillPorts, 'record' | 'store' | 'now' | 'newId'>;

const sharedPorts = ({ state, trail, masked, newId }: Governance): Shared => ({
  record: (entry) => void trail.append(masked(entry)),
  store: {
    load() {
      const all = state.kills.all();
      if (!all.ok) throw new Error(all.problem.message);
      return all.value;
    },
    save: (kills) =>
      state.together(() => {
        state.kills.clear();
        for (const kill of kills) state.kills.save(kill);
      }),
  },
  now: Date.now,
  newId,
});

/** The kill switch over the live sessions of this process. */
export function openKillSwitch(
  governance: Governance,
  ports: {
    readonly sessions: () => Sessions;
    readonly supervisor: Supervisor;
    readonly denyWaiting: KillPorts['denyWaiting'];
    readonly onChange: KillPorts['onChange'];
  },
): KillSwitch {
  const { supervisor } = ports;
  return makeKillSwitch({
    ...sharedPorts(governance),
    sessions: () => [
      ...ports
        .sessions()
        .all()
        .map(({ view, session, remote }) => ({
          sessionId: view.sessionId,
          connectionId: view.connectionId,
          clientId: view.clientId,
          serverId: view.serverId,
          name: `${view.connectionName} in ${view.clientName}`,
          ...(view.pid === undefined ? {} : { pid: view.pid }),
          remote,
          refuse: (sentence: string) => session.refuse(sentence),
          cancelInFlight: () =>
            session.inFlight().map(
              ({ call }): KillItem => ({
                kind: 'call',
                id: call.id,
                name: `${call.target} through ${view.connectionName}`,
                stopped: true,
                detail: 'Cancelled while it was under way.',
              }),
            ),
          stopServer: async () => (await supervisor.kill(view.sessionId)).items,
        })),
      ...ports
        .sessions()
        .probes()
        .map((probe) => ({
          ...probe,
          // Nothing of a client goes through a probe, so there is nothing to refuse or to cancel.
          refuse: () => undefined,
          cancelInFlight: () => [],
          stopServer: async () => (await supervisor.kill(probe.sessionId)).items,
        })),
    ],
    denyWaiting: ports.denyWaiting,
    async survivors(ids) {
      const found = await supervisor.survivors(ids);
      if (!found.ok) throw new Error(found.problem.message);
      return found.value;
    },
    endSurvivors: (ids) => Promise.all(ids.map((id) => supervisor.endSurvivors(id))),
    onChange: ports.onChange,
  });
}

/** The same switch where no app runs: nothing is live, but a kill is kept and holds from the next start on. */
export const killSwitchWithoutApp = (governance: Governance): KillSwitch =>
  makeKillSwitch({
    ...sharedPorts(governance),
    sessions: () => [],
    denyWaiting: () => [],
    survivors: async () => [],
    endSurvivors: async () => undefined,
    onChange: () => undefined,
  });
