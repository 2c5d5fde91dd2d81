import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { KnownFile, KnownPath } from './known-files.ts';

/** What changes when a file is written or replaced; absent from the map where nothing is there. */
export async function marksOf(paths: readonly string[]): Promise<Map<string, string>> {
  const marks = await Promise.all(
    [...new Set(paths)].map(async (file) => [file, await markOf(file)] as const),
  );
  return new Map(marks.flatMap(([file, mark]) => (mark === undefined ? [] : [[file, mark]])));
}

const markOf = (file: string): Promise<string | undefined> =>
  stat(file).then(
    ({ dev, ino, size, mtimeMs, ctimeMs }) => [dev, ino, size, mtimeMs, ctimeMs].join(' '),
    () => undefined,
  );

/** A name for a file of a client. */
export const fileKey = ({
  client,
  path: file,
}: {
  readonly client: { readonly id: string };
  readonly path: string;
}): string => `${client.id}\0${file}`;

/** Which files a change of a name in a folder is about. */
export interface Places {
  /** Folders to watch, those with files in them first. */
  readonly folders: readonly string[];
  /** The paths that such a change may be about, as they are known. */
  about(folder: string, name: string | undefined): readonly string[];
}

/** The folders of all known paths, and of where links among them lead. */
export function placesOf(
  paths: readonly KnownPath[],
  files: readonly KnownFile[],
  platform: NodeJS.Platform,
): Places {
  const fold = (name: string) => (platform === 'linux' ? name : name.toLowerCase());
  const folders = new Map<string, Map<string, Set<string>>>();
  const add = (at: string, known: string) => {
    const folder = path.dirname(at);
    const names = folders.get(folder) ?? new Map<string, Set<string>>();
    folders.set(folder, names);
    const name = fold(path.basename(at));
    names.set(name, (names.get(name) ?? new Set()).add(known));
  };
  const there = new Set<string>();
  for (const { path: file, read, sameAs } of files) {
    const speaker = sameAs?.path ?? file;
    there.add(file);
    add(file, speaker);
    if (read.ok && read.value.realPath !== file) add(read.value.realPath, speaker);
  }
  for (const { path: file } of paths) if (!there.has(file)) add(file, file);
  return {
    folders: [...folders.keys()],
    about(folder, name) {
      const names = folders.get(folder);
      const found = name === undefined ? [...(names?.values() ?? [])] : [names?.get(fold(name))];
      return found.flatMap((known) => [...(known ?? [])]);
    },
  };
}
