import { randomUUID } from 'node:crypto';
import { PassThrough } from 'node:stream';
import type { EntryInput } from '../shared/audit.ts';
import type { ServerIdentity, ToolView } from '../shared/server.ts';
import type { Stages } from '../shared/stages.ts';
import type { SessionView } from '../shared/state.ts';
import { type Arrival, type Departure, entryAbout, refusing } from './compose-arrival.ts';
import type { Eras } from './compose-era.ts';
import { makeFailures } from './compose-failures.ts';
import { fitForHttp } from './compose-fit.ts';
import { type LiveProbe, makeServers } from './compose-server.ts';
import type { Reported } from './relay/handshake.ts';
import type { ListedTool, ListPage, Withheld } from './relay/list-answer.ts';
import { startSession } from './relay/session.ts';
import type { Session, Streams } from './relay/session-ports.ts';
import type { Supervisor } from './upstream/supervisor.ts';

/** What the live sessions need from outside. */
export interface SessionsPorts {
  readonly supervisor: Supervisor;
  readonly eras: Eras;
  readonly stages: Omit<Stages, 'upstream'>;
  readonly lookupTool: (serverId: string, tool: string) => ToolView | undefined;
  readonly onToolList: (
    server: ServerIdentity,
    tools: readonly ListedTool[],
    page: ListPage,
  ) => readonly Withheld[];
  readonly record: (entry: EntryInput) => void;
  /** The sentence that stops everything of a connection while a kill covers it. */
  readonly killed: (of: {
    clientId: string;
    serverId: string;
    connectionId: string;
  }) => string | undefined;
  readonly onChange: () => void;
  /** A call came through this connection: the proof that its entry is routed. */
  readonly onCall: (connectionId: string, server: ServerIdentity) => void;
  readonly onServer: (server: ServerIdentity, reported: Reported) => void;
  readonly onEnd: (sessionId: string) => void;
  readonly now: () => number;
}

/** A live session with its parts, as the kill switch and the state need it. */
export interface LiveSession {
  readonly view: SessionView;
  readonly session: Session;
  /** True where the server is reached over the network. */
  readonly remote: boolean;
}

/** The live sessions: each an arrival, its server, and the relay between them. */
export function makeSessions(ports: SessionsPorts) {
  const live = new Map<string, Mutable<LiveSession> & { started: boolean }>();
  const failures = makeFailures(ports);
  const servers = makeServers(ports);
  const admitted = new Set<Promise<Departure>>();
  let stopping = false;

  function change(sessionId: string, patch: Partial<SessionView>): void {
    const one = live.get(sessionId);
    if (!one) return;
    one.view = { ...one.view, ...patch };
    ports.onChange();
  }

  /** A session without a server: whoever asks gets the sentence, until the client goes away. */
  function refuseAll(
    arrival: Arrival,
    sessionId: string,
    sentence: string,
    reason: 'killed' | 'not-started',
  ): Session {
    const upstream: Streams = { in: new PassThrough(), out: new PassThrough().resume() };
    const session = relay(arrival, sessionId, upstream);
    session.refuse(sentence, reason);
    return {
      ...session,
      refuse(killed) {
        // Paused from here on, so that it ends with the kill and its client starts anew.
        change(sessionId, { state: 'paused', detail: killed });
        session.refuse(killed);
      },
    };
  }

  function relay(arrival: Arrival, sessionId: string, upstream: Streams): Session {
    const { agent, server, connectionId, connectionName } = arrival;
    return startSession({
      connection: { id: connectionId, name: connectionName, sessionId },
      agent,
      server,
      client: arrival.client,
      upstream,
      stages: ports.stages,
      lookupTool: (name) => ports.lookupTool(server.id, name),
      onToolList: (tools, page) => fitForHttp(server, tools, ports.onToolList(server, tools, page)),
      facts: {
        introduced(who, reported) {
          if (who === 'server') {
            ports.onServer(server, reported);
            change(sessionId, { reportedServer: `${reported.name} ${reported.version}` });
          } else
            about(
              'session.opened',
              arrival,
              sessionId,
              `${reported.name} ${reported.version} connected.`,
            );
        },
        stopped({ from, problem, message, sample, count }) {
          // The first few tell the story; a server that prints its log would fill the trail.
          if (count <= 3)
            about(
              'problem',
              arrival,
              sessionId,
              `From the ${from}: ${message} ${arrival.mask(sample)}`,
            );
          if (from !== 'server') return;
          const detail =
            problem === 'unexpected-answer'
              ? 'It answered what it was not asked; that was withheld.'
              : `It printed ${count} line${count === 1 ? '' : 's'} that are not MCP.`;
          change(sessionId, { detail });
        },
        listFiltered(withheld) {
          const names = withheld.map((tool) => tool.name).join(', ');
          about('list.filtered', arrival, sessionId, `Withheld from the list of tools: ${names}.`);
        },
        called() {
          ports.onCall(arrival.connectionId, server);
          const one = live.get(sessionId);
          if (one) one.view = { ...one.view, calls: one.view.calls + 1, lastCallAt: ports.now() };
        },
      },
    });
  }

  const about = (
    kind: EntryInput['kind'],
    arrival: Arrival,
    sessionId: string,
    detail: string,
  ): void => ports.record(entryAbout(kind, arrival, sessionId, detail));

  async function start(arrival: Arrival, sessionId: string): Promise<Session> {
    const { agent, server, connectionId } = arrival;
    const of = { clientId: agent.clientId, serverId: server.id, connectionId };
    const refuse = (state: 'failed' | 'paused', sentence: string): Session => {
      change(sessionId, { state, detail: sentence });
      return refuseAll(arrival, sessionId, sentence, state === 'failed' ? 'not-started' : 'killed');
    };
    const killed = ports.killed(of);
    if (killed !== undefined) return refuse('paused', killed);
    let gone: ((sentence: string) => void) | undefined;
    let died: string | undefined;
    const opened = await servers.open(arrival, sessionId, (state) => {
      if (state.state !== 'failed') return change(sessionId, { state: state.state });
      change(sessionId, { state: 'failed', detail: state.reason });
      died = state.reason;
      return gone?.(state.reason);
    });
    // The kill may have come while the server started; it must not find a session that it does not know of.
    const killedSince = ports.killed(of);
    if (killedSince !== undefined) {
      await ports.supervisor.kill(sessionId);
      return refuse('paused', killedSince);
    }
    if (!opened.ok) return refuse('failed', opened.problem.message);
    const { pid, streams } = opened.value;
    if (pid !== undefined) change(sessionId, { pid });
    const one = live.get(sessionId);
    if (one) one.started = true;
    const session = relay(arrival, sessionId, streams);
    gone = (sentence) => session.serverGone(sentence);
    if (died !== undefined) session.serverGone(died);
    return session;
  }

  async function take(arrival: Arrival): Promise<Departure> {
    const sessionId = randomUUID();
    const { agent, server } = arrival;
    const view: SessionView = {
      sessionId,
      connectionId: arrival.connectionId,
      connectionName: arrival.connectionName,
      clientId: agent.clientId,
      clientName: agent.clientName,
      serverId: server.id,
      serverLabel: server.label,
      reportedServer: '',
      state: 'starting',
      detail: '',
      since: ports.now(),
      calls: 0,
    };
    const pending = refusing();
    const remote = server.transport !== 'stdio';
    live.set(sessionId, { view, session: pending, remote, started: false });
    failures.reconnected(arrival.connectionId);
    ports.onChange();
    const session = await start(arrival, sessionId);
    const one = live.get(sessionId);
    if (one) one.session = session;
    if (pending.sentence !== undefined) session.refuse(pending.sentence);
    if (stopping) session.stop();
    const end = await session.closed;
    await ports.supervisor.stop(sessionId);
    about('session.closed', arrival, sessionId, end.sentence);
    const last = live.get(sessionId);
    live.delete(sessionId);
    if (last?.view.state === 'failed') failures.keep(last.view);
    ports.onEnd(sessionId);
    ports.onChange();
    return { started: last?.started ?? false, end, detail: last?.view.detail ?? '' };
  }

  return {
    /** Takes a client in until either side is done. Never rejects. */
    admit(arrival: Arrival): Promise<Departure> {
      const departure = take(arrival).finally(() => admitted.delete(departure));
      admitted.add(departure);
      return departure;
    },

    all: (): readonly LiveSession[] => [...live.values()],
    probes: (): readonly LiveProbe[] => servers.probes(),
    views: (): SessionView[] => [...[...live.values()].map((one) => one.view), ...failures.views()],

    /** Ends the sessions that a kill kept without a server and that none covers any more: clients start anew. */
    endPaused(): void {
      for (const { view, session } of live.values()) {
        if (view.state === 'paused' && ports.killed(view) === undefined) session.stop();
      }
    },

    /** Ends every session and its server, for the end of the app; their last entries are written then. */
    async stopAll(): Promise<void> {
      stopping = true;
      for (const { session } of live.values()) session.stop();
      await ports.supervisor.stopAll();
      await Promise.all(admitted);
    },
  };
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export type Sessions = ReturnType<typeof makeSessions>;
