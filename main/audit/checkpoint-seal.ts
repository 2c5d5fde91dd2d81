import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { z } from 'zod';
import { Checkpoint } from '../../shared/audit.ts';
import { canonical } from './canonical.ts';
import { readCanonical } from './canonical-text.ts';

/** What a checkpoint states: the chain stood so at a sequence, at a time (Unix milliseconds). */
export type Statement = Pick<Checkpoint, 'chain' | 'sequence' | 'hash' | 'time'>;

/** Signs a statement with the device's Ed25519 key (RFC 8032), over its RFC 8785 form. */
export function sealCheckpoint(statement: Statement, key: KeyObject): Checkpoint {
  const { chain, sequence, hash, time } = statement;
  return {
    chain,
    sequence,
    hash,
    time,
    publicKey: publicKeyText(key),
    signature: sign(null, signedBytes(statement), key).toString('base64'),
  };
}

/** True where the signature is that of the public key the checkpoint names; whose key that is, is another question. */
export function sealHolds(checkpoint: Checkpoint): boolean {
  const raw = bytesOf(checkpoint.publicKey);
  const signature = bytesOf(checkpoint.signature);
  if (raw === undefined || signature === undefined) return false;
  try {
    const x = raw.toString('base64url');
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    return verify(null, signedBytes(checkpoint), key, signature);
  } catch {
    // A key or a signature of the wrong shape signs nothing.
    return false;
  }
}

/** Base64 of the 32 raw bytes of the public half of an Ed25519 key. */
export function publicKeyText(key: KeyObject): string {
  const { x } = createPublicKey(key).export({ format: 'jwk' });
  if (x === undefined) throw new Error('The device key is no Ed25519 key.');
  return Buffer.from(x, 'base64url').toString('base64');
}

/** The checkpoint whose RFC 8785 form a text is; undefined where it is anything else. */
export function readCheckpoint(text: string): Checkpoint | undefined {
  const parsed = z.strictObject(Checkpoint.shape).safeParse(readCanonical(text));
  return parsed.success ? parsed.data : undefined;
}

const signedBytes = ({ chain, sequence, hash, time }: Statement): Buffer =>
  Buffer.from(canonical({ chain, hash, sequence, time }), 'utf8');

/** The bytes of strict base64 (RFC 4648); Buffer would take many texts for the same bytes. */
function bytesOf(base64: string): Buffer | undefined {
  const bytes = Buffer.from(base64, 'base64');
  return bytes.toString('base64') === base64 ? bytes : undefined;
}
