import { changeable } from './change.ts';
import type { ConfigBytes } from './config-file.ts';
import type { ConfigEntry } from './entry.ts';
import { whyNot } from './judge.ts';
import type { KnownPath } from './known-files.ts';
import type { ClientPorts } from './ports.ts';
import { loadVendorRules } from './vendor-rules.ts';
import { visibleText } from './visible-text.ts';
import { placeKey, type Standing, serverIdOf } from './watch-entries.ts';
import type { WatchedEntry, WatchPorts } from './watch-event.ts';
import type { EntryAction, FileMemory } from './watch-memory.ts';

/** An entry that leads past Airlock, and what is done about it. */
export interface Finding {
  readonly entry: WatchedEntry;
  readonly place: string;
  readonly action: EntryAction;
  /** Why it cannot be routed, as a sentence; `action` is `leave` then. */
  readonly cannot?: string;
}

/** One look at a file that could be read. */
export interface FileLook {
  readonly known: KnownPath;
  readonly read: ConfigBytes;
  readonly standing: Standing;
  /** Direct entries that were not there before. */
  readonly fresh: readonly ConfigEntry[];
}

/**
 * Every entry that has come to lead past Airlock, with the action that policy or a person wants. What the rules of
 * its client or of writing (a git work tree, a managed file) forbid to route is left, whatever policy says.
 */
export async function findingsOf(
  look: FileLook,
  ports: WatchPorts,
  memory: FileMemory,
): Promise<Finding[]> {
  const { known, read, standing, fresh } = look;
  const { configs } = ports;
  const { client } = known;
  if (standing.drifted.length === 0 && fresh.length === 0) return [];
  const { records } = await configs.journal.list();
  const restored = records.some(
    ({ state, beforeHash, path }) =>
      state === 'written' && path === known.path && beforeHash === read.hash,
  );
  const closing = new Set(
    records.flatMap(({ state, entries }) =>
      state === 'written' ? [] : entries.map(({ connection }) => connection.id),
    ),
  );
  const [may, verdict] = await Promise.all([
    changeable({ ...known, read: { ok: true, value: read } }, withoutWaiting(configs)),
    loadVendorRules([client], configs.machine, configs),
  ]);
  const stands = (entry: ConfigEntry): string | undefined =>
    whyNot(entry, client, { ...configs, verdict }, 'con_(new)')?.reason ??
    (may.ok ? undefined : may.problem.message);
  const seen = (entry: ConfigEntry) => ({
    clientId: client.id,
    clientName: client.name,
    file: known.path,
    entry: configs.mask(visibleText(entry.name)),
    keyPath: entry.keyPath,
    serverId: serverIdOf(entry, client, configs),
  });
  const finding = (entry: WatchedEntry, config: ConfigEntry, wanted: () => EntryAction) => {
    const place = placeKey(entry.keyPath);
    const cannot = stands(config);
    if (cannot !== undefined) return { entry, place, action: 'leave' as const, cannot };
    const action = memory.answers.get(place) ?? wanted();
    return { entry, place, action: canBlock(action, ports) ? action : ('ask' as const) };
  };
  return [
    ...standing.drifted
      .filter(({ connection }) => !closing.has(connection.id))
      .map(({ connection, entry }) => {
        const base = seen(entry);
        const watched: WatchedEntry = {
          ...base,
          kind: restored ? 'restored-by-hand' : 'drifted',
          sameServer: base.serverId === connection.serverId,
          connectionId: connection.id,
        };
        return finding(watched, entry, () => ports.onDrift?.(watched) ?? 'reapply');
      }),
    ...fresh.map((entry) => {
      const watched: WatchedEntry = { ...seen(entry), kind: 'new-entry', sameServer: false };
      return finding(watched, entry, () => ports.onNewEntry?.(watched) ?? 'ask');
    }),
  ];
}

const canBlock = (action: EntryAction, { block }: WatchPorts) =>
  action !== 'block' || block !== undefined;

/**
 * An app that writes its stale settings back while it runs is not waited for: what it undoes is seen and done again,
 * and until then the file is right for its next start.
 */
export function withoutWaiting({ isRunning: _, ...ports }: ClientPorts): ClientPorts {
  return ports;
}
