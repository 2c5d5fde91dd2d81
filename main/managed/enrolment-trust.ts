import { constants, type Stats } from 'node:fs';
import { lstat, open, realpath } from 'node:fs/promises';
import path from 'node:path';
import { fail, ok, type Problem, type Result } from '../../shared/outcome.ts';
import type { FilePlace } from './enrolment-place.ts';

/** Why a file is not taken: it is not there, or it is there and cannot be trusted or read. */
export type PlaceProblem = Problem & { readonly code: 'absent' | 'unreadable' };

/** An enrolment is a page of text; more than this is something else. */
const maxBytes = 262_144;

const unreadable = (message: string) => fail('unreadable', message);

/** What is wrong with the owner and mode of a file or folder, as part of a sentence; undefined where nothing is. */
export function looseness(
  { uid, mode }: Pick<Stats, 'uid' | 'mode'>,
  owner: number,
): string | undefined {
  if (uid !== owner) return 'does not belong to the administrator';
  return (mode & 0o022) === 0 ? undefined : 'can be written by others than the administrator';
}

function foldersAbove(place: FilePlace): string[] {
  const folders: string[] = [];
  for (let at = path.dirname(place.path); ; at = path.dirname(at)) {
    folders.unshift(at);
    if (at === place.top || at === path.dirname(at)) return folders;
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error);

function problemOf(error: unknown, file: string): Result<never, PlaceProblem> {
  const code = codeOf(error);
  if (code === 'ENOENT') return fail('absent', `${file} does not exist.`);
  if (code === 'ELOOP') return unreadable(`${file} is a link. Put the file itself there.`);
  return unreadable(`${file} cannot be opened (${code}).`);
}

/**
 * Reads a file of the administrator on POSIX: itself and every folder above it, up to `top`, belong to `owner`, nobody
 * else may write them, and none of them is a link. The bytes come from the very file that was judged.
 */
export async function readTrustedPosix(place: FilePlace): Promise<Result<Buffer, PlaceProblem>> {
  const { path: file, owner } = place;
  try {
    const handle = await open(
      file,
      constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
    );
    try {
      if ((await realpath(file)) !== path.resolve(file)) {
        return unreadable(`${file} is reached through a link. Put the file itself there.`);
      }
      for (const folder of foldersAbove(place)) {
        const loose = looseness(await lstat(folder), owner);
        if (loose !== undefined) {
          return unreadable(`${file} is not trusted: the folder ${folder} ${loose}.`);
        }
      }
      const stat = await handle.stat();
      if (!stat.isFile()) return unreadable(`${file} is not a regular file.`);
      const loose = looseness(stat, owner);
      if (loose !== undefined) return unreadable(`${file} is not trusted: it ${loose}.`);
      if (stat.size > maxBytes) return unreadable(`${file} is larger than 256 KiB.`);
      return ok(await handle.readFile());
    } finally {
      await handle.close();
    }
  } catch (error) {
    return problemOf(error, file);
  }
}
