import type { ApprovalsView } from '../shared/approval.ts';
import type { KillOrigin, KillScope } from '../shared/kill.ts';
import { fail, ok, type Result } from '../shared/outcome.ts';
import type { Settings, SettingsPatch } from '../shared/settings.ts';
import type { AppState } from '../shared/state.ts';
import { openApprovals } from './compose-approvals.ts';
import { openDelivery } from './compose-delivery.ts';
import { type Governance, type MachinePlace, openGovernance } from './compose-governance.ts';
import type { BrowserPorts } from './compose-oauth.ts';
import { followPolicy } from './compose-policy.ts';
import { openRelay } from './compose-relay.ts';
import { unmanaged, withoutOrganisation } from './compose-standing.ts';
import { appState } from './compose-state.ts';
import { openSurroundings, type Surroundings } from './compose-surroundings.ts';
import { serveControl } from './kill/control-server.ts';
import type { BridgeSource } from './relay/bridge-install.ts';
import { instanceOwner, ownDataFolder } from './storage/instance-lock.ts';

/** The person's settings, wherever they are kept. */
export interface SettingsPort {
  readonly problem: string;
  get(): Settings;
  set(patch: SettingsPatch): Promise<Result<Settings>>;
}

/** What the desktop gives the app. */
export interface AppPorts {
  readonly machine: MachinePlace;
  readonly data: string;
  readonly version: string;
  /** The bridge to install: a script for Node in development, an executable when packaged. */
  readonly bridge: BridgeSource;
  /** How the bridge starts this app. */
  readonly launch: { readonly command: string; readonly args: readonly string[] };
  readonly openSettings: () => SettingsPort;
  readonly window: {
    show(): boolean;
    realInputAt(): number | undefined;
    onApprovals(view: ApprovalsView): void;
  };
  readonly browser: BrowserPorts;
}

/** How often the state may be pushed, in milliseconds. */
const pushMs = 200;

/** Makes the parts, joins them and starts serving. Every problem is one that a person can do something about. */
export async function composeApp(ports: AppPorts) {
  const owned = instanceOwner(ports.data);
  if (owned !== undefined) {
    return fail(
      'already-running',
      'Airlock runs on this data folder already. Use that one, or end it first.',
    );
  }
  let revision = 0;
  let listeners: ((state: AppState) => void)[] = [];
  let timer: NodeJS.Timeout | undefined;
  let settings: SettingsPort | undefined;
  const changed = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      revision += 1;
      if (listeners.length > 0) for (const listener of listeners) listener(state());
    }, pushMs);
  };

  const opened = openGovernance({
    machine: ports.machine,
    data: ports.data,
    version: ports.version,
    mode: () => settings?.get().mode ?? 'enforce',
    onChange: changed,
  });
  if (!opened.ok) return opened;
  const governance: Governance = opened.value;
  const lock = ownDataFolder(ports.data, { pid: process.pid, since: Date.now() });
  if (!lock.ok) {
    governance.close();
    return lock;
  }
  settings = ports.openSettings();
  const kept = settings;
  const { person } = governance;
  governance.record({ kind: 'app.started', person, detail: `Airlock ${ports.version} started.` });
  const reports: string[] = kept.problem === '' ? [] : [kept.problem];
  const report = (sentence: string): void => {
    governance.record({ kind: 'problem', detail: sentence });
    if (!reports.includes(sentence)) reports.push(sentence);
    changed();
  };

  const approvals = openApprovals(governance, {
    ...ports.window,
    seconds: () => kept.get().approvalSeconds,
    onChange: changed,
  });
  let surroundings: Surroundings | undefined;
  const relay = await openRelay(governance, {
    ...ports,
    approvals,
    report,
    onChange: changed,
    seen: () => surroundings?.seen,
  });
  if (!relay.ok) {
    governance.close();
    lock.value.release();
    return relay;
  }
  const { kill, sessions, signIns, bridgeFile } = relay.value;
  const delivery = openDelivery(governance, {
    data: ports.data,
    version: ports.version,
    endpoint: () => kept.get().auditEndpoint,
    onChange: changed,
  });
  let keychain = { available: true, problem: '' };
  const probe = async (): Promise<void> => {
    const found = await governance.probeKeychain();
    keychain = found.ok
      ? { available: true, problem: '' }
      : { available: false, problem: found.problem.message };
    changed();
  };

  function stopConnection(connectionId: string, origin: KillOrigin, reason?: string): void {
    void kill.throwKill({ kind: 'connection', connectionId }, origin, governance.person, reason);
  }

  function state(): AppState {
    const parts = {
      revision,
      version: ports.version,
      person: governance.person,
      waiting: approvals.queue.waiting(),
      kills: [...kill.inForce()],
      ...(relay.ok && relay.value.lastReport() ? { lastKill: relay.value.lastReport() } : {}),
      sessions: sessions.views(),
      heldTools: [...governance.pins.held()],
      trail: governance.trail.state(),
      delivery: delivery.status(),
      keychain,
      policy: {
        rules: governance.policy.rules().length,
        userFile: governance.policyFile,
        problems: [...governance.problems(), ...reports],
      },
      settings: kept.get(),
      ...unmanaged(kept.get(), governance.person),
      configChanges: surroundings?.changes() ?? [],
      recent: governance.trail.recent(50),
    };
    return appState(parts, signIns.needed());
  }

  const unfollow = followPolicy(governance, changed);
  surroundings = await openSurroundings(governance, {
    ...ports,
    bridgeFile,
    settings: kept.get,
    sessions: sessions.views,
    refusal: kill.refusal,
    proveRoutes: relay.value.proveRoutes,
    block: (connectionId) => stopConnection(connectionId, 'dashboard'),
    report,
    onChange: changed,
  });
  const around = surroundings;
  void probe();
  const closeControl = await serveControl(ports.data, ports.machine.tmp, ports.machine.platform, {
    state,
    kill: (scope, reason) => kill.throwKill(scope, 'command-line', governance.person, reason),
  });
  delivery.start();

  return ok({
    state,
    onState(listener: (state: AppState) => void): void {
      listeners = [...listeners, listener];
      changed();
    },
    report,
    activity: governance.trail.page,
    ...around.calls,
    ...withoutOrganisation,
    async scan() {
      await probe();
      return around.calls.scan();
    },
    grants: approvals.grants.list,
    revokeGrant: approvals.grants.revoke,
    acceptTool: (serverId: string, tool: string, heldHash: string) =>
      governance.pins.accept(serverId, tool, heldHash, governance.person),
    signIns: signIns.list,
    signIn: signIns.signIn,
    cancelSignIn: signIns.cancel,
    signOut: signIns.signOut,
    async setSettings(patch: SettingsPatch): Promise<Result<Settings>> {
      const set = await kept.set(patch);
      if (set.ok) {
        governance.record({
          kind: 'settings.changed',
          person: governance.person,
          detail: JSON.stringify(patch),
        });
        delivery.wake();
        changed();
      }
      return set;
    },
    kill: (scope: KillScope, origin: KillOrigin, reason?: string) =>
      kill.throwKill(scope, origin, governance.person, reason),
    resume: (killId: string, reason: string) =>
      kill.resume(killId, reason, { kind: 'person', name: governance.person }),
    verifyAudit: delivery.verify,
    exportAudit: delivery.exportToFile,
    approvals: approvals.queue.view,
    answerApproval: approvals.queue.answer,
    pauseConnection: (connectionId: string): void =>
      stopConnection(connectionId, 'approval', 'Paused after a flood of requests.'),
    approvalsShown: approvals.queue.shown,
    windowLost: approvals.queue.windowLost,
    windowShown: approvals.queue.unsettle,
    /** Ends everything in order: no new clients, servers gone, the last entries written and signed. */
    async stop(): Promise<void> {
      clearTimeout(timer);
      listeners = [];
      unfollow();
      await around.close();
      await closeControl();
      await relay.value.stop();
      governance.record({
        kind: 'app.stopped',
        person: governance.person,
        detail: 'Airlock Desktop stopped.',
      });
      await delivery.stop();
      governance.close();
      lock.value.release();
    },
  });
}

type Composed = Awaited<ReturnType<typeof composeApp>>;

/** The running app as the desktop uses it. */
export type AirlockApp = Extract<Composed, { ok: true }>['value'];
