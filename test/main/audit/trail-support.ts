import { join } from 'node:path';
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { afterEach } from 'vitest';
import type { OpenDatabase } from '../../../main/audit/database-port.ts';
import { openTrail, type Trail, type TrailPorts } from '../../../main/audit/trail.ts';
import { openDatabase } from '../../../main/storage/database.ts';
import { holdLock, lockHeld } from '../../../main/storage/process-lock.ts';
import type { EntryInput } from '../../../shared/audit.ts';
import { tempFolder } from '../storage/temp-folder.ts';

/** The real storage behind the trail's ports. */
export const realPorts = { open: openDatabase, locks: { hold: holdLock, held: lockHeld } };

const trails: Trail[] = [];

afterEach(() => {
  for (const trail of trails.splice(0)) trail.close();
});

/** A path for a trail in a folder of its own. */
export const trailPath = (): string => join(tempFolder(), 'audit.db');

/** A trail on real storage that closes after the test. */
export function aTrail(path: string = trailPath(), ports: Partial<TrailPorts> = {}): Trail {
  const trail = openTrail(path, { ...realPorts, ...ports });
  trails.push(trail);
  return trail;
}

/** Real storage that lets a test reach the connection which the trail has open. */
export function watchedOpen(): { open: OpenDatabase; db: () => DatabaseSyncInstance } {
  let db: DatabaseSyncInstance | undefined;
  return {
    open(path, schema) {
      const opened = openDatabase(path, schema, () => 77);
      if (opened.ok) db = opened.value.db;
      return opened;
    },
    db() {
      if (db === undefined) throw new Error('Nothing is open yet.');
      return db;
    },
  };
}

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
