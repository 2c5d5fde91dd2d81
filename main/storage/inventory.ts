import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { z } from 'zod';
import { ReportedVersion } from '../../shared/inventory.ts';
import { jsonTable, type Rows } from './json-table.ts';

/** What is remembered of one server, whether a config names it now or not. Times are Unix milliseconds. */
export const SightingRecord = z.object({
  serverId: z.string(),
  label: z.string(),
  transport: z.enum(['stdio', 'http', 'sse', 'ws']),
  firstSeenAt: z.number(),
  lastSeenAt: z.number(),
  /** From the write of the config that first named it until it was seen, in milliseconds. */
  detectedAfterMs: z.number().optional(),
  versions: z.array(ReportedVersion),
  /** When a call last came through each connection: the proof of a route. */
  calls: z.record(z.string(), z.number()),
});
export type SightingRecord = z.infer<typeof SightingRecord>;

/** The servers that were ever seen, in `state.db`. One that cannot be read counts as new again, and is told of so. */
export interface SightingTable {
  all(): Rows<SightingRecord>;
  save(record: SightingRecord): void;
  remove(serverId: string): boolean;
}

/** Reads and writes the table `sightings`. */
export function sightingTable(db: DatabaseSyncInstance): SightingTable {
  const table = jsonTable(db, 'sightings', SightingRecord);
  return {
    all: table.all,
    save: (record) => table.put(record.serverId, record),
    remove: table.remove,
  };
}
