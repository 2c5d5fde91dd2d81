import { z } from 'zod';

/** What a kill stops: everything, one client, one server, or one connection (how a flood is paused). */
export const KillScope = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('all') }),
  z.object({ kind: z.literal('client'), clientId: z.string() }),
  z.object({ kind: z.literal('server'), serverId: z.string() }),
  z.object({ kind: z.literal('connection'), connectionId: z.string() }),
]);
export type KillScope = z.infer<typeof KillScope>;

/** Who or what pressed the switch. IT's kill only IT lifts. */
export const KillOrigin = z.enum([
  'tray',
  'dashboard',
  'shortcut',
  'command-line',
  'approval',
  'managed',
]);
export type KillOrigin = z.infer<typeof KillOrigin>;

/** A kill in force; it outlives restarts and crashes until a person resumes it with a reason. */
export const Kill = z.object({
  id: z.string(),
  scope: KillScope,
  origin: KillOrigin,
  by: z.string(),
  at: z.number(),
  reason: z.string().optional(),
});
export type Kill = z.infer<typeof Kill>;

/**
 * One thing that was stopped, or was not, with the proof or the reason. `record`: not a thing that runs, but our own
 * record of the kill, named only where it could not be kept.
 */
export const KillItem = z.object({
  kind: z.enum(['session', 'approval', 'call', 'process', 'remote-session', 'record']),
  id: z.string(),
  name: z.string(),
  pid: z.number().optional(),
  stopped: z.boolean(),
  detail: z.string(),
});
export type KillItem = z.infer<typeof KillItem>;

/** What a kill did, after verification. `verified` is true only when no survivor was found. */
export const KillReport = z.object({
  kill: Kill,
  items: z.array(KillItem),
  survivors: z.array(KillItem),
  verified: z.boolean(),
  /** Milliseconds from the click until nothing more was forwarded, and until the last process was gone. */
  forwardingStoppedMs: z.number(),
  processesGoneMs: z.number(),
});
export type KillReport = z.infer<typeof KillReport>;
