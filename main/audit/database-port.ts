import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import type { Problem, Result } from '../../shared/outcome.ts';

/** What a database of the audit must look like; see main/storage/database.ts, which opens it. */
export interface AuditSchema {
  readonly what: string;
  readonly applicationId: number;
  readonly migrations: readonly string[];
  readonly probe: string;
  /** True to check every page before use. */
  readonly suspect?: boolean;
}

/** An open database: where a damaged one was kept that it replaces, and what the errors of `db` mean. */
export interface OpenedDatabase {
  readonly db: DatabaseSyncInstance;
  readonly setAside?: string;
  problemOf(error: unknown): Problem | undefined;
  close(): void;
}

/** Opens (and creates) a database file, or only reads one: a port, so that this stage does not know the storage. */
export type OpenDatabase = (path: string, schema: AuditSchema) => Result<OpenedDatabase>;

/** Locks that end with the process which holds them, by path. */
export interface ProcessLocks {
  hold(path: string): Result<{ release(): void }>;
  held(path: string): boolean;
}
