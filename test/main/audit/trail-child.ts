import { openDatabase } from '../../../main/storage/database.ts';
import { holdLock, lockHeld } from '../../../main/storage/process-lock.ts';
import type { EntryInput } from '../../../shared/audit.ts';

/** The real storage behind the trail's ports. */
export const realPorts = { open: openDatabase, locks: { hold: holdLock, held: lockHeld } };

/** The opening entry of a call by Cursor. */
export const opened = (callId: string, over: Partial<EntryInput> = {}): EntryInput => ({
  kind: 'call.opened',
  callId,
  person: 'ada',
  agent: { id: 'cursor', name: 'Cursor' },
  connection: { id: 'con_1', name: 'files', sessionId: 'ses_1' },
  server: { id: 'srv_1', label: 'npx files' },
  tool: { name: 'write_file', pin: 'pin' },
  method: 'tools/call',
  arguments: '{"path":"a"}',
  argumentsHash: 'ff',
  ...over,
});

/** The closing entry of the same. */
export const closed = (callId: string, over: Partial<EntryInput> = {}): EntryInput => {
  const { arguments: _, ...same } = opened(callId);
  return { ...same, kind: 'call.closed', outcome: 'ok', durationMs: 3, ...over };
};

/** An entry that says something. */
export const said = (detail: string): EntryInput => ({ kind: 'problem', detail });
