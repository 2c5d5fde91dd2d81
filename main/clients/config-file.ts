import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, open, readdir, readlink, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { fail, ok, type Result } from '../../shared/outcome.ts';
import type { ConfigPattern } from './config-paths.ts';

/** Files above this many bytes are reported and left alone: no hand-kept config comes near it. */
export const maxConfigBytes = 10 * 1024 * 1024;

/** A glob names at most this many files, so that a folder of a million profiles cannot stall a scan. */
const maxMatches = 500;

/** A config as it lay on disk at one moment. */
export interface ConfigBytes {
  /** The path it was asked for by, and where that leads once every link is followed. */
  readonly path: string;
  readonly realPath: string;
  /** What the last link says, where `path` itself is a link. */
  readonly linkTarget?: string;
  readonly bytes: Buffer;
  /** Hex SHA-256 of `bytes`. */
  readonly hash: string;
  /** Permission bits. */
  readonly mode: number;
  readonly uid: number;
  /** How many names the file has. */
  readonly links: number;
}

/** Hex SHA-256. */
export const sha256 = (bytes: Uint8Array | string): string =>
  createHash('sha256').update(bytes).digest('hex');

/**
 * Reads a config without ever hanging on what may lie there instead of a file: the kind is looked at first, and the
 * open does not wait for the other end of a pipe. Problems: `absent` when there is nothing, else `link-broken`,
 * `not-a-file`, `too-large` or `unreadable`, each with a sentence for the person.
 */
export async function readConfigFile(file: string): Promise<Result<ConfigBytes>> {
  try {
    const own = await lstat(file);
    const linkTarget = own.isSymbolicLink() ? await readlink(file) : undefined;
    const found = await stat(file).catch((error: unknown) => {
      if (linkTarget !== undefined && codeOf(error) === 'ENOENT') return undefined;
      throw error;
    });
    if (found === undefined) {
      return fail('link-broken', `It is a link to ${linkTarget}, which is not there.`);
    }
    if (!found.isFile()) return notAFile(found.isDirectory());
    if (found.size > maxConfigBytes) return tooLarge();
    const realPath = await realpath(file);
    const handle = await open(realPath, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const info = await handle.stat();
      if (!info.isFile()) return notAFile(info.isDirectory());
      if (info.size > maxConfigBytes) return tooLarge();
      const bytes = await handle.readFile();
      if (bytes.length > maxConfigBytes) return tooLarge();
      return ok({
        path: file,
        realPath,
        ...(linkTarget === undefined ? {} : { linkTarget }),
        bytes,
        hash: sha256(bytes),
        mode: info.mode & 0o7777,
        uid: info.uid,
        links: info.nlink,
      });
    } finally {
      await handle.close();
    }
  } catch (error) {
    return unreadable(error);
  }
}

/** The paths a pattern names now, sorted; a folder that cannot be listed names none. Never throws. */
export async function matchPattern(
  pattern: Pick<ConfigPattern, 'base' | 'tail'>,
): Promise<string[]> {
  let found = [pattern.base];
  for (const segment of pattern.tail) {
    const next = await Promise.all(
      found.map(async (folder) => {
        if (!segment.includes('*')) return [path.join(folder, segment)];
        const names = await readdir(folder).catch((): string[] => []);
        const wanted = globToPattern(segment);
        return names
          .filter((name) => wanted.test(name))
          .sort()
          .map((name) => path.join(folder, name));
      }),
    );
    found = next.flat().slice(0, maxMatches);
  }
  return found;
}

const globToPattern = (segment: string) =>
  new RegExp(`^${segment.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '[^/\\\\]*')}$`);

const notAFile = (folder: boolean) =>
  fail(
    'not-a-file',
    folder
      ? 'There is a folder where the file should be.'
      : 'It is not a regular file (a pipe, socket or device), so it was not opened.',
  );

const tooLarge = () =>
  fail('too-large', 'It is larger than 10 MB, so it was left alone. Check what has filled it.');

/** The code of a system error, or undefined for any other error. */
export function codeOf(error: unknown): string | undefined {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') {
    return error.code;
  }
  return undefined;
}

function unreadable(error: unknown): Result<never> {
  const code = codeOf(error);
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return fail('absent', 'There is no such file.');
    case 'EACCES':
    case 'EPERM':
      return fail(
        'unreadable',
        'You may not read it. Check the permissions of the file and its folder.',
      );
    case 'ELOOP':
      return fail(
        'link-broken',
        'Its links lead in a circle. Remove the link and put the file back.',
      );
    case 'EBUSY':
      return fail('unreadable', 'Another program holds it open. Close that program and try again.');
    default:
      return fail('unreadable', `It could not be read (${code ?? 'unknown error'}).`);
  }
}
