import { readdir } from 'node:fs/promises';
import type { FileView } from '../../shared/client.ts';
import type { Result } from '../../shared/outcome.ts';
import { type Client, type ConfigPath, inForm } from './client-record.ts';
import { type ConfigBytes, matchPattern, readConfigFile } from './config-file.ts';
import {
  type ConfigPattern,
  configPatterns,
  type Machine,
  workspacePatterns,
} from './config-paths.ts';

/** A place where a client's config may lie. */
export interface KnownPath {
  /** The client, as it reads this very file. */
  readonly client: Client;
  readonly path: string;
  readonly scope: FileView['scope'];
  /** The name of the file's form, where it is not the client's own. */
  readonly form?: string;
  /** Ids of other clients that are known to read it. */
  readonly readers?: readonly string[];
}

/** A config that is there, or something in its place, as it was read. */
export interface KnownFile extends KnownPath {
  readonly read: Result<ConfigBytes>;
  /** Set when an earlier path leads to the same file: that one speaks for both. */
  readonly sameAs?: KnownPath;
}

/** Folders that were not chosen by the person but named by clients: their configs are only shown. */
export interface Elsewhere {
  readonly folders: readonly string[];
}

/** Every path this machine's clients may read, in catalogue order, each once per client. */
export async function knownPaths(
  clients: readonly Client[],
  machine: Machine,
  elsewhere: Elsewhere = { folders: [] },
): Promise<KnownPath[]> {
  const chosen = machine.workspaces ?? [];
  const others = elsewhere.folders.filter((folder) => !chosen.includes(folder));
  const listings = new Map(
    await Promise.all(
      [...chosen, ...others].map(
        async (folder) => [folder, await readdir(folder).catch((): string[] => [])] as const,
      ),
    ),
  );
  /** One look into a folder tells of most configs that they are not there. */
  const below = (client: Client, folder: string) =>
    workspacePatterns(client, folder).filter(({ tail: [first = ''] }) =>
      listings
        .get(folder)
        ?.some((name) => name === first || (first.includes('*') && isGlobbed(first, name))),
    );
  const perClient = await Promise.all(
    clients.map(async (client) => {
      const patterns: readonly (ConfigPattern & { readonly shownOnly?: string })[] = [
        ...configPatterns(client, machine),
        ...chosen.flatMap((folder) => below(client, folder)),
        ...others.flatMap((folder) =>
          below(client, folder).map((pattern) => ({ ...pattern, shownOnly: projectFile })),
        ),
      ];
      const matches = await Promise.all(patterns.map(matchPattern));
      const byPath = new Map<string, KnownPath>();
      for (const [index, { from, shownOnly }] of patterns.entries()) {
        for (const path of matches[index] ?? []) {
          if (!byPath.has(path)) byPath.set(path, known(client, path, from, shownOnly));
        }
      }
      return [...byPath.values()];
    }),
  );
  return perClient.flat();
}

const projectFile =
  'It belongs to a project folder. Choose the folder in Airlock to route it, or set the server up under the same name for the whole user.';

const managedFile =
  'It is in a file of the administrator, which Airlock does not change. Ask IT to put Airlock in front of it, or to leave it out.';

function known(
  client: Client,
  path: string,
  from: ConfigPath,
  shownOnly: string | undefined,
): KnownPath {
  const own = inForm(client, from.form);
  const seenOnly = from.seenOnly ?? (from.scope === 'managed' ? managedFile : shownOnly);
  return {
    client:
      seenOnly === undefined
        ? own
        : { ...own, lists: own.lists.map((list) => ({ ...list, seenOnly })) },
    path,
    scope: from.scope,
    ...(from.form === undefined ? {} : { form: from.form }),
    ...(from.readers === undefined ? {} : { readers: from.readers }),
  };
}

/** Reads all of them at once and leaves out where there is nothing. Never throws. */
export async function readKnownFiles(paths: readonly KnownPath[]): Promise<KnownFile[]> {
  // One file that many clients read is opened once.
  const reading = new Map<string, Promise<Result<ConfigBytes>>>();
  const read = (path: string) => {
    const found = reading.get(path) ?? readConfigFile(path);
    reading.set(path, found);
    return found;
  };
  const reads = await Promise.all(paths.map(({ path }) => read(path)));
  const first = new Map<string, KnownPath[]>();
  return paths.flatMap((known, index): KnownFile[] => {
    const read = reads[index];
    if (read === undefined || (!read.ok && read.problem.code === 'absent')) return [];
    if (!read.ok) return [{ ...known, read }];
    const before = first.get(read.value.realPath) ?? [];
    const sameAs = before.find((other) => sharesList(other.client, known.client));
    if (sameAs !== undefined) return [{ ...known, read, sameAs }];
    first.set(read.value.realPath, [...before, known]);
    return [{ ...known, read }];
  });
}

const isGlobbed = (pattern: string, name: string) =>
  name.startsWith(pattern.slice(0, pattern.indexOf('*'))) &&
  name.endsWith(pattern.slice(pattern.lastIndexOf('*') + 1));

/** Two clients may read one file at different keys; then each has servers of its own there. */
const sharesList = (a: Client, b: Client) =>
  a.lists.some((one) => b.lists.some((other) => one.at.join('\0') === other.at.join('\0')));

/** Ids of the other clients that read a file. */
export function readersOf(file: KnownFile, files: readonly KnownFile[]): string[] {
  const same = files.flatMap(({ client, sameAs }) =>
    sameAs?.path === file.path && sameAs.client.id === file.client.id ? [client.id] : [],
  );
  return [...new Set([...(file.readers ?? []), ...same])].filter((id) => id !== file.client.id);
}

/** Why the second of two paths to one file is left to the first. */
export const sameFileSentence = ({ client, path }: KnownPath): string =>
  `It is the same file as ${path} of ${client.name} and is handled there.`;
