import { type FSWatcher, watch } from 'node:fs';
import { stat } from 'node:fs/promises';

/** Watches folders, not what lies below them, so that files that are replaced or appear are seen too. */
export interface FolderWatch {
  /**
   * Watches these folders from now on and no others, in this order as many as allowed. One that is not there or
   * cannot be watched is left out; one that was replaced by another of its name is watched anew. Never throws.
   */
  set(folders: readonly string[]): Promise<void>;
  /** How many are watched now. */
  count(): number;
  close(): void;
}

interface Watched {
  readonly watcher: FSWatcher;
  readonly id: string;
}

/** `onChange` is told the name that changed in a folder; undefined where the system does not say which. */
export function watchFolders(
  onChange: (folder: string, name: string | undefined) => void,
  most: number,
  start: typeof watch = watch,
): FolderWatch {
  const watched = new Map<string, Watched>();
  let closed = false;

  function drop(folder: string): void {
    watched.get(folder)?.watcher.close();
    watched.delete(folder);
  }

  function add(folder: string, id: string): void {
    try {
      const watcher = start(folder, { persistent: false }, (_, name) =>
        onChange(folder, name ?? undefined),
      );
      // Gone, or too many watches on this machine: whoever polls still sees what happens there.
      watcher.on('error', () => {
        if (watched.get(folder)?.watcher === watcher) drop(folder);
      });
      watched.set(folder, { watcher, id });
    } catch {
      // The same as above, told at once.
    }
  }

  return {
    async set(folders) {
      const found = await Promise.all(
        [...new Set(folders)].map(async (folder) => ({ folder, id: await identityOf(folder) })),
      );
      if (closed) return;
      const wanted = new Map(
        found
          .flatMap(({ folder, id }) => (id === undefined ? [] : [[folder, id] as const]))
          .slice(0, most),
      );
      for (const [folder, { id }] of watched) if (wanted.get(folder) !== id) drop(folder);
      for (const [folder, id] of wanted) if (!watched.has(folder)) add(folder, id);
    },
    count: () => watched.size,
    close() {
      closed = true;
      for (const folder of [...watched.keys()]) drop(folder);
    },
  };
}

/** What tells a folder from another one that took its name; undefined where there is none. */
const identityOf = (folder: string): Promise<string | undefined> =>
  stat(folder).then(
    (found) => (found.isDirectory() ? `${found.dev} ${found.ino}` : undefined),
    () => undefined,
  );
