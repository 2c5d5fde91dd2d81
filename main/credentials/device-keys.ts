import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { fail, ok, type Result } from '../../shared/outcome.ts';
import type { Keychain } from './keychain.ts';

/** Reads a key from the keychain, or makes it once; what the keychain then holds is what counts, should two race. */
async function once(
  keychain: Keychain,
  account: string,
  make: () => string,
): Promise<Result<string>> {
  const known = await keychain.get(account);
  if (!known.ok) return known;
  if (known.value !== undefined) return ok(known.value);
  const set = await keychain.set(account, make());
  if (!set.ok) return set;
  const kept = await keychain.get(account);
  if (!kept.ok) return kept;
  return kept.value === undefined
    ? fail('keychain-failed', 'The keychain did not keep a new key. Check it, then try again.')
    : ok(kept.value);
}

/**
 * The keys of this device, each made at first use: 32 bytes that seal config backups, and the Ed25519 key (RFC 8032,
 * PKCS #8) that signs checkpoints of the trail.
 */
export function deviceKeys(keychain: Keychain) {
  let backup: Promise<Result<Buffer>> | undefined;
  let signing: Promise<Result<KeyObject>> | undefined;

  async function readBackup(): Promise<Result<Buffer>> {
    const text = await once(keychain, 'backup-key', () => randomBytes(32).toString('base64'));
    if (!text.ok) return text;
    const key = Buffer.from(text.value, 'base64');
    return key.length === 32 ? ok(key) : damaged('that seals backups');
  }

  async function readSigning(): Promise<Result<KeyObject>> {
    const text = await once(keychain, 'device-key', () =>
      generateKeyPairSync('ed25519')
        .privateKey.export({ type: 'pkcs8', format: 'der' })
        .toString('base64'),
    );
    if (!text.ok) return text;
    try {
      const key = createPrivateKey({
        key: Buffer.from(text.value, 'base64'),
        type: 'pkcs8',
        format: 'der',
      });
      return key.asymmetricKeyType === 'ed25519' ? ok(key) : damaged('that signs checkpoints');
    } catch {
      // Not a key any more; making another one in its place would hide that.
      return damaged('that signs checkpoints');
    }
  }

  return {
    backupKey: async (): Promise<Result<Buffer>> => {
      backup ??= readBackup();
      const key = await backup;
      if (!key.ok) backup = undefined;
      return key;
    },
    signingKey: async (): Promise<Result<KeyObject>> => {
      signing ??= readSigning();
      const key = await signing;
      if (!key.ok) signing = undefined;
      return key;
    },
  };
}

const damaged = (which: string) =>
  fail(
    'key-damaged',
    `The key ${which} in the keychain is damaged. Remove the item in the keychain to have a new one made.`,
  );
