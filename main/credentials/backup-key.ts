import { randomBytes } from 'node:crypto';
import type { Result } from '../../shared/outcome.ts';
import type { Keychain, KeychainProblem } from './keychain.ts';
import { onceKept } from './once.ts';

/**
 * The key that seals the backups of config files: 32 random bytes, made once, kept in base64 under `backup-key`.
 * The same bytes come back from every call.
 */
export const makeBackupKey = (
  keychain: Keychain,
): (() => Promise<Result<Uint8Array, KeychainProblem>>) =>
  onceKept<Uint8Array>(keychain, {
    account: 'backup-key',
    make: () => randomBytes(32).toString('base64'),
    read: (text) => {
      const bytes = Buffer.from(text, 'base64');
      return bytes.length === 32 ? new Uint8Array(bytes) : undefined;
    },
    damaged:
      'The key of the config backups in the keychain is damaged, so older backups cannot be opened. Remove the entry "backup-key" to start with a new one.',
  });
