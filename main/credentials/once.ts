import { fail, ok, type Result } from '../../shared/outcome.ts';
import type { Keychain, KeychainProblem } from './keychain.ts';

/** A key that is made once and kept for good. */
export interface OnceKey<T> {
  readonly account: string;
  /** Makes a new key as the text that is kept. */
  make(): string;
  /** Reads a kept text; undefined where it is damaged. */
  read(text: string): T | undefined;
  /** What to tell where it is damaged. A damaged key is never renewed: what it opened would be lost unseen. */
  readonly damaged: string;
}

/**
 * Gets a key, made at the first call. Callers at the same time share one attempt; after the write the kept value
 * is read back, so that another process that wrote at the same moment wins for both. (The app holds a
 * single-instance lock; this covers the moment of its start.)
 */
export function onceKept<T>(
  keychain: Keychain,
  key: OnceKey<T>,
): () => Promise<Result<T, KeychainProblem>> {
  let attempt: Promise<Result<T, KeychainProblem>> | undefined;

  const read = (text: string): Result<T, KeychainProblem> => {
    const value = key.read(text);
    return value === undefined ? fail('keychain-damaged', key.damaged) : ok(value);
  };

  const getOrMake = async (): Promise<Result<T, KeychainProblem>> => {
    const kept = await keychain.get(key.account);
    if (!kept.ok) return kept;
    if (kept.value !== undefined) return read(kept.value);
    const written = await keychain.set(key.account, key.make());
    if (!written.ok) return written;
    const now = await keychain.get(key.account);
    if (!now.ok) return now;
    return read(now.value ?? '');
  };

  return async () => {
    attempt ??= getOrMake();
    const result = await attempt;
    if (!result.ok) attempt = undefined;
    return result;
  };
}
