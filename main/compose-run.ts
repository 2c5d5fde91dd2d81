import { basename } from 'node:path';
import { fail, ok, type Result } from '../shared/outcome.ts';
import { serverIdentity } from './clients/server-identity.ts';
import { openEras } from './compose-era.ts';
import { type MachinePlace, openGovernance } from './compose-governance.ts';
import { openKillSwitch } from './compose-kill.ts';
import { listFilter } from './compose-pins.ts';
import { makeSessions, type Sessions } from './compose-sessions.ts';
import { openUpstream } from './compose-upstream.ts';
import { processCommand } from './identity/calling-process.ts';
import type { Streams } from './relay/session-ports.ts';

/** What `airlock run` is asked for. */
export interface RunRequest {
  readonly machine: MachinePlace;
  readonly data: string;
  readonly version: string;
  readonly policyFile?: string;
  readonly command: readonly string[];
  readonly cwd: string;
  readonly client: Streams;
  readonly note: (sentence: string) => void;
}

/** How often a kill thrown elsewhere is looked for while nothing is called, in milliseconds. */
const killWatchMs = 250;

/**
 * Governs one server on the caller's own stdio, without the desktop: the same stages over the same data folder.
 * Nobody can be asked, so ask means deny. Resolves when either side is done.
 */
export async function runGoverned(request: RunRequest): Promise<Result<null>> {
  const { machine, data, note } = request;
  const opened = openGovernance({
    ...request,
    mode: () => 'enforce',
    onChange: () => undefined,
  });
  if (!opened.ok) return opened;
  const governance = opened.value;
  const { policy, pins, record, state } = governance;
  for (const problem of governance.problems()) note(problem);
  const supervisor = await openUpstream(machine, data, 'run', note);
  let sessions: Sessions | undefined;
  const makeSwitch = () =>
    openKillSwitch(governance, {
      sessions: () => sessions as Sessions,
      supervisor,
      denyWaiting: () => [],
      onChange: () => undefined,
    });
  let kill = makeSwitch();
  let known = state.kills.version();
  /** The kills in force, whoever threw them: another process may have. */
  const current = () => {
    const version = state.kills.version();
    if (version !== known) {
      known = version;
      kill = makeSwitch();
    }
    return kill;
  };

  const [command = '', ...args] = request.command;
  const server = serverIdentity(
    { transport: 'stdio', command, args, envNames: [] },
    governance.mask,
  );
  const parent = await processCommand(process.ppid, machine.platform);
  const target = { connectionId: `run/${server.id}`, clientId: 'airlock-run', serverId: server.id };
  sessions = makeSessions({
    supervisor,
    eras: openEras(state.notes, { version: request.version, note }),
    stages: {
      audit: governance.audit,
      kill: { refusal: () => current().refusal(target) },
      inspection: governance.inspection,
      policy,
      approval: {
        granted: () => undefined,
        ask: async () => ({ answer: 'deny', how: 'unattended' }),
      },
    },
    lookupTool: pins.lookup,
    onToolList: listFilter(pins),
    record,
    killed: (of) => current().refusal(of),
    onChange: () => undefined,
    onCall: () => undefined,
    onServer: () => undefined,
    onEnd: () => undefined,
    now: Date.now,
  });
  const live = sessions;
  const watch = setInterval(() => {
    const refusal = current().refusal(target);
    if (refusal === undefined) return;
    clearInterval(watch);
    for (const { session, view } of live.all()) {
      session.refuse(refusal);
      void supervisor.kill(view.sessionId);
    }
  }, killWatchMs);
  try {
    const { started, end, detail } = await live.admit({
      connectionId: target.connectionId,
      connectionName: basename(args.find((arg) => !arg.startsWith('-')) ?? command),
      agent: {
        clientId: target.clientId,
        clientName: 'airlock run',
        person: governance.person,
        process: { pid: process.ppid, ...(parent === undefined ? {} : { command: parent }) },
      },
      server,
      client: request.client,
      mask: governance.mask,
      // Whoever types the command chose its environment, as with env(1); Airlock's own settings stay here.
      destination: async () =>
        ok({
          kind: 'process',
          launch: { command, args, env: ownVariables(machine.env), cwd: request.cwd },
        }),
    });
    if (!started) return fail('server-not-started', detail || end.sentence);
    return end.reason === 'client-closed' ? ok(null) : fail('server-gone', detail || end.sentence);
  } finally {
    clearInterval(watch);
    await live.stopAll();
    governance.close();
  }
}

const ownVariables = (env: MachinePlace['env']): Record<string, string> =>
  Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      value === undefined || name.startsWith('AIRLOCK_') ? [] : [[name, value]],
    ),
  );
