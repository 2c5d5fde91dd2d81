import { exportJWK, generateKeyPair, type JWK } from 'jose';
import type { EnrolledKey } from '../../../shared/managed.ts';

/** A key of IT: the part that is enrolled, and the part that signs. */
export interface TestKey {
  readonly enrolled: EnrolledKey;
  readonly secret: JWK & { readonly kid: string };
}

/** Makes a fresh Ed25519 pair under a name. */
export async function aKeyPair(kid: string): Promise<TestKey> {
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const secret = { ...(await exportJWK(privateKey)), kid };
  return { secret, enrolled: { kid, kty: 'OKP', crv: 'Ed25519', x: secret.x ?? '' } };
}
