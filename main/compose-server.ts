import { ok, type Result } from '../shared/outcome.ts';
import type { Arrival } from './compose-arrival.ts';
import type { Streams } from './relay/session-ports.ts';
import type { RemoteServer } from './upstream/http-sessions.ts';
import type { ServerState, Supervisor } from './upstream/supervisor.ts';

/** The server of a session, started or reached. */
export interface OpenServer {
  /** Only a server that we started has one. */
  readonly pid?: number;
  readonly streams: Streams;
}

/** Opens what an arrival leads to; every problem is a sentence for the client. */
export async function openServer(
  supervisor: Supervisor,
  arrival: Arrival,
  sessionId: string,
  onState: (state: ServerState) => void,
): Promise<Result<OpenServer>> {
  const destination = await arrival.destination();
  if (!destination.ok) return destination;
  const { agent, connectionId, connectionName: name, mask } = arrival;
  const start = { sessionId, connectionId, name, clientName: agent.clientName, mask, onState };
  const to = destination.value;
  if (to.kind === 'process') {
    const opened = await supervisor.open({ ...start, launch: to.launch });
    if (!opened.ok) return opened;
    return ok({ pid: opened.value.pid, streams: streamsOf(opened.value) });
  }
  const opened = supervisor.openRemote({ ...start, target: to.target, headers: to.headers });
  return opened.ok ? ok({ streams: streamsOf(opened.value) }) : opened;
}

function streamsOf(server: RemoteServer): Streams {
  server.stdout.once('data', () => server.answered());
  return { in: server.stdout, out: server.stdin };
}
