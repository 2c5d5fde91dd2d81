import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { KillReport, KillScope } from '../../shared/kill.ts';
import { ManagedStatus } from '../../shared/managed-status.ts';
import { AppState } from '../../shared/state.ts';

/**
 * What the command line may ask of the running app: to look, and to tighten. There is no request that approves
 * or resumes, and the schema is the proof.
 */
export const ControlRequest = z.discriminatedUnion('ask', [
  z.strictObject({ token: z.string(), ask: z.literal('status') }),
  z.strictObject({
    token: z.string(),
    ask: z.literal('kill'),
    scope: KillScope,
    reason: z.string().max(500).optional(),
  }),
  // Looks for what IT has signed: whoever asks decides nothing about it.
  z.strictObject({ token: z.string(), ask: z.literal('check-policy') }),
]);
export type ControlRequest = z.infer<typeof ControlRequest>;

/** What the app answers: one line of JSON. */
export const ControlReply = z.union([
  z.object({ ok: z.literal(true), state: AppState }),
  z.object({ ok: z.literal(true), report: KillReport }),
  z.object({ ok: z.literal(true), policy: ManagedStatus }),
  z.object({ ok: z.literal(false), problem: z.object({ code: z.string(), message: z.string() }) }),
]);
export type ControlReply = z.infer<typeof ControlReply>;

/** Where the running app of a data folder listens; it is written by the app and readable by its owner alone. */
export const ControlRecord = z.object({ endpoint: z.string(), token: z.string(), pid: z.number() });
export type ControlRecord = z.infer<typeof ControlRecord>;

/** The file of the control record. */
export const controlFile = (data: string): string => join(data, 'control.json');

/** The socket of a data folder: in it where the path is short enough for a unix socket, else in the temp folder. */
export function controlEndpoint(platform: NodeJS.Platform, data: string, tmp: string): string {
  const name = createHash('sha256').update(data).digest('hex').slice(0, 16);
  if (platform === 'win32') return `\\\\.\\pipe\\airlock-control-${name}`;
  const near = join(data, 'control.sock');
  return Buffer.byteLength(near) <= 100 ? near : join(tmp, `airlock-control-${name}.sock`);
}
