import type { ApprovalAnswer, ApprovalsView, Grant } from '../../shared/approval.ts';
import type { Entry, VerifyReport } from '../../shared/audit.ts';
import type { FileChange, FilePreview, ScanReport } from '../../shared/client.ts';
import type { Inventory, ProbeReport } from '../../shared/inventory.ts';
import type { Request } from '../../shared/ipc.ts';
import type { KillOrigin, KillReport, KillScope } from '../../shared/kill.ts';
import type { ManagedStatus } from '../../shared/managed-status.ts';
import type { Result } from '../../shared/outcome.ts';
import type { PersonSignOut, PersonView } from '../../shared/person.ts';
import type { Settings, SettingsPatch } from '../../shared/settings.ts';
import type { SignInStatus, SignInView, SignOutReport } from '../../shared/sign-in.ts';
import type { AppState } from '../../shared/state.ts';
import type { Handlers } from './serve.ts';

type FileRef = Request<'protect'>['files'][number];
type ConfigChoice = Request<'decideConfigChange'>['choice'];

/** What the pages can ask of the app, whatever stands behind it and in whichever thread. */
export interface Airlock {
  state(): Promise<AppState>;
  activity(query: Request<'listActivity'>): Promise<Entry[]>;
  scan(): Promise<ScanReport>;
  previewProtect(clientId?: string): Promise<FilePreview[]>;
  protect(files: readonly FileRef[]): Promise<Result<FileChange[]>>;
  previewRestore(clientId?: string): Promise<FilePreview[]>;
  restore(files: readonly FileRef[]): Promise<Result<FileChange[]>>;
  grants(): Promise<Grant[]>;
  revokeGrant(grantId: string): Promise<void>;
  acceptTool(serverId: string, tool: string, heldHash: string): Promise<Result<null>>;
  signIns(): Promise<SignInView[]>;
  signIn(connectionId: string): Promise<Result<SignInStatus>>;
  cancelSignIn(connectionId: string): Promise<void>;
  signOut(connectionId: string): Promise<Result<SignOutReport>>;
  inventory(): Promise<Inventory>;
  probeEndpoint(url: string): Promise<Result<ProbeReport>>;
  decideConfigChange(id: string, choice: ConfigChoice): Promise<Result<null>>;
  checkPolicy(): Promise<ManagedStatus>;
  requestAccess(subject: string, details: string): Promise<Result<null>>;
  signInPerson(): Promise<Result<PersonView>>;
  cancelSignInPerson(): Promise<void>;
  signOutPerson(browser: boolean): Promise<PersonSignOut>;
  setSettings(patch: SettingsPatch): Promise<Result<Settings>>;
  kill(scope: KillScope, origin: KillOrigin, reason?: string): Promise<KillReport>;
  resume(killId: string, reason: string): Promise<Result<null>>;
  verifyAudit(): Promise<VerifyReport>;
  exportAudit(): Promise<Result<{ path: string; entries: number }>>;
  approvals(): Promise<ApprovalsView>;
  answerApproval(answer: ApprovalAnswer): Promise<Result<null>>;
  pauseConnection(connectionId: string): Promise<void>;
  approvalsShown(revision: number): Promise<void>;
}

/** What the pages can ask of the desktop. */
export interface Desktop {
  openApprovals(): void;
  openDataFolder(): Promise<void>;
}

/** Wires the contract to the app: one line for each call, no decision of its own. */
export const handlers = (airlock: Airlock, desktop: Desktop): Handlers => ({
  getState: () => airlock.state(),
  listActivity: (query) => airlock.activity(query),
  scanClients: () => airlock.scan(),
  previewProtect: ({ clientId }) => airlock.previewProtect(clientId),
  protect: ({ files }) => airlock.protect(files),
  previewRestore: ({ clientId }) => airlock.previewRestore(clientId),
  restore: ({ files }) => airlock.restore(files),
  listGrants: () => airlock.grants(),
  revokeGrant: ({ grantId }) => airlock.revokeGrant(grantId),
  acceptTool: ({ serverId, tool, heldHash }) => airlock.acceptTool(serverId, tool, heldHash),
  listSignIns: () => airlock.signIns(),
  signIn: ({ connectionId }) => airlock.signIn(connectionId),
  cancelSignIn: ({ connectionId }) => airlock.cancelSignIn(connectionId),
  signOut: ({ connectionId }) => airlock.signOut(connectionId),
  getInventory: () => airlock.inventory(),
  probeEndpoint: ({ url }) => airlock.probeEndpoint(url),
  decideConfigChange: ({ id, choice }) => airlock.decideConfigChange(id, choice),
  checkPolicy: () => airlock.checkPolicy(),
  requestAccess: ({ subject, details }) => airlock.requestAccess(subject, details),
  signInPerson: () => airlock.signInPerson(),
  cancelSignInPerson: () => airlock.cancelSignInPerson(),
  signOutPerson: ({ browser }) => airlock.signOutPerson(browser),
  setSettings: (patch) => airlock.setSettings(patch),
  resume: ({ killId, reason }) => airlock.resume(killId, reason),
  verifyAudit: () => airlock.verifyAudit(),
  exportAudit: () => airlock.exportAudit(),
  openApprovals: () => desktop.openApprovals(),
  openDataFolder: () => desktop.openDataFolder(),
  kill: ({ scope }, role) => airlock.kill(scope, role),
  getApprovals: () => airlock.approvals(),
  answerApproval: (answer) => airlock.answerApproval(answer),
  pauseConnection: ({ connectionId }) => airlock.pauseConnection(connectionId),
  approvalsShown: ({ revision }) => airlock.approvalsShown(revision),
});
