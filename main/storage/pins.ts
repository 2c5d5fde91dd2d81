import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { z } from 'zod';
import { Finding } from '../../shared/finding.ts';
import { PinState } from '../../shared/server.ts';
import { jsonTable, type Rows } from './json-table.ts';

/**
 * What is remembered of one tool of one server: the accepted definition and the one that waits, if any. Hashes are
 * hex SHA-256 over the RFC 8785 form of the definition, texts its pretty JSON; empty where there is none. Times are
 * Unix milliseconds.
 */
export const PinRecord = z.object({
  serverId: z.string(),
  serverLabel: z.string(),
  tool: z.string(),
  state: PinState,
  acceptedHash: z.string(),
  acceptedText: z.string(),
  heldHash: z.string(),
  heldText: z.string(),
  findings: z.array(Finding),
  firstSeenAt: z.number(),
  changedAt: z.number(),
  acceptedAt: z.number().optional(),
  /** Who accepted it: a person, or `first-sight`. */
  acceptedBy: z.string().optional(),
});
export type PinRecord = z.infer<typeof PinRecord>;

/** The tool pins in `state.db`. An unreadable pin is as good as none: the tool is seen afresh, and reported. */
export interface PinTable {
  all(): Rows<PinRecord>;
  get(serverId: string, tool: string): PinRecord | undefined;
  save(pin: PinRecord): void;
  remove(serverId: string, tool: string): boolean;
}

/** Reads and writes the table `pins`. */
export function pinTable(db: DatabaseSyncInstance): PinTable {
  const table = jsonTable(db, 'pins', PinRecord);
  // JSON keeps the two apart whatever characters they hold.
  const key = (serverId: string, tool: string) => JSON.stringify([serverId, tool]);
  return {
    all: table.all,
    get: (serverId, tool) => table.get(key(serverId, tool)),
    save: (pin) => table.put(key(pin.serverId, pin.tool), pin),
    remove: (serverId, tool) => table.remove(key(serverId, tool)),
  };
}
