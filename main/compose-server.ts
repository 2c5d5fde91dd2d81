import { randomUUID } from 'node:crypto';
import { fail, ok, type Result } from '../shared/outcome.ts';
import type { Arrival, Destination } from './compose-arrival.ts';
import type { Eras } from './compose-era.ts';
import type { ProbeLeg } from './era/era-probe.ts';
import type { KillTarget } from './kill/kill-scope.ts';
import type { Streams } from './relay/session-ports.ts';
import type { RemoteServer } from './upstream/http-sessions.ts';
import type { ServerState, Supervisor } from './upstream/supervisor.ts';

/** The server of a session, started or reached. */
export interface OpenServer {
  /** Only a server that we started has one. */
  readonly pid?: number;
  readonly streams: Streams;
}

/** What opens servers. */
export interface ServerPorts {
  readonly supervisor: Supervisor;
  readonly eras: Eras;
  /** The sentence that stops everything of a connection while a kill covers it. */
  readonly killed: (of: KillTarget) => string | undefined;
}

/** A leg to a server that finds out its era. It carries nothing of the client, but it is a process or a connection. */
export interface LiveProbe extends KillTarget {
  readonly sessionId: string;
  readonly name: string;
  readonly remote: boolean;
}

/** Opens what arrivals lead to, in an era that their clients understand. */
export function makeServers({ supervisor, eras, killed }: ServerPorts) {
  const probes = new Map<string, LiveProbe>();

  async function probe(arrival: Arrival, to: Destination): Promise<Result<ProbeLeg>> {
    const { agent, server, connectionId, connectionName } = arrival;
    const target = { clientId: agent.clientId, serverId: server.id, connectionId };
    const refused = killed(target);
    if (refused !== undefined) return fail('killed', refused);
    const sessionId = `probe-${randomUUID()}`;
    const name = `${connectionName} in ${agent.clientName} (its protocol is found out)`;
    probes.set(sessionId, { ...target, sessionId, name, remote: to.kind === 'remote' });
    const close = async () => {
      await supervisor.stop(sessionId);
      probes.delete(sessionId);
    };
    const leg = await reach(supervisor, arrival, to, sessionId, () => undefined);
    if (!leg.ok) {
      probes.delete(sessionId);
      return leg;
    }
    return ok({ streams: streamsOf(leg.value.server), close });
  }

  return {
    /** Every problem is a sentence for the client. */
    async open(
      arrival: Arrival,
      sessionId: string,
      onState: (state: ServerState) => void,
    ): Promise<Result<OpenServer>> {
      const destination = await arrival.destination();
      if (!destination.ok) return destination;
      const to = destination.value;
      const opened = await reach(supervisor, arrival, to, sessionId, onState);
      if (!opened.ok) return opened;
      const { server, pid } = opened.value;
      server.stdout.once('data', () => server.answered());
      const who = { id: arrival.server.id, name: arrival.connectionName };
      const streams = eras.bridge(who, streamsOf(server), () => probe(arrival, to));
      return ok({ ...(pid === undefined ? {} : { pid }), streams });
    },

    /** The probes under way: a kill ends them like sessions. */
    probes: (): readonly LiveProbe[] => [...probes.values()],
  };
}

async function reach(
  supervisor: Supervisor,
  arrival: Arrival,
  to: Destination,
  sessionId: string,
  onState: (state: ServerState) => void,
): Promise<Result<{ readonly server: RemoteServer; readonly pid?: number }>> {
  const { agent, connectionId, connectionName: name, mask } = arrival;
  const start = { sessionId, connectionId, name, clientName: agent.clientName, mask, onState };
  if (to.kind === 'process') {
    const opened = await supervisor.open({ ...start, launch: to.launch });
    return opened.ok ? ok({ server: opened.value, pid: opened.value.pid }) : opened;
  }
  const opened = supervisor.openRemote({ ...start, target: to.target, headers: to.headers });
  return opened.ok ? ok({ server: opened.value }) : opened;
}

const streamsOf = (server: RemoteServer): Streams => ({ in: server.stdout, out: server.stdin });
