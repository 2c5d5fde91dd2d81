import { ok, type Result } from '../shared/outcome.ts';
import type { Arrival, Destination } from './compose-arrival.ts';
import { type Eras, probeLeg, probeSession } from './compose-era.ts';
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
}

/** Opens what an arrival leads to, in an era its client understands; every problem is a sentence for the client. */
export async function openServer(
  { supervisor, eras }: ServerPorts,
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
  const name = arrival.connectionName;
  const streams = eras.bridge({ id: arrival.server.id, name }, streamsOf(server), async () => {
    const probe = probeSession();
    const leg = await reach(supervisor, arrival, to, probe, () => undefined);
    return leg.ok ? probeLeg(streamsOf(leg.value.server), () => supervisor.stop(probe)) : leg;
  });
  return ok({ ...(pid === undefined ? {} : { pid }), streams });
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
