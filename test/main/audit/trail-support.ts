import { join } from 'node:path';
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { afterEach } from 'vitest';
import { entryHash, genesisHash } from '../../../main/audit/chain.ts';
import type { OpenDatabase } from '../../../main/audit/database-port.ts';
import { openTrail, type Trail, type TrailPorts } from '../../../main/audit/trail.ts';
import { openDatabase } from '../../../main/storage/database.ts';
import { tempFolder } from '../storage/temp-folder.ts';
import { realPorts } from './trail-child.ts';

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

/** Follows the chain from its start by hand; returns every entry, or throws where it breaks. */
export function walk(trail: Trail) {
  const entries = [];
  let previous: string | undefined;
  for (let from = 1; ; ) {
    const rows = trail.rowsFrom(from, 1_000);
    if (rows.length === 0) return entries;
    for (const { sequence, body, hash } of rows) {
      const entry = JSON.parse(body);
      previous ??= genesisHash(entry.chain);
      if (sequence !== from) throw new Error(`${from} is missing before ${sequence}.`);
      if (entry.previousHash !== previous) throw new Error(`${sequence} follows another entry.`);
      if (hash !== entryHash(previous, body)) throw new Error(`${sequence} has another hash.`);
      previous = hash;
      entries.push(entry);
      from = sequence + 1;
    }
  }
}
