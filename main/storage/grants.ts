import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { Grant } from '../../shared/approval.ts';
import { jsonTable, type Rows } from './json-table.ts';

/** The remembered yeses in `state.db`, the dead ones among them. An unreadable grant grants nothing. */
export interface GrantTable {
  /** The grants that can be read, oldest first. */
  all(): readonly Grant[];
  /** The same with the keys of those that cannot. */
  read(): Rows<Grant>;
  save(grant: Grant): void;
  remove(id: string): boolean;
}

/** Reads and writes the table `grants`. */
export function grantTable(db: DatabaseSyncInstance): GrantTable {
  const table = jsonTable(db, 'grants', Grant);
  return {
    all: () => table.all().rows,
    read: table.all,
    save: (grant) => table.put(grant.id, grant),
    remove: table.remove,
  };
}
