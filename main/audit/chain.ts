import { hash, randomBytes } from 'node:crypto';
import type { Entry } from '../../shared/audit.ts';
import { canonical, type Json } from './canonical.ts';

/** An entry before it is sealed: everything that its hash covers. */
export type Unsealed = Omit<Entry, 'hash'>;

/** A fresh chain id: 128 random bits in hex. */
export const newChain = (): string => randomBytes(16).toString('hex');

/**
 * What the first entry of a chain names as its previous hash: bound to the chain, so that the start of one trail
 * cannot be taken for that of another.
 */
export const genesisHash = (chain: string): string =>
  hash('sha256', `airlock-audit-chain-1\n${chain}`);

/** The text that is hashed and stored: the RFC 8785 form of an entry without its `hash`. */
export const entryText = (entry: Unsealed): string => canonical(asJson(entry));

/** Hex SHA-256 over the previous hash (64 hex digits) and the text of the entry, as UTF-8. */
export const entryHash = (previousHash: string, text: string): string =>
  hash('sha256', previousHash + text);

/** An entry is JSON by its schema; the compiler cannot follow that through optional members. */
export const asJson = (value: object): Json => value as Json;
