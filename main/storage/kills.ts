import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { Kill } from '../../shared/kill.ts';
import { fail, ok, type Problem, type Result } from '../../shared/outcome.ts';
import { jsonTable } from './json-table.ts';

/** The kills in force, in `state.db`. */
export interface KillTable {
  /**
   * Every kill in force, oldest first. One that cannot be read is a problem, not an absence: whoever asks must then
   * take everything as killed.
   */
  all(): Result<readonly Kill[]>;
  /** Puts a kill in force, committed before it returns. */
  save(kill: Kill): void;
  /** Lifts a kill; true where there was one. */
  remove(id: string): boolean;
  /** Lifts every kill, those that cannot be read among them. */
  clear(): void;
  /** Rises with every change by any process, so that readers can keep what they know until it does. */
  version(): number;
}

/** Reads and writes the table `kills`. `problemOf` tells what an error of the database means. */
export function killTable(
  db: DatabaseSyncInstance,
  problemOf: (error: unknown) => Problem | undefined,
): KillTable {
  const table = jsonTable(db, 'kills', Kill);
  const version = db.prepare("SELECT value FROM counters WHERE name = 'kills'");
  return {
    all() {
      try {
        const { rows, unreadable } = table.all();
        const bad = unreadable[0];
        if (bad === undefined) return ok(rows);
        return fail(
          'kills-unreadable',
          `A stored kill (${bad.key}) cannot be read, so everything stays stopped. Resume everything in the dashboard to clear it.`,
        );
      } catch (error) {
        const problem = problemOf(error);
        if (problem === undefined) throw error;
        return { ok: false, problem };
      }
    },
    save: (kill) => table.put(kill.id, kill),
    remove: table.remove,
    clear: () => db.exec('DELETE FROM kills'),
    version: () => version.get().value,
  };
}
