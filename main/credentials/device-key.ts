import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { Result } from '../../shared/outcome.ts';
import type { Keychain, KeychainProblem } from './keychain.ts';
import { onceKept } from './once.ts';

/**
 * The key that signs the checkpoints of the trail: Ed25519 (RFC 8032), made once, kept as PKCS #8 DER in base64
 * under `device-key`. It never leaves the process but for the keychain.
 */
export const makeDeviceKey = (
  keychain: Keychain,
): (() => Promise<Result<KeyObject, KeychainProblem>>) =>
  onceKept(keychain, {
    account: 'device-key',
    make: () =>
      generateKeyPairSync('ed25519')
        .privateKey.export({ type: 'pkcs8', format: 'der' })
        .toString('base64'),
    read: privateKeyOf,
    damaged:
      'The device key in the keychain is damaged, so checkpoints cannot be signed. Remove the entry "device-key" to start with a new one; the trail will record the change.',
  });

function privateKeyOf(text: string): KeyObject | undefined {
  try {
    const key = createPrivateKey({
      key: Buffer.from(text, 'base64'),
      type: 'pkcs8',
      format: 'der',
    });
    return key.asymmetricKeyType === 'ed25519' ? key : undefined;
  } catch {
    return undefined;
  }
}
