import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { fail, ok, type Result } from '../../shared/outcome.ts';
import type { Platform } from './client-record.ts';
import { codeOf, sha256 } from './config-file.ts';
import { writeOwnFile } from './durable-file.ts';
import type { BackupStore, JournalRecord } from './journal.ts';

const magic = Buffer.from('AIRLOCKB\x01', 'latin1');
const ivBytes = 12;
const tagBytes = 16;

/**
 * Originals in `<data>/backups/<journal id>.bin`: `AIRLOCKB`, a version byte (1), a 12-byte nonce, a 16-byte tag, and
 * the file under AES-256-GCM (NIST SP 800-38D). The tag also covers the header and what the journal says about the
 * file, so that a backup cannot be passed off as another's. `key` gives 32 bytes from the keychain, and its problem
 * is passed on: without a key nothing is kept in plain text.
 */
export function sealedBackups(
  dataFolder: string,
  platform: Platform,
  key: () => Promise<Result<Buffer>>,
): BackupStore {
  const fileOf = (id: string) => path.join(dataFolder, 'backups', `${id}.bin`);
  return {
    async save(record, original) {
      const secret = await usableKey(key);
      if (!secret.ok) return secret;
      const iv = randomBytes(ivBytes);
      const cipher = createCipheriv('aes-256-gcm', secret.value, iv).setAAD(bound(record));
      const body = Buffer.concat([cipher.update(original), cipher.final()]);
      const bytes = Buffer.concat([magic, iv, cipher.getAuthTag(), body]);
      return attempt('backup-unwritable', 'write the backup of the file', async () => {
        await writeOwnFile(fileOf(record.id), bytes, platform);
        return null;
      });
    },
    async load(record) {
      const secret = await usableKey(key);
      if (!secret.ok) return secret;
      const read = await attempt('backup-unreadable', 'read the backup of the file', () =>
        readFile(fileOf(record.id)),
      );
      if (!read.ok) return read;
      const original = unseal(read.value, secret.value, record);
      if (original !== undefined && sha256(original) === record.beforeHash) return ok(original);
      return fail(
        'backup-damaged',
        `The backup ${fileOf(record.id)} is damaged or was made with another key, so it was not used.`,
      );
    },
    remove: (id) =>
      attempt('backup-unwritable', 'remove the backup of the file', async () => {
        await rm(fileOf(id), { force: true });
        return null;
      }),
  };
}

function unseal(bytes: Buffer, key: Buffer, record: JournalRecord): Buffer | undefined {
  const bodyAt = magic.length + ivBytes + tagBytes;
  if (bytes.length < bodyAt || !bytes.subarray(0, magic.length).equals(magic)) return undefined;
  const iv = bytes.subarray(magic.length, magic.length + ivBytes);
  const tag = bytes.subarray(magic.length + ivBytes, bodyAt);
  const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: tagBytes });
  decipher.setAAD(bound(record)).setAuthTag(tag);
  try {
    return Buffer.concat([decipher.update(bytes.subarray(bodyAt)), decipher.final()]);
  } catch {
    // The one thing that final() throws for is a tag that does not fit: the damage the caller reports.
    return undefined;
  }
}

/** What the tag covers besides the bytes: only what never changes over a record's life. */
const bound = ({ id, clientId, realPath, mode, beforeHash }: JournalRecord) =>
  Buffer.concat([magic, Buffer.from(JSON.stringify([id, clientId, realPath, mode, beforeHash]))]);

async function usableKey(key: () => Promise<Result<Buffer>>): Promise<Result<Buffer>> {
  const found = await key();
  if (found.ok && found.value.length !== 32) throw new Error('A backup key has 32 bytes.');
  return found;
}

async function attempt<T>(code: string, what: string, run: () => Promise<T>): Promise<Result<T>> {
  try {
    return ok(await run());
  } catch (error) {
    return fail(
      code,
      `Airlock could not ${what} (${codeOf(error) ?? 'unknown error'}). Check the free space and permissions of its data folder.`,
    );
  }
}
