import { randomBytes } from 'node:crypto';

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';

/** A prefix and 20 random base32 characters (100 bits): not guessable, and safe in file names and arguments. */
export function newIdentifier(prefix: 'con_' | 'jrn_'): string {
  return prefix + Array.from(randomBytes(20), (byte) => alphabet[byte & 31]).join('');
}
