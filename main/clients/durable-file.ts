import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rename, unlink } from 'node:fs/promises';
import path from 'node:path';
import { syncFolder } from './atomic-write.ts';
import type { Platform } from './client-record.ts';

/**
 * Writes a file of our own, whole or not at all and safe against a power cut once it resolves: 0600, in a folder that
 * is made 0700 where it is missing. Rejects with the system's error.
 */
export async function writeOwnFile(
  file: string,
  bytes: Uint8Array | string,
  platform: Platform,
): Promise<void> {
  const folder = path.dirname(file);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const temporary = `${file}.${randomBytes(8).toString('hex')}.tmp`;
  const handle = await open(temporary, 'wx', 0o600);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
  try {
    await rename(temporary, file);
  } catch (error) {
    await unlink(temporary);
    throw error;
  }
  await syncFolder(folder, platform);
}

/** The names in one of our folders, without what a crash left half-written, which is removed. None when it is not there. */
export async function listOwnFiles(folder: string, ending: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  const left = names.filter((name) => /\.[0-9a-f]{16}\.tmp$/.test(name));
  await Promise.all(left.map((name) => unlink(path.join(folder, name)).catch(() => undefined)));
  return names.filter((name) => name.endsWith(ending)).sort();
}
