import { z } from 'zod';
import { Connection } from '../../shared/client.ts';
import type { Result } from '../../shared/outcome.ts';

/**
 * What was done to one file, written before it is done. The original bytes, which may hold secrets, are not in here
 * but sealed in the backup of the same id; everything here may be read by whoever can read the home folder.
 *
 * `planned`: about to write, or crashed while at it. `written`: the file was changed. `restoring`: about to put back.
 * `restored`: nothing in a known file leads to its connections any more.
 */
export const JournalRecord = z.object({
  version: z.literal(1),
  id: z.string().regex(/^jrn_[a-z2-7]{20}$/),
  state: z.enum(['planned', 'written', 'restoring', 'restored']),
  clientId: z.string(),
  /** The form of the file, where the client has files of several. */
  form: z.string().optional(),
  /** The path the client is known to read, where it led, and what the link said if it is one. */
  path: z.string(),
  realPath: z.string(),
  linkTarget: z.string().optional(),
  /** Permission bits before. */
  mode: z.number().int().nonnegative(),
  /** Hex SHA-256 of the whole file before and after. */
  beforeHash: z.string(),
  afterHash: z.string(),
  /** `newHash`: hex SHA-256 of the entry's value as written. */
  entries: z.array(z.object({ connection: Connection, newHash: z.string() })),
  /** Unix milliseconds. */
  plannedAt: z.number(),
  writtenAt: z.number().optional(),
  restoredAt: z.number().optional(),
});
export type JournalRecord = z.infer<typeof JournalRecord>;

/** Where the journal is kept. A `put` that succeeded is durable and replaces the record of the same id. */
export interface JournalStore {
  /** Every readable record, oldest first, and a sentence for each that could not be read. */
  list(): Promise<{
    readonly records: readonly JournalRecord[];
    readonly problems: readonly string[];
  }>;
  put(record: JournalRecord): Promise<Result<null>>;
  remove(id: string): Promise<Result<null>>;
}

/** Where the sealed originals are kept. */
export interface BackupStore {
  save(record: JournalRecord, original: Uint8Array): Promise<Result<null>>;
  /** The exact original bytes, proven by their authentication tag and hash. */
  load(record: JournalRecord): Promise<Result<Buffer>>;
  remove(id: string): Promise<Result<null>>;
}
