import type { ScanReport } from '../shared/client.ts';
import type { Kill, KillItem, KillOrigin, KillReport, KillScope } from '../shared/kill.ts';
import { ok, type Result } from '../shared/outcome.ts';
import type { Stages } from '../shared/stages.ts';
import { makeAdmission } from './compose-admission.ts';
import type { Approvals } from './compose-approvals.ts';
import { placeBridge, writeLaunchFile } from './compose-bridge.ts';
import { openLocalEndpoint } from './compose-endpoint.ts';
import { openEras } from './compose-era.ts';
import type { Governance, MachinePlace } from './compose-governance.ts';
import { openKillSwitch } from './compose-kill.ts';
import { type BrowserPorts, remotePorts } from './compose-oauth.ts';
import { listFilter } from './compose-pins.ts';
import { bridgePlace } from './compose-place.ts';
import { withProvenRoutes } from './compose-routes.ts';
import { makeSessions, type Sessions } from './compose-sessions.ts';
import { openSignIns } from './compose-sign-ins.ts';
import { openUpstream } from './compose-upstream.ts';
import { writeBridgeToken } from './identity/bridge-token.ts';
import type { Sightings } from './inventory/sightings.ts';
import type { BridgeSource } from './relay/bridge-install.ts';
import { listenForBridges } from './relay/socket-listener.ts';

/** What the relay of the app needs beside governance. */
export interface RelayPorts {
  readonly machine: MachinePlace;
  readonly data: string;
  readonly version: string;
  /** The bridge to install: a script for Node in development, an executable when packaged. */
  readonly bridge: BridgeSource;
  readonly launch: { readonly command: string; readonly args: readonly string[] };
  readonly approvals: Approvals;
  readonly browser: BrowserPorts;
  readonly report: (sentence: string) => void;
  readonly onChange: () => void;
  /** Remembers servers; absent until their configs can be looked at, which needs the bridge. */
  readonly seen: () => Pick<Sightings, 'called' | 'introduced'> | undefined;
}

/** Installs the bridge, listens for it, and governs every session that comes through. */
export async function openRelay(governance: Governance, ports: RelayPorts) {
  const { machine, approvals, report } = ports;
  const { state, policy, pins, record } = governance;
  const place = bridgePlace(machine, ports.bridge.kind === 'executable');
  const { oauth, signIns } = openSignIns(governance, ports);
  const supervisor = await openUpstream(
    machine,
    ports.data,
    'app',
    report,
    remotePorts(oauth, report),
  );
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
    eras: openEras(state.notes, {
      version: ports.version,
      // News, not a matter that would stay before the person's eyes: the next connection works.
      note: (detail) => record({ kind: 'problem', detail }),
    }),
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
    onCall(connectionId, server) {
      routed.add(connectionId);
      ports.seen()?.called(connectionId, server);
    },
    onServer: (server, reported) => ports.seen()?.introduced(server, reported),
    onEnd: approvals.grants.endSession,
    now: Date.now,
  });
  const live = sessions;

  const admission = makeAdmission(governance, { machine, sessions: live });

  const installed = placeBridge(place, ports.bridge, machine.platform);
  if (!installed.ok) return installed;
  const token = writeBridgeToken(place.tokenFile);
  const listening = await listenForBridges({
    endpoint: place,
    token,
    uid: process.getuid?.() ?? 0,
    accept(hello, client) {
      admission.bridge(hello, client).catch((error: unknown) => {
        // One client that cannot be served must not end the app, and must not wait for ever.
        client.destroy();
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
  const endpoint = await openLocalEndpoint(governance, { accept: admission.endpoint, report });
  if (!endpoint.ok) report(endpoint.problem.message);
  const left = writeLaunchFile(place, ports.launch);
  if (!left.ok) report(left.problem.message);

  return ok({
    kill: {
      ...kill,
      async throwKill(scope: KillScope, origin: KillOrigin, by: string, reason?: string) {
        const words = reason === undefined ? undefined : governance.mask(reason);
        // A browser that a stopped call opened must not sign anybody in any more.
        if (scope.kind === 'all') void oauth.stop();
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
    oauth,
    signIns,
    lastReport: () => lastReport,
    proveRoutes: (found: ScanReport): ScanReport => withProvenRoutes(found, routed, kill.refusal),
    async stop(): Promise<void> {
      await listening.value.close();
      signIns.stop();
      await oauth.stop();
      approvals.queue.windowLost();
      await live.stopAll();
      if (endpoint.ok) await endpoint.value.close();
    },
  });
}
