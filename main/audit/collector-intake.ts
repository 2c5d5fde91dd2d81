import type { Checkpoint } from '../../shared/audit.ts';
import { readCanonical } from './canonical-text.ts';
import { entryHash, genesisHash } from './chain.ts';
import { readCheckpoint, sealHolds } from './checkpoint-seal.ts';
import type { ReceivedRecord } from './collector-request.ts';
import type { CollectedEntry, CollectorStore } from './collector-store.ts';

/** What taking records in needs. */
export interface IntakePorts {
  readonly store: CollectorStore;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Base64 raw Ed25519 keys that may sign; without, the first key that signs a chain is the one of that chain. */
  readonly trustedKeys?: readonly string[] | undefined;
}

/**
 * Takes records in and follows each chain as it comes, in whatever order and however often. Returns whether the
 * record was kept or known already; one that is not an entry or contradicts what is here is turned away, and what it
 * gives away is noted as a problem of its chain.
 */
export function makeIntake({ store, now, trustedKeys }: IntakePorts) {
  const note = (chain: string, sequence: number, kind: string, message: string) =>
    store.addProblem(chain, sequence, kind, message, now());

  function takeEntry(entry: CollectedEntry): boolean {
    const { chain, sequence, id, hash } = entry;
    if (entryHash(entry.previous, entry.body) !== hash) {
      note(chain, sequence, 'hash', `Entry ${sequence} came with a hash that does not fit it.`);
      return false;
    }
    const same = store.byId(id) ?? store.byPlace(chain, sequence);
    if (same !== undefined) {
      if (same.id === id && same.hash === hash && same.chain === chain) return true;
      const message = `Entry ${sequence} came again and was another: the trail was rewritten or turned back.`;
      note(chain, sequence, 'rewritten', message);
      return false;
    }
    checkLinks(entry);
    if (store.signedOtherwise(chain, sequence, hash)) noteSigned(chain, sequence);
    store.addEntry(entry, now());
    return true;
  }

  function checkLinks({ chain, sequence, previous, hash }: CollectedEntry): void {
    const before = sequence === 1 ? genesisHash(chain) : store.byPlace(chain, sequence - 1)?.hash;
    if (before !== undefined && before !== previous) {
      note(chain, sequence, 'link', `Entry ${sequence} does not follow the one before it.`);
    }
    const next = store.byPlace(chain, sequence + 1);
    if (next !== undefined && next.previous !== hash) {
      note(chain, sequence + 1, 'link', `Entry ${sequence + 1} does not follow the one before it.`);
    }
  }

  const noteSigned = (chain: string, sequence: number) =>
    note(chain, sequence, 'signed', `The device signed another history up to entry ${sequence}.`);

  function takeCheckpoint(checkpoint: Checkpoint, text: string): boolean {
    const { chain, sequence, hash, publicKey } = checkpoint;
    if (!sealHolds(checkpoint)) {
      note(chain, sequence, 'signature', `The signature up to entry ${sequence} does not hold.`);
      return false;
    }
    const known = store.chain(chain)?.publicKey ?? '';
    const right =
      trustedKeys === undefined
        ? known === '' || known === publicKey
        : trustedKeys.includes(publicKey);
    if (!right) {
      note(
        chain,
        sequence,
        'key',
        `Up to entry ${sequence} a key signed that is not the device's.`,
      );
      return false;
    }
    if (known === '') store.setKey(chain, publicKey);
    const entry = store.byPlace(chain, sequence);
    if (entry !== undefined && entry.hash !== hash) noteSigned(chain, sequence);
    store.addCheckpoint(chain, sequence, hash, text);
    return true;
  }

  return function take({ host, user, entry, hash, checkpoint }: ReceivedRecord): boolean {
    if (checkpoint !== undefined) {
      const sealed = readCheckpoint(checkpoint);
      if (sealed === undefined) return false;
      store.addChain(sealed.chain, host, user);
      return takeCheckpoint(sealed, checkpoint);
    }
    const collected = entryOf(entry, hash);
    if (collected === undefined) return false;
    store.addChain(collected.chain, host, user);
    return takeEntry(collected);
  };
}

function entryOf(body: string | undefined, hash: string | undefined): CollectedEntry | undefined {
  if (body === undefined || hash === undefined) return undefined;
  const { id, chain, sequence, previousHash } = readCanonical(body) ?? {};
  if (typeof id !== 'string' || typeof chain !== 'string' || typeof previousHash !== 'string') {
    return undefined;
  }
  if (typeof sequence !== 'number' || !Number.isSafeInteger(sequence) || sequence < 1) {
    return undefined;
  }
  return { id, chain, sequence, previous: previousHash, hash, body };
}
