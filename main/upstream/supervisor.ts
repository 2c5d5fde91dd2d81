import type { KillItem } from '../../shared/kill.ts';
import { fail, ok, type Result } from '../../shared/outcome.ts';
import { type BackoffPorts, makeBackoff } from './backoff.ts';
import type { ChildRegister } from './child-register.ts';
import { childEnvironment, type Environment, variable } from './environment.ts';
import { deathSentence } from './exit.ts';
import type { HttpPorts } from './http-ports.ts';
import { makeRemoteSessions, type RemoteServer, type RemoteStart } from './http-sessions.ts';
import type { Launch } from './launch-template.ts';
import type { ProcessTrees } from './process-tree.ts';
import { proxyFor } from './proxy.ts';
import { type StdioServer, type StopTiming, startStdioServer } from './stdio-server.ts';
import { joinReports, processItem, type TreeReport } from './tree-report.ts';

/** What the supervisor needs from outside. */
export interface SupervisorPorts extends BackoffPorts {
  readonly platform: NodeJS.Platform;
  /** The app's own environment. */
  readonly environment: Environment;
  readonly home: string;
  readonly loginPath: () => Promise<string>;
  readonly trees: ProcessTrees;
  readonly register: ChildRegister;
  /** How long a server may take to end by itself; 1 s and 2 s unless told. */
  readonly stopTiming?: StopTiming;
  /** What the connection to a remote server needs; without it none is reached. */
  readonly remote?: (start: RemoteStart) => HttpPorts;
}

/** The server of one session, to be started now. */
export interface SessionStart {
  /** Fresh for every session: it is the marker all its processes carry. */
  readonly sessionId: string;
  readonly connectionId: string;
  readonly name: string;
  readonly clientName: string;
  readonly launch: Launch;
  /** Takes this connection's secrets out of a text. */
  readonly mask: (text: string) => string;
  readonly onState: (state: ServerState) => void;
}

/** How the server of a session stands. It is `ready` once it answered; a failed one is not started again. */
export type ServerState =
  | { readonly state: 'starting' }
  | { readonly state: 'ready'; readonly pid?: number }
  | { readonly state: 'failed'; readonly reason: string }
  | { readonly state: 'stopped' };

/** A started server as the relay uses it. */
export interface RunningServer extends RemoteServer {
  readonly pid: number;
}

/** Runs one server per session. */
export interface Supervisor {
  /**
   * Starts the server of a session. A new process knows nothing of an earlier handshake (MCP lifecycle), so a server
   * that dies ends its session: the client connects again, and only a connection whose servers die at once waits.
   */
  open(start: SessionStart): Promise<Result<RunningServer>>;
  /** The same for a server that is reached over the network: nothing is sent before the relay's first line. */
  openRemote(start: RemoteStart): Result<RemoteServer>;
  /** Ends a session's processes or connections gently; settles when they are gone or named as survivors. Unknown ids are gone. */
  stop(sessionId: string): Promise<TreeReport>;
  /** The same for the kill switch: within 2 s. */
  kill(sessionId: string): Promise<TreeReport>;
  /** Ends everything, for the end of the app; nothing starts any more. */
  stopAll(): Promise<TreeReport>;
  /** Every session of which a process may live: starting, running, or with survivors after its end. */
  live(): readonly (SessionStart | RemoteStart)[];
  /** Who of these sessions is alive now. */
  survivors(sessionIds: readonly string[]): Promise<Result<readonly KillItem[]>>;
  /** SIGKILL at once to whoever of a session is alive. */
  endSurvivors(sessionId: string): Promise<TreeReport>;
}

interface Session {
  readonly start: SessionStart;
  readonly opened: Promise<Result<StdioServer>>;
  state: ServerState;
  /** True from the moment in which there may be a process. */
  spawning: boolean;
  ending: boolean;
}

const nothing: TreeReport = { items: [], survivors: [], verified: true };

/** Makes the supervisor. It decides nothing: what may start was asked before. */
export function makeSupervisor(ports: SupervisorPorts): Supervisor {
  const { trees, register, platform } = ports;
  const backoff = makeBackoff(ports);
  const sessions = new Map<string, Session>();
  // Copied once: every look into `process.env` asks the operating system.
  const parent = { ...ports.environment };
  const remote = makeRemoteSessions(ports.remote, (url) => proxyFor(url, platform, parent));
  let quitting = false;

  function enter(session: Session, state: ServerState): void {
    session.state = state;
    session.start.onState(state);
  }

  async function open(start: SessionStart): Promise<Result<RunningServer>> {
    const { sessionId, name, clientName } = start;
    if (sessions.has(sessionId)) throw new Error(`The session ${sessionId} was opened twice.`);
    if (quitting) return isQuitting();
    const wait = backoff.refusal(start.connectionId, name, clientName);
    if (wait !== undefined) return fail('server-backoff', wait);

    const session: Session = {
      start,
      state: { state: 'starting' },
      spawning: false,
      ending: false,
      opened: Promise.resolve().then(() => launch(session)),
    };
    sessions.set(sessionId, session);
    enter(session, session.state);
    const server = await session.opened;
    if (!server.ok) {
      if (!session.ending) enter(session, { state: 'failed', reason: server.problem.message });
      struck(sessionId);
      return server;
    }
    // Whoever ends the session meanwhile waits for `opened` and ends the tree.
    if (session.ending) return ended(start);
    void watch(session, server.value, ports.now());
    return ok(running(session, server.value));
  }

  async function launch(session: Session): Promise<Result<StdioServer>> {
    const { start } = session;
    const { sessionId, name } = start;
    const { env: entry, cwd = ports.home } = start.launch;
    const path = variable(platform, entry, 'PATH') ?? (await ports.loginPath());
    if (session.ending) return ended(start);
    session.spawning = true;
    try {
      register.put({ sessionId, name });
    } catch {
      return fail(
        'register-unwritable',
        `The server "${name}" was not started, because Airlock could not write it down and so could not be sure to end it. Free some disk space, then connect again.`,
      );
    }
    trees.track(sessionId, name);
    const env = childEnvironment({ platform, parent, path, entry, sessionId });
    const server = await startStdioServer({ ...start, ...start.launch, cwd, env }, trees, platform);
    if (server.ok) {
      const { pid, started } = server.value;
      register.amend({ sessionId, name, pid, started });
    }
    return server;
  }

  /** Everything that happens when a server ends by itself: the sentence, the backoff, and the rest of its tree. */
  async function watch(session: Session, server: StdioServer, since: number): Promise<void> {
    const exit = await server.drained;
    if (session.ending) return;
    const { start } = session;
    if (server.stdin.writableEnded) {
      // The client left and the server went with it, as it should: no failure, and no reason to wait the next time.
      enter(session, { state: 'stopped' });
      return;
    }
    backoff.died(start.connectionId, ports.now() - since);
    const reason = deathSentence({ ...start, exit, lastLine: server.stderr.lastLine() });
    enter(session, { state: 'failed', reason });
    const report = await trees.end(start.sessionId, { closeMs: 0, graceMs: 500, forceMs: 3_000 });
    if (report.verified) struck(start.sessionId);
  }

  async function finish(
    sessionId: string,
    end: (server: StdioServer) => Promise<TreeReport>,
  ): Promise<TreeReport | undefined> {
    const session = sessions.get(sessionId);
    if (session === undefined) return undefined;
    session.ending = true;
    if (!session.spawning) {
      enter(session, { state: 'stopped' });
      struck(sessionId);
      return nothing;
    }
    const server = await session.opened;
    if (!server.ok) return nothing;
    const report = await end(server.value);
    const { state } = session.state;
    if (state !== 'stopped' && state !== 'failed') enter(session, { state: 'stopped' });
    if (report.verified) struck(sessionId);
    return report;
  }

  /** Forgets a session of which nothing is left. */
  function struck(sessionId: string): void {
    sessions.delete(sessionId);
    trees.forget(sessionId);
    register.remove(sessionId);
  }

  return {
    open,
    openRemote: (start) => (quitting ? isQuitting() : remote.open(start)),
    stop: async (sessionId) =>
      (await finish(sessionId, (server) => server.stop(ports.stopTiming))) ??
      remote.stop(sessionId),
    kill: async (sessionId) =>
      (await finish(sessionId, (server) => server.kill())) ?? remote.kill(sessionId),
    async stopAll() {
      quitting = true;
      const timing = ports.stopTiming ?? { closeMs: 500, termMs: 1_000 };
      const ends = [...sessions.keys()].map((id) => finish(id, (server) => server.stop(timing)));
      const reports = await Promise.all([...ends, remote.stopAll()]);
      return joinReports(reports.filter((report) => report !== undefined));
    },
    live: () => [...[...sessions.values()].map(({ start }) => start), ...remote.live()],
    async survivors(sessionIds) {
      const found = await trees.members(sessionIds);
      if (!found.ok) return found;
      return ok(
        [...found.value].flatMap(([sessionId, rows]) => {
          const label = sessions.get(sessionId)?.start.name ?? sessionId;
          return rows.map((row) =>
            processItem({ sessionId, label }, row, false, 'It is still running.'),
          );
        }),
      );
    },
    endSurvivors: (sessionId) => trees.end(sessionId, { closeMs: 0, graceMs: 0, forceMs: 1_000 }),
  };
}

const running = (session: Session, server: StdioServer): RunningServer => ({
  pid: server.pid,
  stdin: server.stdin,
  stdout: server.stdout,
  stderr: () => server.stderr.text(),
  answered() {
    if (session.state.state !== 'starting') return;
    session.state = { state: 'ready', pid: server.pid };
    session.start.onState(session.state);
  },
});

const isQuitting = () =>
  fail('quitting', 'Airlock is quitting. Start it again, then connect again.');

const ended = ({ name }: SessionStart) =>
  fail('session-ended', `The session of "${name}" was ended while its server started.`);
