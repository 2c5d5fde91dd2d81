import { z } from 'zod';
import { RouteState, SecretSighting, UngovernedView } from './client.ts';
import { RiskLevel } from './policy.ts';
import { PinState } from './server.ts';

/** A route state with what it rests on: one sentence, and when that was seen (Unix milliseconds). */
export const RouteEvidence = z.object({
  state: RouteState,
  evidence: z.string(),
  at: z.number().optional(),
});
export type RouteEvidence = z.infer<typeof RouteEvidence>;

/** One entry of one client's config through which an agent uses a server. All texts are masked. */
export const ServerUse = z.object({
  clientId: z.string(),
  clientName: z.string(),
  /** The name of the entry in the config. */
  name: z.string(),
  file: z.string(),
  scope: z.enum(['user', 'workspace', 'profile', 'local', 'managed']),
  disabled: z.boolean(),
  route: RouteEvidence,
  secrets: z.array(SecretSighting),
  connectionId: z.string().optional(),
  /** The project folder the entry is for, where it is for one alone. */
  folder: z.string().optional(),
  /** Why this entry cannot be governed, in one sentence. */
  notGovernable: z.string().optional(),
});
export type ServerUse = z.infer<typeof ServerUse>;

/** The published package or image a command starts, as far as its arguments tell. */
export const ServerPackage = z.object({
  kind: z.enum(['npm', 'pypi', 'oci']),
  name: z.string(),
  /** Absent where the command pins none: each start may then run another version. */
  version: z.string().optional(),
});
export type ServerPackage = z.infer<typeof ServerPackage>;

/** A tool of a server as the inventory lists it. Name and title are the server's words. */
export const InventoryTool = z.object({
  name: z.string(),
  title: z.string().optional(),
  state: PinState,
  /** What a call may do at worst by the definition alone. */
  risk: RiskLevel,
  findings: z.number().int(),
});
export type InventoryTool = z.infer<typeof InventoryTool>;

/** A version a server reported in its handshake, with when it was first and last seen (Unix milliseconds). */
export const ReportedVersion = z.object({
  name: z.string(),
  version: z.string(),
  firstSeenAt: z.number(),
  lastSeenAt: z.number(),
});
export type ReportedVersion = z.infer<typeof ReportedVersion>;

/** Who answers for a server, and where that was read. */
export const ServerOwner = z.object({
  name: z.string(),
  /** `registry`: IT's list. `package`: the scope or namespace it is published under. `address`: its host. */
  from: z.enum(['registry', 'package', 'address']),
});
export type ServerOwner = z.infer<typeof ServerOwner>;

/**
 * `trusted`: IT or the person trusts what this server says. `refused`: IT's list forbids it. `unreviewed`: nobody
 * has said anything about it.
 */
export const TrustState = z.enum(['trusted', 'unreviewed', 'refused']);
export type TrustState = z.infer<typeof TrustState>;

/** One server of this machine with everything that is known about it. Times are Unix milliseconds; texts are masked. */
export const InventoryServer = z.object({
  id: z.string(),
  label: z.string(),
  transport: z.enum(['stdio', 'http', 'sse', 'ws']),
  /** The command line (stdio) or the address without its query. */
  target: z.string(),
  package: ServerPackage.optional(),
  owner: ServerOwner.optional(),
  trust: z.object({ state: TrustState, reason: z.string() }),
  /** The least governed of its uses: direct before unknown, blocked and routed. */
  route: RouteEvidence,
  uses: z.array(ServerUse),
  tools: z.array(InventoryTool),
  /** Sessions that are live now. */
  live: z.number().int(),
  /** Newest first; the server's word, never trusted for a decision. */
  versions: z.array(ReportedVersion),
  firstSeenAt: z.number(),
  lastSeenAt: z.number(),
  /** From the write of the config that first named it until it was seen, in milliseconds; absent where not known. */
  detectedAfterMs: z.number().optional(),
  /** False: no config names it any more; it is listed because it was seen before. */
  present: z.boolean(),
});
export type InventoryServer = z.infer<typeof InventoryServer>;

/** A client that was found, with the ids of the servers its configs name. */
export const InventoryAgent = z.object({
  clientId: z.string(),
  name: z.string(),
  files: z.number().int(),
  servers: z.array(z.string()),
  /** Entries that start or reach their server without Airlock. */
  direct: z.number().int(),
});
export type InventoryAgent = z.infer<typeof InventoryAgent>;

/** A running process that looks like an MCP server and that no known config explains. */
export const StrayServer = z.object({
  pid: z.number().int(),
  /** Masked. */
  command: z.string(),
  /** From its parent up to the first process of the session, nearest first. */
  parents: z.array(z.object({ pid: z.number().int(), name: z.string() })),
  /** The app it runs below, as far as one is known. */
  app: z.string().optional(),
  /** The catalogue's id of that app, where it is a client. */
  clientId: z.string().optional(),
  /** What makes it look like an MCP server, in one sentence. */
  reason: z.string(),
});
export type StrayServer = z.infer<typeof StrayServer>;

/** A program that listens on this machine's loopback address. Listening alone says nothing about MCP. */
export const LocalListener = z.object({
  address: z.string(),
  port: z.number().int(),
  pid: z.number().int().optional(),
  /** The program's name, where it is known. */
  program: z.string().optional(),
});
export type LocalListener = z.infer<typeof LocalListener>;

/** What a local endpoint answered when a person asked to look at it. */
export const ProbeReport = z.object({
  url: z.string(),
  /** `sign-in`: it wants authorisation first, as MCP servers ask for it. */
  answer: z.enum(['mcp', 'sign-in', 'not-mcp', 'unreachable']),
  server: z.object({ name: z.string(), version: z.string() }).optional(),
  protocolVersion: z.string().optional(),
  /** One sentence. */
  detail: z.string(),
  at: z.number(),
});
export type ProbeReport = z.infer<typeof ProbeReport>;

/** Everything that speaks MCP on this machine, as far as it was seen at `at`. */
export const Inventory = z.object({
  at: z.number(),
  agents: z.array(InventoryAgent),
  servers: z.array(InventoryServer),
  stray: z.array(StrayServer),
  listeners: z.array(LocalListener),
  /** What no edit of a config can govern. */
  ungoverned: z.array(UngovernedView),
  /** What could not be looked at, one sentence each. */
  problems: z.array(z.string()),
});
export type Inventory = z.infer<typeof Inventory>;
