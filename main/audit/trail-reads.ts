import { statSync } from 'node:fs';
import type { Entry } from '../../shared/audit.ts';
import { entryOf, type Head, type Sealed } from './appender.ts';
import type { PageQuery } from './pages.ts';
import type { Session } from './session.ts';
import type { StoredEntry } from './stored-entry.ts';

/** Runs what only reads; where the trail cannot be read there is `otherwise`. */
type Reading = <T>(work: (session: Session) => T, otherwise: T) => T;

/** The newest entries of this process that are kept at hand: a dashboard shows no more at a glance. */
const mostKept = 64;

/** What a trail tells of itself. `reading` writes first what waits to be written. */
export function makeTrailReads(path: string, reading: Reading) {
  const newest: Sealed[] = [];

  /** The newest entries without a look at the file, as long as nobody else has written since. */
  function kept(limit: number, head: Head | undefined): Entry[] | undefined {
    const last = newest.at(-1);
    if (head === undefined || last === undefined || newest.length < limit) return undefined;
    if (last.sequence !== head.sequence || last.hash !== head.hash) return undefined;
    return newest
      .slice(newest.length - limit)
      .reverse()
      .map(entryOf);
  }

  return {
    /** Takes in what was written, so that it need not be read. */
    wrote(sealed: readonly Sealed[]): void {
      if (newest.at(-1)?.hash !== sealed[0]?.previousHash) newest.length = 0;
      newest.push(...sealed);
      if (newest.length > 2 * mostKept) newest.splice(0, newest.length - mostKept);
    },
    reads: {
      /** Where the chain ends, whoever wrote it; undefined while it is empty or cannot be read. */
      last: (): Head | undefined => reading((session) => session.appender.head(), undefined),
      /** A page of entries, newest first. */
      page: (query: PageQuery): Entry[] => reading(({ pages }) => pages.page(query), []),
      /** The newest entries, newest first. */
      recent: (limit: number): Entry[] =>
        reading(
          ({ appender, pages }) =>
            kept(limit, appender.head()) ?? pages.page({ limit, search: '', outcome: 'all' }),
          [],
        ),
      /** The rows from a sequence on, in order. */
      rowsFrom: (sequence: number, limit: number): StoredEntry[] =>
        reading(({ pages }) => pages.rowsFrom(sequence, limit), []),
      /** The canonical texts of the checkpoints with a number above `n`, in order. */
      checkpointsAfter: (n: number, limit: number) =>
        reading((session) => session.checkpointsAfter(n, limit), []),
      /** The canonical text of the newest checkpoint. */
      lastCheckpoint: (): string | undefined =>
        reading((session) => session.lastCheckpoint(), undefined),
      /** How many entries the trail holds, and its size on the disk in bytes. */
      size: () => ({
        entries: reading((session) => session.appender.head()?.sequence ?? 0, 0),
        bytes: [path, `${path}-wal`]
          .map((file) => statSync(file, { throwIfNoEntry: false })?.size ?? 0)
          .reduce((sum, size) => sum + size, 0),
      }),
    },
  };
}
