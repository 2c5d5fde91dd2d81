import { type Checkpoint, VerifyReport } from '../../shared/audit.ts';
import { type JsonRecord, readCanonical } from './canonical-text.ts';
import { entryHash, genesisHash } from './chain.ts';
import { sealHolds } from './checkpoint-seal.ts';
import type { StoredEntry } from './stored-entry.ts';

/** Most problems that a report lists; the first ones tell, and a report must stay small. */
const mostProblems = 100;

/**
 * Follows a chain entry by entry, with each checkpoint after the entry it signs, and remembers only where it stands.
 * Finds an entry that was changed, is missing, stands elsewhere or belongs to another chain; a checkpoint that is
 * forged, signed by a key that is not trusted, or says something else; and a chain that ends before a checkpoint.
 * With `trustedKeys` (base64 raw keys) every checkpoint must be by one of them; without, by any one key.
 */
export function makeChainCheck(trustedKeys?: readonly string[]) {
  const problems: VerifyReport['problems'] = [];
  let chain = '';
  let first = 0;
  let last = 0;
  let lastHash = '';
  let entries = 0;
  let checkpoints = 0;
  let key: string | undefined;
  let ahead: Checkpoint | undefined;

  const problem = (sequence: number, message: string): void => {
    if (problems.length < mostProblems) problems.push({ sequence, message });
  };

  function begin(row: StoredEntry, link: JsonRecord | undefined): void {
    first = row.sequence;
    chain = typeof link?.chain === 'string' ? link.chain : '';
    if (row.sequence !== 1) problem(row.sequence, 'The entries before this one are missing.');
    // Without the ones before it, the first can only be taken at its word.
    lastHash = row.sequence === 1 ? genesisHash(chain) : String(link?.previousHash ?? '');
    last = row.sequence - 1;
  }

  return {
    /** Takes the next entry, in the order of the rows. */
    entry(row: StoredEntry): void {
      const { sequence, body, hash } = row;
      const link = readCanonical(body);
      if (entries === 0) begin(row, link);
      const message = fault(row, link);
      if (message !== undefined) problem(sequence, message);
      // It was not compared with what it signs; one that signs a missing entry is told by that.
      if (ahead !== undefined && ahead.sequence >= sequence) {
        problem(ahead.sequence, 'This checkpoint stands in the wrong place.');
      }
      ahead = undefined;
      entries += 1;
      last = sequence;
      lastHash = hash;
    },

    /** Takes a checkpoint; it belongs after the entry it signs and before the next one. */
    checkpoint(checkpoint: Checkpoint | undefined): void {
      checkpoints += 1;
      if (checkpoint === undefined) {
        problem(last, 'A checkpoint after this entry cannot be read.');
        return;
      }
      const { sequence } = checkpoint;
      const message = checkpointFault(checkpoint);
      if (message !== undefined) problem(sequence, message);
      else if (sequence > last && sequence > (ahead?.sequence ?? 0)) ahead = checkpoint;
    },

    /** Notes what is wrong beside the rows themselves. */
    problem,

    report(): VerifyReport {
      const missing =
        ahead !== undefined && ahead.sequence > last
          ? [
              {
                sequence: last + 1,
                message: `The trail ends at ${last}, but a checkpoint signed entries up to ${ahead.sequence}: the end was cut off.`,
              },
            ]
          : [];
      const found = [...problems, ...missing];
      return VerifyReport.parse({
        ok: found.length === 0,
        chain,
        entries,
        checkpoints,
        firstSequence: first,
        lastSequence: last,
        lastHash: entries === 0 ? '' : lastHash,
        problems: found,
      });
    },
  };

  function fault(row: StoredEntry, link: JsonRecord | undefined): string | undefined {
    if (row.sequence > last + 1) return `Entries ${last + 1} to ${row.sequence - 1} are missing.`;
    if (row.sequence <= last) return 'This entry stands in the wrong place.';
    if (link === undefined) return 'This entry was changed: it does not have the form of one.';
    if (link.chain !== chain) return 'This entry belongs to another chain.';
    if (link.sequence !== row.sequence) return 'This entry was moved here from another place.';
    if (link.previousHash !== lastHash) return 'This entry does not follow the one before it.';
    if (row.hash !== entryHash(lastHash, row.body)) {
      return 'This entry was changed: its hash does not fit.';
    }
    return undefined;
  }

  function checkpointFault(checkpoint: Checkpoint): string | undefined {
    if (!sealHolds(checkpoint)) return 'The signature of this checkpoint does not hold.';
    if (trustedKeys !== undefined && !trustedKeys.includes(checkpoint.publicKey)) {
      return 'This checkpoint was signed by a key that is not the one of this device.';
    }
    key ??= checkpoint.publicKey;
    if (trustedKeys === undefined && checkpoint.publicKey !== key) {
      return 'This checkpoint was signed by another key than the ones before it.';
    }
    if (checkpoint.chain !== chain && entries > 0) return 'This checkpoint is of another chain.';
    if (checkpoint.sequence < last) return 'This checkpoint stands in the wrong place.';
    if (checkpoint.sequence === last && checkpoint.hash !== lastHash) {
      return 'The chain up to here is not the one that was signed: it was rewritten.';
    }
    return undefined;
  }
}

export type ChainCheck = ReturnType<typeof makeChainCheck>;
