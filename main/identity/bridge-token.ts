import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a fresh token for this run of the app and leaves it where only this user can read it. The bridge shows it
 * in its hello: proof that it can read this user's home, also where a named pipe's own access list is too wide.
 */
export function writeBridgeToken(file: string): string {
  const token = randomBytes(32).toString('base64url');
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const fresh = `${file}.${process.pid}`;
  writeFileSync(fresh, token, { mode: 0o600 });
  chmodSync(fresh, 0o600);
  renameSync(fresh, file);
  return token;
}
