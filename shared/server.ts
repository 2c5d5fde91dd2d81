import { z } from 'zod';
import { Finding } from './finding.ts';

/**
 * The same server in two clients is one server: `id` is `srv_` and the first 32 hex digits of SHA-256 over the
 * normalised command, args, cwd and the sorted names of env (stdio) or the URL (remote).
 */
export const ServerIdentity = z.object({
  id: z.string(),
  transport: z.enum(['stdio', 'http', 'sse', 'ws']),
  /** What a person reads: the command line with secrets masked, or the URL without its query. */
  label: z.string(),
  /** Name and version as the server reports them in its handshake: shown, never trusted for a decision. */
  reported: z.object({ name: z.string(), version: z.string() }).optional(),
});
export type ServerIdentity = z.infer<typeof ServerIdentity>;

/** The hints of a tool definition (MCP `ToolAnnotations`); absent means the worst case. They are the server's word. */
export const ToolAnnotations = z.object({
  title: z.string().optional(),
  readOnlyHint: z.boolean().optional(),
  destructiveHint: z.boolean().optional(),
  idempotentHint: z.boolean().optional(),
  openWorldHint: z.boolean().optional(),
});
export type ToolAnnotations = z.infer<typeof ToolAnnotations>;

/**
 * `accepted`: this very definition was taken at first sight without high findings, or by a person.
 * `changed`: the definition differs from the accepted one and is held until a person has seen the diff.
 * `quarantined`: held at first sight because of a high finding.
 * `unlisted`: the server never listed this tool to us.
 */
export const PinState = z.enum(['accepted', 'changed', 'quarantined', 'unlisted']);
export type PinState = z.infer<typeof PinState>;

/** A tool of a server as the pins know it. Hashes are hex SHA-256 over the RFC 8785 form of the whole definition. */
export const ToolView = z.object({
  serverId: z.string(),
  name: z.string(),
  title: z.string().optional(),
  description: z.string().optional(),
  annotations: ToolAnnotations,
  /** The hash of the definition that is accepted; for quarantined and unlisted tools an empty string. */
  pin: z.string(),
  state: PinState,
  findings: z.array(Finding),
});
export type ToolView = z.infer<typeof ToolView>;

/** A held tool as the dashboard shows it: the accepted definition (if any) beside the one that waits, both pretty JSON. */
export const HeldTool = z.object({
  serverId: z.string(),
  serverLabel: z.string(),
  tool: z.string(),
  state: z.enum(['changed', 'quarantined']),
  acceptedText: z.string(),
  heldText: z.string(),
  heldHash: z.string(),
  findings: z.array(Finding),
  since: z.number(),
});
export type HeldTool = z.infer<typeof HeldTool>;
