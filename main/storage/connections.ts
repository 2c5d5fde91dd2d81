import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { Connection } from '../../shared/client.ts';
import { jsonTable, type Rows } from './json-table.ts';

/** The journal of protected entries in `state.db`; a restored one stays, with its `restoredAt`. */
export interface ConnectionTable {
  all(): Rows<Connection>;
  get(id: string): Connection | undefined;
  save(connection: Connection): void;
  remove(id: string): boolean;
}

/** Reads and writes the table `connections`. */
export function connectionTable(db: DatabaseSyncInstance): ConnectionTable {
  const table = jsonTable(db, 'connections', Connection);
  return {
    all: table.all,
    get: table.get,
    save: (connection) => table.put(connection.id, connection),
    remove: table.remove,
  };
}
