import { lstat, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { UngovernedView } from '../../shared/client.ts';
import type { Client, Ungoverned } from './client-record.ts';
import { matchPattern } from './config-file.ts';
import { type Machine, patternOf } from './config-paths.ts';
import { visibleText } from './visible-text.ts';

/** So many things of one kind are named; a folder with more is told of by these. */
const maxNamed = 50;

/**
 * What no edit of a config can govern: everything that shows on this machine, and for the clients that are here
 * (`present`: their ids) also what leaves no trace. Never throws.
 */
export async function findUngoverned(
  clients: readonly Client[],
  present: ReadonlySet<string>,
  machine: Machine,
): Promise<UngovernedView[]> {
  const found = await Promise.all(
    clients.flatMap((client) =>
      client.beyond.map((one) =>
        one.paths === undefined
          ? Promise.resolve(present.has(client.id) ? [view(client, one)] : [])
          : seen(client, one, machine),
      ),
    ),
  );
  return found.flat();
}

const view = (client: Client, { kind, what, advice }: Ungoverned): UngovernedView => ({
  clientId: client.id,
  clientName: client.name,
  kind,
  name: what,
  advice,
});

async function seen(client: Client, one: Ungoverned, machine: Machine): Promise<UngovernedView[]> {
  const patterns = (one.paths?.[machine.platform] ?? []).flatMap(
    (template) => patternOf(template, machine) ?? [],
  );
  const matches = (await Promise.all(patterns.map(matchPattern))).flat().slice(0, maxNamed);
  const views = await Promise.all(
    matches.map(async (place): Promise<UngovernedView[]> => {
      const there = await lstat(place).then(
        () => true,
        () => false,
      );
      if (!there) return [];
      const own = one.kind === 'extension' ? await manifestName(place) : undefined;
      const name = own === undefined ? one.what : `${one.what}: ${visibleText(own)}`;
      return [{ ...view(client, one), name, path: visibleText(place) }];
    }),
  );
  return views.flat();
}

/** The name an unpacked MCPB or DXT extension gives itself, else that of its folder. */
async function manifestName(folder: string): Promise<string> {
  try {
    const manifest: unknown = JSON.parse(
      await readFile(path.join(folder, 'manifest.json'), 'utf8'),
    );
    const { display_name: shown, name } = manifest as Record<string, unknown>;
    if (typeof shown === 'string') return shown.slice(0, 100);
    if (typeof name === 'string') return name.slice(0, 100);
  } catch {
    // Without a manifest that can be read, the folder's name has to do.
  }
  return path.basename(folder);
}
