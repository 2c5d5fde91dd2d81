import { readCheckpoint } from './checkpoint-seal.ts';
import type { Device } from './device.ts';
import { checkpointRecord, entryRecord, type LogRecord } from './otlp.ts';
import type { Cursor } from './outbox-store.ts';
import type { Trail } from './trail.ts';

/** What goes out in one request, and where the cursor stands once it was acknowledged. */
export interface Batch {
  readonly records: readonly LogRecord[];
  readonly first: number;
  readonly entries: number;
  readonly after: Cursor;
}

/** Most entries and bytes of JSON in one request; a larger entry goes alone. */
export const batchEntries = 256;
export const batchBytes = 1024 * 1024;

/** Most checkpoints that ride along. */
const batchCheckpoints = 64;

type Source = Pick<Trail, 'rowsFrom' | 'checkpointsAfter'>;

/**
 * The entries behind the cursor (at most `limit`, and up to `last`), with the checkpoints that sign what is then
 * delivered; undefined where there is neither.
 */
export function nextBatch(
  trail: Source,
  cursor: Cursor,
  device: Device,
  limit: number,
  last = Number.MAX_SAFE_INTEGER,
): Batch | undefined {
  const records: LogRecord[] = [];
  let after = cursor;
  let bytes = 0;
  for (const row of trail.rowsFrom(cursor.sequence + 1, limit)) {
    if (row.sequence > last) break;
    const record = entryRecord(row, device);
    bytes += JSON.stringify(record).length;
    if (records.length > 0 && bytes > batchBytes) break;
    records.push(record);
    after = { ...after, sequence: row.sequence, hash: row.hash };
  }
  const entries = records.length;
  for (const { n, body } of trail.checkpointsAfter(cursor.checkpoint, batchCheckpoints)) {
    const checkpoint = readCheckpoint(body);
    if (checkpoint !== undefined && checkpoint.sequence > after.sequence) break;
    if (checkpoint?.chain === cursor.chain) records.push(checkpointRecord(checkpoint, body));
    after = { ...after, checkpoint: n };
  }
  // Without records but with an advance: checkpoints that are no longer any were passed over.
  if (records.length === 0 && after.checkpoint === cursor.checkpoint) return undefined;
  return { records, first: cursor.sequence + 1, entries, after };
}

/**
 * The cursor, where the trail still is the one it was made on. A trail that was turned back or replaced is delivered
 * from its start: the centre then sees both histories, and that they differ.
 */
export function cursorOn(trail: Source, cursor: Cursor): Cursor {
  if (cursor.sequence === 0) return cursor;
  const [row] = trail.rowsFrom(cursor.sequence, 1);
  return row?.sequence === cursor.sequence && row.hash === cursor.hash
    ? cursor
    : { ...cursor, sequence: 0, hash: '', checkpoint: 0 };
}
