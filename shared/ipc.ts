import { z } from 'zod';
import { ApprovalAnswer, ApprovalsView, Grant } from './approval.ts';
import { Entry, VerifyReport } from './audit.ts';
import { FileChange, FilePreview, ScanReport } from './client.ts';
import { Inventory, ProbeReport } from './inventory.ts';
import { KillReport, KillScope } from './kill.ts';
import { ManagedStatus } from './managed-status.ts';
import { PersonSignOut, PersonView } from './person.ts';
import { Settings, SettingsPatch } from './settings.ts';
import { SignInStatus, SignInView, SignOutReport } from './sign-in.ts';
import { AppState } from './state.ts';

/** Which of our windows speaks. Only the approval window can answer an approval. */
export type Role = 'approval' | 'dashboard';

const Problem = z.object({ code: z.string(), message: z.string() });

const result = <T extends z.ZodType>(value: T) =>
  z.union([
    z.object({ ok: z.literal(true), value }),
    z.object({ ok: z.literal(false), problem: Problem }),
  ]);

const call = <const P extends readonly Role[], Q extends z.ZodType, R extends z.ZodType>(
  roles: P,
  request: Q,
  reply: R,
) => ({
  roles,
  request,
  reply,
});

const none = z.strictObject({});
const dashboard = ['dashboard'] as const;
const approval = ['approval'] as const;
const both = ['dashboard', 'approval'] as const;

/** The one contract between main and the pages: every call with the roles it serves; parsed in main both ways. */
export const ipc = {
  getState: call(dashboard, none, AppState),
  listActivity: call(
    dashboard,
    z.strictObject({
      before: z.number().int().positive().optional(),
      limit: z.number().int().min(1).max(200),
      /** Free text over tool, server, client and sentence; empty: all. */
      search: z.string().max(200),
      outcome: z.enum(['all', 'refused', 'asked', 'calls']),
      /** All entries of this call, and nothing else, whatever is searched for. */
      callId: z.string().min(1).max(200).optional(),
      /** The sequence of one of that call's entries, where to look for the others. */
      near: z.number().int().positive().optional(),
    }),
    z.array(Entry),
  ),
  scanClients: call(dashboard, none, ScanReport),
  previewProtect: call(
    dashboard,
    z.strictObject({ clientId: z.string().optional() }),
    z.array(FilePreview),
  ),
  protect: call(
    dashboard,
    z.strictObject({
      files: z.array(
        z.strictObject({ clientId: z.string(), path: z.string(), basedOn: z.string() }),
      ),
    }),
    result(z.array(FileChange)),
  ),
  previewRestore: call(
    dashboard,
    z.strictObject({ clientId: z.string().optional() }),
    z.array(FilePreview),
  ),
  restore: call(
    dashboard,
    z.strictObject({
      files: z.array(
        z.strictObject({ clientId: z.string(), path: z.string(), basedOn: z.string() }),
      ),
    }),
    result(z.array(FileChange)),
  ),
  listGrants: call(dashboard, none, z.array(Grant)),
  revokeGrant: call(dashboard, z.strictObject({ grantId: z.string() }), z.void()),
  acceptTool: call(
    dashboard,
    z.strictObject({ serverId: z.string(), tool: z.string(), heldHash: z.string() }),
    result(z.null()),
  ),
  /** How each connection to a remote server stands that could be signed in to. */
  listSignIns: call(dashboard, none, z.array(SignInView)),
  /** Opens the browser, and answers when the person is done there; asked again meanwhile, opens it again. */
  signIn: call(dashboard, z.strictObject({ connectionId: z.string() }), result(SignInStatus)),
  cancelSignIn: call(dashboard, z.strictObject({ connectionId: z.string() }), z.void()),
  /** Signs out every client of the connection's server. */
  signOut: call(dashboard, z.strictObject({ connectionId: z.string() }), result(SignOutReport)),
  /** Everything that speaks MCP on this machine; takes a second. */
  getInventory: call(dashboard, none, Inventory),
  /** Asks a program that listens on this machine whether it speaks MCP. Only ever on a person's word. */
  probeEndpoint: call(
    dashboard,
    z.strictObject({ url: z.string().max(2_048) }),
    result(ProbeReport),
  ),
  /** What to do about a change of a config that waits for it. */
  decideConfigChange: call(
    dashboard,
    z.strictObject({ id: z.string(), choice: z.enum(['reapply', 'route', 'block', 'leave']) }),
    result(z.null()),
  ),
  /** Asks the policy host now. */
  checkPolicy: call(dashboard, none, ManagedStatus),
  /** Opens a mail or page to the organisation's contact with the details filled in. */
  requestAccess: call(
    dashboard,
    z.strictObject({ subject: z.string().max(200), details: z.string().max(1_500) }),
    result(z.null()),
  ),
  /** Signs the person in with the organisation's identity provider; opens the browser. */
  signInPerson: call(dashboard, none, result(PersonView)),
  cancelSignInPerson: call(dashboard, none, z.void()),
  signOutPerson: call(dashboard, z.strictObject({ browser: z.boolean() }), PersonSignOut),
  setSettings: call(dashboard, SettingsPatch, result(Settings)),
  resume: call(
    dashboard,
    z.strictObject({ killId: z.string(), reason: z.string().trim().min(3).max(500) }),
    result(z.null()),
  ),
  verifyAudit: call(dashboard, none, VerifyReport),
  exportAudit: call(dashboard, none, result(z.object({ path: z.string(), entries: z.number() }))),
  openApprovals: call(dashboard, none, z.void()),
  openDataFolder: call(dashboard, none, z.void()),
  kill: call(both, z.strictObject({ scope: KillScope }), KillReport),
  getApprovals: call(approval, none, ApprovalsView),
  answerApproval: call(approval, ApprovalAnswer, result(z.null())),
  /** Denies everything waiting of a flooding connection and refuses its calls until a person resumes it. */
  pauseConnection: call(approval, z.strictObject({ connectionId: z.string() }), z.void()),
  /** The page tells that it has painted this revision; main starts the 600 ms from here. */
  approvalsShown: call(approval, z.strictObject({ revision: z.number().int() }), z.void()),
} as const;

/** What main pushes unasked, by role. */
export const pushes = {
  state: { role: 'dashboard', value: AppState },
  approvals: { role: 'approval', value: ApprovalsView },
} as const;

export type Ipc = typeof ipc;
export type CallName = keyof Ipc;
export type Request<K extends CallName> = z.output<Ipc[K]['request']>;
export type Reply<K extends CallName> = z.output<Ipc[K]['reply']>;

type CallFor<R extends Role> = {
  [K in CallName]: R extends Ipc[K]['roles'][number] ? K : never;
}[CallName];

/** The API a page sees as `window.airlock`: each call as a promise, and a subscription that returns its stop. */
export type PageApi<R extends Role> = {
  readonly [K in CallFor<R>]: (request: z.input<Ipc[K]['request']>) => Promise<Reply<K>>;
} & (R extends 'dashboard'
  ? { onState(take: (state: AppState) => void): () => void }
  : { onApprovals(take: (view: ApprovalsView) => void): () => void });

/** The channel of a call or a push. */
export const channel = (name: CallName | keyof typeof pushes): string => `airlock:${name}`;

/** The origin all our pages are served from. */
export const pageOrigin = 'app://local';
