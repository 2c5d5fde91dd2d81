import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import type { Kill } from '../../shared/kill.ts';
import { ok, type Problem, type Result } from '../../shared/outcome.ts';
import { type ConnectionTable, connectionTable } from './connections.ts';
import { openDatabase } from './database.ts';
import { type GrantTable, grantTable } from './grants.ts';
import { type SightingTable, sightingTable } from './inventory.ts';
import { type KillTable, killTable } from './kills.ts';
import { type PinTable, pinTable } from './pins.ts';

const jsonTableSql = (name: string) =>
  `CREATE TABLE ${name} (n INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, value TEXT NOT NULL) STRICT;`;

const countKills = (event: 'INSERT' | 'UPDATE' | 'DELETE') => `
  CREATE TRIGGER kills_${event.toLowerCase()} AFTER ${event} ON kills BEGIN
    UPDATE counters SET value = value + 1 WHERE name = 'kills';
  END;`;

const schema = {
  what: 'the state of Airlock',
  applicationId: 0x41_4c_53_31, // "ALS1"
  probe: ['connections', 'pins', 'grants', 'kills', 'notes', 'sightings']
    .map((table) => `SELECT key, value FROM ${table} LIMIT 0;`)
    .concat('SELECT name, value FROM counters LIMIT 0;')
    .join('\n'),
  migrations: [
    `${['connections', 'pins', 'grants', 'kills'].map(jsonTableSql).join('\n')}
     CREATE TABLE notes (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
     CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
     INSERT INTO counters VALUES ('kills', 0);
     ${(['INSERT', 'UPDATE', 'DELETE'] as const).map(countKills).join('\n')}`,
    jsonTableSql('sightings'),
  ],
};

/** Everything Airlock remembers besides the trail and the settings. The app and the command line may share it. */
export interface StateStore {
  readonly connections: ConnectionTable;
  readonly pins: PinTable;
  readonly grants: GrantTable;
  readonly kills: KillTable;
  readonly sightings: SightingTable;
  /** Small texts under a key, for what needs no table of its own. */
  readonly notes: {
    get(key: string): string | undefined;
    put(key: string, value: string): void;
    remove(key: string): void;
  };
  /**
   * Where the damaged file was kept that this store replaces. Connections, pins and grants start empty then; the
   * kills were carried over, or, where they could not be read, everything is killed until a person resumes.
   */
  readonly setAside?: string;
  /** True when another process changed the file since the last time this was asked. Microseconds. */
  changed(): boolean;
  /** Runs `work` in one transaction: all of its writes happen or none. */
  together<T>(work: () => T): T;
  /** What an error thrown by a table means; undefined for our own mistakes. */
  problemOf(error: unknown): Problem | undefined;
  close(): void;
}

/** Opens `state.db`. Writes are committed before they return and throw what SQLite throws; `problemOf` tells it. */
export function openStateStore(path: string, now: () => number = Date.now): Result<StateStore> {
  const opened = openDatabase(path, schema, now);
  if (!opened.ok) return opened;
  const { db, setAside, problemOf, close } = opened.value;
  const kills = killTable(db, problemOf);
  if (setAside !== undefined) {
    for (const kill of killsOf(setAside) ?? [killBecauseUnknown(now())]) kills.save(kill);
  }
  const version = db.prepare('PRAGMA data_version');
  const dataVersion = (): number => version.get().data_version;
  let seen = dataVersion();
  return ok({
    connections: connectionTable(db),
    pins: pinTable(db),
    grants: grantTable(db),
    kills,
    sightings: sightingTable(db),
    notes: notes(db),
    ...(setAside === undefined ? {} : { setAside }),
    changed() {
      const before = seen;
      seen = dataVersion();
      return seen !== before;
    },
    together(work) {
      db.exec('BEGIN IMMEDIATE');
      try {
        const value = work();
        db.exec('COMMIT');
        return value;
      } catch (error) {
        if (db.isTransaction) db.exec('ROLLBACK');
        throw error;
      }
    },
    problemOf,
    close,
  });
}

function notes(db: DatabaseSyncInstance): StateStore['notes'] {
  const select = db.prepare('SELECT value FROM notes WHERE key = ?');
  const upsert = db.prepare(
    'INSERT INTO notes VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
  );
  const remove = db.prepare('DELETE FROM notes WHERE key = ?');
  return {
    get: (key) => select.get(key)?.value,
    put: (key, value) => {
      upsert.run(key, value);
    },
    remove: (key) => {
      remove.run(key);
    },
  };
}

/** The kills that a damaged file still tells of; undefined where it cannot tell. */
function killsOf(damaged: string): readonly Kill[] | undefined {
  let db: DatabaseSyncInstance | undefined;
  try {
    db = new DatabaseSync(damaged, { readOnly: true });
    const kills = killTable(db, () => undefined).all();
    return kills.ok ? kills.value : undefined;
  } catch {
    // Whatever is wrong with it, it cannot tell; the caller then kills everything.
    return undefined;
  } finally {
    db?.close();
  }
}

const killBecauseUnknown = (at: number): Kill => ({
  id: `kill-state-damaged-${at}`,
  scope: { kind: 'all' },
  origin: 'dashboard',
  by: 'Airlock',
  at,
  reason: 'The stored state was damaged, so it is unknown whether anything was stopped.',
});
