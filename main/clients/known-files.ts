import type { FileView } from '../../shared/client.ts';
import type { Result } from '../../shared/outcome.ts';
import type { Client } from './client-record.ts';
import { type ConfigBytes, matchPattern, readConfigFile } from './config-file.ts';
import { configPatterns, type Machine } from './config-paths.ts';

/** A place where a client's config may lie. */
export interface KnownPath {
  readonly client: Client;
  readonly path: string;
  readonly scope: FileView['scope'];
}

/** A config that is there, or something in its place, as it was read. */
export interface KnownFile extends KnownPath {
  readonly read: Result<ConfigBytes>;
  /** Set when an earlier path leads to the same file: that one speaks for both. */
  readonly sameAs?: KnownPath;
}

/** Every path this machine's clients may read, in catalogue order, each once per client. */
export async function knownPaths(
  clients: readonly Client[],
  machine: Machine,
): Promise<KnownPath[]> {
  const perClient = await Promise.all(
    clients.map(async (client) => {
      const patterns = configPatterns(client, machine);
      const matches = await Promise.all(patterns.map(matchPattern));
      const byPath = new Map<string, KnownPath>();
      for (const [index, { scope }] of patterns.entries()) {
        for (const path of matches[index] ?? []) {
          if (!byPath.has(path)) byPath.set(path, { client, path, scope });
        }
      }
      return [...byPath.values()];
    }),
  );
  return perClient.flat();
}

/** Reads all of them at once and leaves out where there is nothing. Never throws. */
export async function readKnownFiles(paths: readonly KnownPath[]): Promise<KnownFile[]> {
  const reads = await Promise.all(paths.map(({ path }) => readConfigFile(path)));
  const first = new Map<string, KnownPath>();
  return paths.flatMap((known, index): KnownFile[] => {
    const read = reads[index];
    if (read === undefined || (!read.ok && read.problem.code === 'absent')) return [];
    if (!read.ok) return [{ ...known, read }];
    const sameAs = first.get(read.value.realPath);
    if (sameAs !== undefined) return [{ ...known, read, sameAs }];
    first.set(read.value.realPath, known);
    return [{ ...known, read }];
  });
}

/** Why the second of two paths to one file is left to the first. */
export const sameFileSentence = ({ client, path }: KnownPath): string =>
  `It is the same file as ${path} of ${client.name} and is handled there.`;
