import { z } from 'zod';
import { Finding } from './finding.ts';
import { Risk, RiskLevel, Rule } from './policy.ts';

/** What a remembered yes covers: exactly these arguments, any call of this tool, or any tool of this server. */
export const GrantScope = z.enum(['arguments', 'tool', 'server']);
export type GrantScope = z.infer<typeof GrantScope>;

/** How long a yes holds: this call, until the client's session ends, until a time, or until it is revoked. */
export const GrantDuration = z.enum(['once', 'session', 'until', 'always']);
export type GrantDuration = z.infer<typeof GrantDuration>;

/** A remembered yes, bound to connection, server identity, pin and (scope `arguments`) the arguments' hash. */
export const Grant = z.object({
  id: z.string(),
  connectionId: z.string(),
  connectionName: z.string(),
  clientName: z.string(),
  serverId: z.string(),
  serverLabel: z.string(),
  method: z.string(),
  tool: z.string(),
  pin: z.string(),
  scope: GrantScope,
  duration: GrantDuration,
  sessionId: z.string().optional(),
  argumentsHash: z.string().optional(),
  /** The masked arguments it was given for, for the list of grants. */
  argumentsText: z.string().optional(),
  /** The risk it was given for; a call above it asks again. */
  riskLevel: RiskLevel,
  /** Hash of the policy that allowed it; it dies when the policy changes. */
  policyHash: z.string(),
  createdAt: z.number(),
  expiresAt: z.number().optional(),
  by: z.string(),
  /** Why it no longer counts, if so. */
  dead: z
    .enum(['revoked', 'expired', 'pin-changed', 'policy-changed', 'session-ended', 'used'])
    .optional(),
});
export type Grant = z.infer<typeof Grant>;

/** One card in the approval window. All texts are masked and escaped for display already. */
export const ApprovalCard = z.object({
  id: z.string(),
  /** Rises with every change of what the card shows; an answer names the one it was given for. */
  revision: z.number(),
  state: z.enum(['waiting', 'expired', 'collapsed']),
  clientName: z.string(),
  process: z.string().optional(),
  person: z.string(),
  connectionId: z.string(),
  connectionName: z.string(),
  serverLabel: z.string(),
  serverVersion: z.string().optional(),
  method: z.string(),
  tool: z.string(),
  toolTitle: z.string().optional(),
  toolDescription: z.string().optional(),
  pin: z.string(),
  /** Pretty-printed JSON, secrets masked, hidden characters made visible. */
  argumentsText: z.string(),
  argumentsHash: z.string(),
  /** What differs from the arguments of the last approved call of this tool, one line each; empty at first. */
  changes: z.array(z.string()),
  risk: Risk,
  rules: z.array(Rule),
  findings: z.array(Finding),
  /** Identical requests that this one card answers. */
  count: z.number(),
  /** Grant scopes and durations policy allows to offer. */
  scopes: z.array(GrantScope),
  durations: z.array(GrantDuration),
  askedAt: z.number(),
  /** Unix ms when silence becomes a deny; for an expired card, until when a late yes is kept. */
  deadline: z.number(),
});
export type ApprovalCard = z.infer<typeof ApprovalCard>;

/** What the approval window shows: the cards sorted by deadline. */
export const ApprovalsView = z.object({ revision: z.number(), cards: z.array(ApprovalCard) });
export type ApprovalsView = z.infer<typeof ApprovalsView>;

/** A person's answer to one card. `cardRevision` must be the shown one, or it does not count. */
export const ApprovalAnswer = z.object({
  approvalId: z.string(),
  cardRevision: z.number().int(),
  answer: z.enum(['allow', 'deny']),
  scope: GrantScope.default('arguments'),
  duration: GrantDuration.default('once'),
});
export type ApprovalAnswer = z.infer<typeof ApprovalAnswer>;

/** How an asked call ended. `lookedMs`: how long the card was on screen before the answer. */
export interface ApprovalOutcome {
  readonly answer: 'allow' | 'deny';
  readonly how:
    | 'person'
    | 'grant'
    | 'timeout'
    | 'window-closed'
    | 'cancelled'
    | 'killed'
    | 'flood'
    | 'unattended';
  readonly by?: string;
  readonly lookedMs?: number;
  readonly grantId?: string;
}
