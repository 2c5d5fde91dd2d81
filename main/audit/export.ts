import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { VerifyReport } from '../../shared/audit.ts';
import { ok, type Result } from '../../shared/outcome.ts';
import { canonical } from './canonical.ts';
import { readCanonical } from './canonical-text.ts';
import { asJson } from './chain.ts';
import { makeChainCheck } from './chain-check.ts';
import { readCheckpoint } from './checkpoint-seal.ts';
import { csvHeader, csvLine } from './csv.ts';
import type { OpenDatabase } from './database-port.ts';
import type { StoredEntry } from './stored-entry.ts';
import { readTrail } from './trail-reader.ts';

/** What was written: entries, and in NDJSON the checkpoints among them. */
export interface Exported {
  readonly entries: number;
  readonly checkpoints: number;
}

/**
 * Writes a whole trail to a stream, as it stood at one moment, at flat memory. NDJSON holds everything that
 * `verifyExport` needs: one canonical JSON a line, an entry with its hash or a checkpoint after the entry it signs.
 * CSV is for spreadsheets: one line an entry, without what a person does not read. The stream is not ended.
 */
export async function exportTrail(
  path: string,
  format: 'ndjson' | 'csv',
  out: Writable,
  open: OpenDatabase,
): Promise<Result<Exported>> {
  let entries = 0;
  let checkpoints = 0;
  let full = false;
  const write = (line: string): void => {
    full = !out.write(`${line}\n`);
  };
  if (format === 'csv') write(csvHeader);
  const read = await readTrail(path, open, {
    entry(row) {
      entries += 1;
      write(format === 'csv' ? csvLine(row) : entryLine(row));
    },
    checkpoint(checkpoint) {
      if (format === 'csv' || checkpoint === undefined) return;
      checkpoints += 1;
      write(canonical(asJson(checkpoint)));
    },
    async pause() {
      if (full) await once(out, 'drain');
      full = false;
    },
  });
  return read.ok ? ok({ entries, checkpoints }) : read;
}

/** An entry with its hash; where its body is no entry any more, what stands there instead. */
function entryLine({ sequence, body, hash }: StoredEntry): string {
  const entry = readCanonical(body);
  return canonical(entry === undefined ? { sequence, unreadable: body, hash } : { ...entry, hash });
}

/** Reads an NDJSON export and reports on it as `verifyTrail` does on a trail. Lines of neither kind are problems. */
export async function verifyExport(
  input: Readable,
  trustedKeys?: readonly string[],
): Promise<VerifyReport> {
  const check = makeChainCheck(trustedKeys);
  let line = 0;
  for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    line += 1;
    const row = rowOf(text);
    const checkpoint = row === undefined ? readCheckpoint(text) : undefined;
    if (row !== undefined) check.entry(row);
    else if (checkpoint !== undefined) check.checkpoint(checkpoint);
    else if (text !== '') check.problem(0, `Line ${line} is neither an entry nor a checkpoint.`);
  }
  return check.report();
}

function rowOf(text: string): StoredEntry | undefined {
  const { hash, ...entry } = readCanonical(text) ?? {};
  const { sequence, signature, unreadable } = entry;
  if (typeof sequence !== 'number' || typeof hash !== 'string' || signature !== undefined) {
    return undefined;
  }
  const body = typeof unreadable === 'string' ? unreadable : canonical(entry);
  return { sequence, body, hash };
}
