import { createHash, randomBytes } from 'node:crypto';
import { fail, ok, type Result } from '../../shared/outcome.ts';
import type { Keychain, KeychainProblem } from './keychain.ts';

/**
 * Most bytes of one secret: Windows keeps 2,560 (CRED_MAX_CREDENTIAL_BLOB_SIZE); the other systems have no bound
 * that matters here. Undefined means unbounded.
 */
export const chunkLimit = (platform: NodeJS.Platform): number | undefined =>
  platform === 'win32' ? 2400 : undefined;

/** Cuts a text into parts of at most so many UTF-8 bytes (at least four), never inside a character. */
export function chunksOf(text: string, mostBytes: number): readonly string[] {
  const chunks: string[] = [];
  let chunk = '';
  let size = 0;
  for (const character of text) {
    const bytes = Buffer.byteLength(character);
    if (size + bytes > mostBytes) {
      chunks.push(chunk);
      chunk = '';
      size = 0;
    }
    chunk += character;
    size += bytes;
  }
  return [...chunks, chunk];
}

const head = 'airlock-chunks:';
const manifest = /^airlock-chunks:([0-9a-f]{16}):(\d{1,5}):([0-9a-f]{64})$/;

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const partName = (account: string, generation: string, index: number): string =>
  `${account}#${generation}.${index}`;

const damaged = (): Result<never, KeychainProblem> =>
  fail(
    'keychain-damaged',
    'A secret in the keychain is damaged. Enter it again for the connection it belongs to.',
  );

/**
 * Lets a keychain with a size bound hold secrets of any length. A long one is written as numbered parts first, and
 * only then as the manifest that names them, so that a crash leaves the old value or the new one, never a mixture.
 * Without a limit the keychain is returned as it is.
 */
export function chunkedKeychain(inner: Keychain, limit: number | undefined): Keychain {
  if (limit === undefined) return inner;

  const removeParts = async (account: string, value: string | undefined) => {
    const parts = manifest.exec(value ?? '');
    for (let index = 0; parts !== null && index < Number(parts[2]); index += 1) {
      await inner.remove(partName(account, parts[1] ?? '', index));
    }
  };

  return {
    async get(account) {
      const whole = await inner.get(account);
      if (!whole.ok || whole.value === undefined || !whole.value.startsWith(head)) return whole;
      const parts = manifest.exec(whole.value);
      if (parts === null) return damaged();
      let text = '';
      for (let index = 0; index < Number(parts[2]); index += 1) {
        const part = await inner.get(partName(account, parts[1] ?? '', index));
        if (!part.ok) return part;
        if (part.value === undefined) return damaged();
        text += part.value;
      }
      return sha256(text) === parts[3] ? ok(text) : damaged();
    },

    async set(account, secret) {
      const old = await inner.get(account);
      if (!old.ok) return old;
      const short = Buffer.byteLength(secret) <= limit && !secret.startsWith(head);
      let value = secret;
      if (!short) {
        const generation = randomBytes(8).toString('hex');
        const chunks = chunksOf(secret, limit);
        for (const [index, chunk] of chunks.entries()) {
          const written = await inner.set(partName(account, generation, index), chunk);
          if (!written.ok) return written;
        }
        value = `${head}${generation}:${chunks.length}:${sha256(secret)}`;
      }
      const written = await inner.set(account, value);
      if (written.ok) await removeParts(account, old.value);
      return written;
    },

    async remove(account) {
      const old = await inner.get(account);
      if (!old.ok) return old;
      const removed = await inner.remove(account);
      if (removed.ok) await removeParts(account, old.value);
      return removed;
    },
  };
}
