import { z } from 'zod';
import { Finding } from './finding.ts';
import { Rule } from './policy.ts';

/**
 * What an entry records. A governed call leaves `call.opened` before anything is forwarded and `call.closed`
 * after; a crash in between is closed as `interrupted` at the next start.
 */
export const EntryKind = z.enum([
  'trail.started',
  'app.started',
  'app.stopped',
  'session.opened',
  'session.closed',
  'call.opened',
  'call.asked',
  'call.answered',
  'call.closed',
  'tool.pinned',
  'tool.held',
  'tool.accepted',
  'list.filtered',
  'server.found',
  'config.protected',
  'config.restored',
  'grant.given',
  'grant.revoked',
  'kill.thrown',
  'kill.verified',
  'kill.lifted',
  'policy.loaded',
  'sign-in.started',
  'sign-in.finished',
  'sign-in.failed',
  'token.renewed',
  'token.lost',
  'signed-out',
  'settings.changed',
  'problem',
]);
export type EntryKind = z.infer<typeof EntryKind>;

/** How a call ended, as the trail names it. */
export const CallOutcome = z.enum([
  'ok',
  'tool-error',
  'protocol-error',
  'denied-by-policy',
  'denied-by-person',
  'denied-by-timeout',
  'denied-by-kill',
  'refused',
  'cancelled',
  'server-gone',
  'interrupted',
  'internal-error',
]);
export type CallOutcome = z.infer<typeof CallOutcome>;

/**
 * What a stage hands to the trail. Secrets are masked before this point; the trail adds sequence, id, time and
 * hashes. Absent members are left out, never null.
 */
export const EntryInput = z.object({
  kind: EntryKind,
  callId: z.string().optional(),
  person: z.string().optional(),
  agent: z.object({ id: z.string(), name: z.string() }).optional(),
  connection: z
    .object({ id: z.string(), name: z.string(), sessionId: z.string().optional() })
    .optional(),
  process: z.object({ pid: z.number(), command: z.string().optional() }).optional(),
  server: z
    .object({
      id: z.string(),
      label: z.string(),
      name: z.string().optional(),
      version: z.string().optional(),
    })
    .optional(),
  tool: z.object({ name: z.string(), pin: z.string() }).optional(),
  method: z.string().optional(),
  arguments: z.string().optional(),
  argumentsHash: z.string().optional(),
  decision: z
    .object({ decision: z.enum(['allow', 'ask', 'deny']), rules: z.array(Rule), risk: z.string() })
    .optional(),
  approver: z
    .object({
      by: z.string(),
      how: z.string(),
      lookedMs: z.number().optional(),
      grantId: z.string().optional(),
    })
    .optional(),
  outcome: CallOutcome.optional(),
  durationMs: z.number().optional(),
  bytesIn: z.number().optional(),
  bytesOut: z.number().optional(),
  resultHash: z.string().optional(),
  findings: z.array(Finding).optional(),
  /** W3C trace context of the call. */
  traceparent: z.string().optional(),
  tracestate: z.string().optional(),
  /** True when monitor mode forwarded what policy would not have. */
  monitor: z.boolean().optional(),
  /** One sentence for people. */
  detail: z.string().optional(),
});
export type EntryInput = z.infer<typeof EntryInput>;

/** An entry as stored. `hash` = SHA-256 over the previous hash and the RFC 8785 form of the entry without `hash`. */
export const Entry = EntryInput.extend({
  sequence: z.number().int().positive(),
  id: z.string(),
  /** Unix milliseconds. */
  time: z.number(),
  /** Which trail: random per database, so that a replaced one cannot pass for the old. */
  chain: z.string(),
  previousHash: z.string(),
  hash: z.string(),
});
export type Entry = z.infer<typeof Entry>;

/** The device's signed statement that the chain stood so at a sequence; makes truncation and rollback visible. */
export const Checkpoint = z.object({
  chain: z.string(),
  sequence: z.number().int().nonnegative(),
  hash: z.string(),
  time: z.number(),
  /** Base64 of the raw Ed25519 public key, and of the signature over the RFC 8785 form of the four members above. */
  publicKey: z.string(),
  signature: z.string(),
});
export type Checkpoint = z.infer<typeof Checkpoint>;

/** What a verification found. `problems` name the first sequence that does not fit and why. */
export const VerifyReport = z.object({
  ok: z.boolean(),
  chain: z.string(),
  entries: z.number(),
  checkpoints: z.number(),
  firstSequence: z.number(),
  lastSequence: z.number(),
  lastHash: z.string(),
  problems: z.array(z.object({ sequence: z.number(), message: z.string() })),
});
export type VerifyReport = z.infer<typeof VerifyReport>;

/** How delivery to the central endpoint stands. */
export const DeliveryStatus = z.object({
  state: z.enum(['off', 'idle', 'sending', 'waiting', 'alert']),
  endpoint: z.string(),
  pending: z.number(),
  deliveredThrough: z.number(),
  setAside: z.number(),
  lastError: z.string().optional(),
  nextAttemptAt: z.number().optional(),
});
export type DeliveryStatus = z.infer<typeof DeliveryStatus>;
