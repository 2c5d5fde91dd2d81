import { basename } from 'node:path';
import type { Connection, ScanReport } from '../shared/client.ts';
import type { BridgeHello } from '../shared/hello.ts';
import type { Kill, KillItem, KillOrigin, KillReport, KillScope } from '../shared/kill.ts';
import { fail, ok, type Result } from '../shared/outcome.ts';
import type { ServerIdentity } from '../shared/server.ts';
import type { Stages } from '../shared/stages.ts';
import type { Approvals } from './compose-approvals.ts';
import { placeBridge, writeLaunchFile } from './compose-bridge.ts';
import type { Governance, MachinePlace } from './compose-governance.ts';
import { openKillSwitch } from './compose-kill.ts';
import { listFilter } from './compose-pins.ts';
import { bridgePlace } from './compose-place.ts';
import { withProvenRoutes } from './compose-routes.ts';
import { makeSessions, type Sessions } from './compose-sessions.ts';
import { openUpstream } from './compose-upstream.ts';
import { writeBridgeToken } from './identity/bridge-token.ts';
import { processCommand } from './identity/calling-process.ts';
import { looksSecret } from './inspection/mask.ts';
import type { BridgeSource } from './relay/bridge-install.ts';
import type { Streams } from './relay/session-ports.ts';
import { listenForBridges } from './relay/socket-listener.ts';
import { type Launch, resolveLaunch } from './upstream/launch-template.ts';

/** What the relay of the app needs beside governance. */
export interface RelayPorts {
  readonly machine: MachinePlace;
  readonly data: string;
  /** The bridge to install: a script for Node in development, an executable when packaged. */
  readonly bridge: BridgeSource;
  readonly launch: { readonly command: string; readonly args: readonly string[] };
  readonly approvals: Approvals;
  readonly report: (sentence: string) => void;
  readonly onChange: () => void;
}

/** What a client put in place of its own placeholders and looks secret: the keychain knows nothing of it. */
const expandedSecrets = ({ env, argv }: BridgeHello): string[] => [
  ...Object.entries(env).flatMap(([name, value]) => (looksSecret(value, name) ? [value] : [])),
  ...argv.filter((word) => looksSecret(word)),
];

/** Installs the bridge, listens for it, and governs every session that comes through. */
export async function openRelay(governance: Governance, ports: RelayPorts) {
  const { machine, approvals, report } = ports;
  const { state, policy, pins, record } = governance;
  const place = bridgePlace(machine, ports.bridge.kind === 'executable');
  const supervisor = await openUpstream(machine, ports.data, 'app', report);
  let sessions: Sessions | undefined;
  let lastReport: KillReport | undefined;
  /** Servers through which a call was seen: the only proof that an entry is routed. */
  const routed = new Set<string>();

  const kill = openKillSwitch(governance, {
    sessions: () => sessions as Sessions,
    supervisor,
    denyWaiting: (covered) =>
      approvals.queue
        .denyWhere(
          (call) =>
            covered({
              connectionId: call.connection.id,
              clientId: call.agent.clientId,
              serverId: call.server.id,
            }),
          'killed',
        )
        .map(
          (call): KillItem => ({
            kind: 'approval',
            id: call.id,
            name: `${call.target} through ${call.connection.name}`,
            stopped: true,
            detail: 'It waited for an answer and was denied.',
          }),
        ),
    onChange: ports.onChange,
  });
  const stages: Omit<Stages, 'upstream'> = {
    audit: governance.audit,
    kill: {
      refusal: (call) =>
        kill.refusal({
          connectionId: call.connection.id,
          clientId: call.agent.clientId,
          serverId: call.server.id,
        }),
    },
    inspection: governance.inspection,
    policy,
    approval: { granted: approvals.grants.find, ask: approvals.queue.ask },
  };
  const filter = listFilter(pins);
  sessions = makeSessions({
    supervisor,
    stages,
    lookupTool: pins.lookup,
    onToolList(server, tools) {
      const withheld = filter(server, tools);
      ports.onChange();
      return withheld;
    },
    record,
    killed: kill.refusal,
    onChange: ports.onChange,
    onCall: (connectionId) => routed.add(connectionId),
    onEnd: approvals.grants.endSession,
    now: Date.now,
  });
  const live = sessions;

  /** Only connections that hold secrets wait for the keychain. */
  async function secretsOf(
    connection: Connection,
  ): Promise<Result<Readonly<Record<string, string>>>> {
    const holds =
      connection.secretEnv.length > 0 || connection.args.some((arg) => typeof arg !== 'string');
    if (!holds) return ok({});
    const found = await governance.secrets.load(connection.id);
    return found.ok ? ok(found.value ?? {}) : found;
  }

  async function launchOf(connection: Connection, hello: BridgeHello): Promise<Result<Launch>> {
    const secrets = await secretsOf(connection);
    if (!secrets.ok) return secrets;
    const values = secrets.value;
    governance.maskValues(connection.id, [...Object.values(values), ...expandedSecrets(hello)]);
    return resolveLaunch({
      template: connection,
      helloArgv: hello.argv,
      helloEnv: hello.env,
      helloCwd: hello.cwd,
      secrets: values,
    });
  }

  async function admit(hello: BridgeHello, client: Streams): Promise<void> {
    const connection = state.connections.get(hello.connection);
    const known = connection !== undefined && connection.restoredAt === undefined;
    const command = await processCommand(hello.ppid, machine.platform);
    const server: ServerIdentity = {
      id: connection?.serverId ?? 'unknown',
      transport: 'stdio',
      label: connection?.serverLabel ?? 'unknown server',
    };
    await live.admit({
      connectionId: hello.connection,
      connectionName: connection?.name ?? hello.connection,
      agent: {
        clientId: connection?.clientId ?? 'unknown',
        clientName:
          connection?.clientName ??
          (command ? basename(command.split(' ')[0] ?? '') : 'An unknown client'),
        process: { pid: hello.ppid, ...(command ? { command } : {}) },
        person: governance.person,
      },
      server,
      client,
      mask: (text) => governance.maskerOf(hello.connection)(text).text,
      launch: async () =>
        known && connection !== undefined
          ? launchOf(connection, hello)
          : fail(
              'unknown-connection',
              'Airlock does not know this entry (any more). Open Airlock, then restore or protect this client again.',
            ),
    });
  }

  const installed = placeBridge(place, ports.bridge, machine.platform);
  if (!installed.ok) return installed;
  const token = writeBridgeToken(place.tokenFile);
  const listening = await listenForBridges({
    endpoint: place,
    token,
    uid: process.getuid?.() ?? 0,
    accept(hello, socket) {
      admit(hello, { in: socket, out: socket }).catch((error: unknown) => {
        // One client that cannot be served must not end the app, and must not wait for ever.
        socket.destroy();
        const reason = state.problemOf(error)?.message ?? String(error);
        report(`A client could not be served. ${reason}`);
      });
    },
    refused: ({ message, known }) =>
      record({
        kind: 'problem',
        detail: `A bridge${known.pid === undefined ? '' : ` (process ${known.pid})`} was turned away: ${message}`,
      }),
  });
  if (!listening.ok) return listening;
  const left = writeLaunchFile(place, ports.launch);
  if (!left.ok) report(left.problem.message);

  return ok({
    kill: {
      ...kill,
      async throwKill(scope: KillScope, origin: KillOrigin, by: string, reason?: string) {
        const words = reason === undefined ? undefined : governance.mask(reason);
        lastReport = await kill.throwKill(scope, origin, by, words);
        ports.onChange();
        return lastReport;
      },
      resume(...word: Parameters<typeof kill.resume>): Result<null> {
        const lifted = kill.resume(...word);
        if (lifted.ok) {
          lastReport = undefined;
          live.endPaused();
        }
        ports.onChange();
        return lifted;
      },
      inForce: (): readonly Kill[] => kill.inForce(),
    },
    sessions: live,
    bridgeFile: place.bridgeFile,
    lastReport: () => lastReport,
    proveRoutes: (found: ScanReport): ScanReport => withProvenRoutes(found, routed, kill.refusal),
    async stop(): Promise<void> {
      await listening.value.close();
      approvals.queue.windowLost();
      await live.stopAll();
    },
  });
}
