import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { z } from 'zod';
import { Checkpoint } from '../../shared/audit.ts';
import { canonical } from './canonical.ts';

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
  try {
    const key = createPublicKey({
      key: { kty: 'OKP', crv: 'Ed25519', x: rawToUrl(checkpoint.publicKey) },
      format: 'jwk',
    });
    return verify(null, signedBytes(checkpoint), key, Buffer.from(checkpoint.signature, 'base64'));
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

/** The checkpoint in a text; undefined where there is none. */
export function readCheckpoint(text: string): Checkpoint | undefined {
  try {
    const parsed = z.strictObject(Checkpoint.shape).safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    // Not JSON: the same answer as for JSON of another shape.
    return undefined;
  }
}

const signedBytes = ({ chain, sequence, hash, time }: Statement): Buffer =>
  Buffer.from(canonical({ chain, hash, sequence, time }), 'utf8');

const rawToUrl = (base64: string): string => Buffer.from(base64, 'base64').toString('base64url');
