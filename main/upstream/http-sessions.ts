import type { Readable, Writable } from 'node:stream';
import { fail, ok, type Result } from '../../shared/outcome.ts';
import type { HeaderFields, HttpPorts, HttpTarget } from './http-ports.ts';
import { type HttpServer, openHttpServer } from './http-server.ts';
import type { ProxyChoice } from './proxy.ts';
import { joinReports, type TreeReport } from './tree-report.ts';

/** How a remote server of a session stands. It is `ready` once it answered; a lost session is `failed` for good. */
export type RemoteState =
  | { readonly state: 'starting' }
  | { readonly state: 'ready' }
  | { readonly state: 'failed'; readonly reason: string }
  | { readonly state: 'stopped' };

/** The remote server of one session, to be reached from now on. */
export interface RemoteStart {
  readonly sessionId: string;
  readonly connectionId: string;
  readonly name: string;
  readonly clientName: string;
  readonly target: HttpTarget;
  /** The entry's own header fields, with nothing left to fill in. */
  readonly headers: HeaderFields;
  /** Takes this connection's secrets out of a text. */
  readonly mask: (text: string) => string;
  readonly onState: (state: RemoteState) => void;
}

/** A remote server as the relay uses it. */
export interface RemoteServer {
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** Tells that the first message of the server came. */
  answered(): void;
  /** The last of what went wrong with it, masked. */
  stderr(): string;
}

/** The remote servers of all sessions. */
export interface RemoteSessions {
  open(start: RemoteStart): Result<RemoteServer>;
  /** Ends a session gently; an unknown one is gone. */
  stop(sessionId: string): Promise<TreeReport>;
  /** The same for the kill switch. */
  kill(sessionId: string): Promise<TreeReport>;
  stopAll(): Promise<TreeReport>;
  live(): readonly RemoteStart[];
}

interface Session {
  readonly start: RemoteStart;
  readonly server: HttpServer;
  state: RemoteState;
}

const nothing: TreeReport = { items: [], survivors: [], verified: true };

/**
 * Makes them. `portsOf` gives what the connection of one session needs; without it no server is reached. `proxyOf` is
 * the proxy of this machine, where the session's ports name no other.
 */
export function makeRemoteSessions(
  portsOf: ((start: RemoteStart) => HttpPorts) | undefined,
  proxyOf?: (url: URL) => ProxyChoice,
): RemoteSessions {
  const sessions = new Map<string, Session>();

  function enter(session: Session, state: RemoteState): void {
    session.state = state;
    session.start.onState(state);
  }

  function open(start: RemoteStart): Result<RemoteServer> {
    const { sessionId, name } = start;
    if (sessions.has(sessionId)) throw new Error(`The session ${sessionId} was opened twice.`);
    start.onState({ state: 'starting' });
    const opened =
      portsOf === undefined
        ? fail(
            'remote-unsupported',
            `The server "${name}" is remote, which Airlock does not reach here.`,
          )
        : openHttpServer(start, { ...(proxyOf && { proxyOf }), ...portsOf(start) });
    if (!opened.ok) {
      start.onState({ state: 'failed', reason: opened.problem.message });
      return opened;
    }
    const server = opened.value;
    const session: Session = { start, server, state: { state: 'starting' } };
    sessions.set(sessionId, session);
    void server.gone.then((reason) => {
      if (session.state.state !== 'stopped') enter(session, { state: 'failed', reason });
    });
    return ok({
      stdin: server.stdin,
      stdout: server.stdout,
      stderr: () => server.notes.text(),
      answered() {
        if (session.state.state === 'starting') enter(session, { state: 'ready' });
      },
    });
  }

  async function finish(
    sessionId: string,
    end: (server: HttpServer) => Promise<TreeReport>,
  ): Promise<TreeReport> {
    const session = sessions.get(sessionId);
    if (session === undefined) return nothing;
    const { state } = session.state;
    if (state !== 'stopped' && state !== 'failed') enter(session, { state: 'stopped' });
    const report = await end(session.server);
    sessions.delete(sessionId);
    return report;
  }

  const stop = (sessionId: string) => finish(sessionId, (server) => server.stop());
  return {
    open,
    stop,
    kill: (sessionId) => finish(sessionId, (server) => server.kill()),
    stopAll: async () => joinReports(await Promise.all([...sessions.keys()].map(stop))),
    live: () => [...sessions.values()].map(({ start }) => start),
  };
}
