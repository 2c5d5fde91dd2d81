import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import type { Checkpoint } from '../../shared/audit.ts';
import type { Problem, Result } from '../../shared/outcome.ts';
import { readCheckpoint } from './checkpoint-seal.ts';
import type { OpenDatabase } from './database-port.ts';
import { trailSchema } from './schema.ts';
import type { StoredEntry } from './stored-entry.ts';

/** What a reader of a whole trail is handed, in the order of the chain: each checkpoint after the entry it signs. */
export interface TrailSink {
  entry(row: StoredEntry): void;
  /** `undefined` for a row that is no checkpoint. */
  checkpoint(checkpoint: Checkpoint | undefined): void;
  /** After some entries: lets others have their turn, and the output drain. */
  pause(): Promise<void>;
}

/** Rows held at once: some milliseconds of work, some hundred kilobytes. */
const chunk = 500;

/**
 * Hands a whole trail to a sink, as it stood at one moment, while others go on writing to it. `open` opens without
 * the right to write. `missing` names the append-only triggers that are not there.
 */
export async function readTrail(
  path: string,
  open: OpenDatabase,
  sink: TrailSink,
): Promise<Result<{ readonly missingTriggers: number }>> {
  const opened = open(path, trailSchema);
  if (!opened.ok) return opened;
  const { db, problemOf, close } = opened.value;
  try {
    db.exec('BEGIN');
    const missingTriggers = await walk(db, sink);
    return { ok: true, value: { missingTriggers } };
  } catch (error) {
    const problem: Problem | undefined = problemOf(error);
    if (problem === undefined) throw error;
    return { ok: false, problem };
  } finally {
    if (db.isTransaction) db.exec('COMMIT');
    close();
  }
}

async function walk(db: DatabaseSyncInstance, sink: TrailSink): Promise<number> {
  const entriesAfter = db.prepare(
    `SELECT sequence, body, hash FROM entries WHERE sequence > ? ORDER BY sequence LIMIT ${chunk}`,
  );
  const checkpoints = checkpointsOf(db);
  let at = Number.MIN_SAFE_INTEGER;
  for (;;) {
    const rows: StoredEntry[] = entriesAfter.all(at);
    for (const row of rows) {
      checkpoints.before(row.sequence, sink);
      sink.entry(row);
      at = row.sequence;
    }
    await sink.pause();
    if (rows.length < chunk) break;
  }
  checkpoints.before(Number.POSITIVE_INFINITY, sink);
  const { n: triggers } = db
    .prepare("SELECT count(*) n FROM sqlite_schema WHERE type = 'trigger'")
    .get();
  return 4 - triggers;
}

/** The checkpoints in the order of what they sign, a chunk at a time. */
function checkpointsOf(db: DatabaseSyncInstance) {
  const after = db.prepare(
    `SELECT n, sequence, body FROM checkpoints WHERE (sequence, n) > (?, ?)
     ORDER BY sequence, n LIMIT ${chunk}`,
  );
  let queue: { n: number; sequence: number; body: string }[] = [];
  let seen: readonly [sequence: number, n: number] = [Number.MIN_SAFE_INTEGER, 0];
  let done = false;

  function next() {
    if (queue.length === 0 && !done) {
      queue = after.all(...seen);
      done = queue.length < chunk;
    }
    return queue[0];
  }

  return {
    /** Hands over those that sign something before the sequence. */
    before(sequence: number, sink: TrailSink): void {
      for (let row = next(); row !== undefined && row.sequence < sequence; row = next()) {
        queue.shift();
        seen = [row.sequence, row.n];
        sink.checkpoint(readCheckpoint(row.body));
      }
    },
  };
}
