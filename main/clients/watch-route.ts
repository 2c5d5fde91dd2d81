import { readConfigFile } from './config-file.ts';
import type { ClientPorts } from './ports.ts';
import { protect } from './protect.ts';
import { settle } from './settle.ts';
import { placeKey } from './watch-entries.ts';
import type { WatchPorts } from './watch-event.ts';
import { type FileLook, type Finding, withoutWaiting } from './watch-findings.ts';
import { type FileMemory, wholeFile } from './watch-memory.ts';
import { gaveUpSentence, refusedSentence, routedSentence } from './watch-sentences.ts';

/** A write that something stood in the way of is tried again after so long. */
const refusedMs = 15_000;

/** What is left to do: to look at the file again after so many milliseconds, though nothing may tell. */
export interface Look {
  readonly againMs?: number;
}

/**
 * Routes the entries that are to be routed, in one write based on the bytes that were looked at: whatever the client
 * writes meanwhile stands, and is looked at again.
 */
export async function routeFindings(
  { known, read }: FileLook,
  findings: readonly Finding[],
  ports: WatchPorts,
  memory: FileMemory,
  now: () => number,
): Promise<Look> {
  const { client, path } = known;
  const wanted = findings.filter(({ action }) => isRouting(action));
  if (wanted.length === 0) return {};
  if (!memory.limit.take(now())) {
    const sentence = gaveUpSentence(path, client, memory.refused);
    memory.tell(wholeFile, `gave-up ${now()}`, { kind: 'gave-up', sentence });
    return { againMs: memory.limit.waitMs(now()) };
  }
  const [change] = await protect(portsFor(wanted, ports), [
    {
      clientId: client.id,
      path,
      basedOn: read.hash,
      places: wanted.map(({ entry }) => entry.keyPath),
    },
  ]);
  const after = await readConfigFile(path);
  if (change?.result === 'changed') {
    memory.refused = undefined;
    for (const { entry, place, action } of wanted) {
      const kind = action === 'reapply' ? 'reapplied' : 'routed';
      const sentence = routedSentence(entry.entry, client);
      memory.answers.delete(place);
      memory.untell(`${place} refused`);
      memory.tell(place, kind, { kind, entry: entry.entry, keyPath: entry.keyPath, sentence });
    }
    return { againMs: 0 };
  }
  // The client was faster: its bytes are looked at as they are now.
  if (!after.ok || after.value.hash !== read.hash) return { againMs: 0 };
  const reason = change?.reason ?? 'Nothing in it could be changed.';
  memory.refused = reason;
  for (const { entry, place } of wanted) {
    const sentence = refusedSentence(entry.entry, client, reason);
    memory.tell(`${place} refused`, reason, {
      kind: 'refused',
      entry: entry.entry,
      keyPath: entry.keyPath,
      sentence,
    });
  }
  return { againMs: refusedMs };
}

const isRouting = (action: Finding['action']) =>
  action === 'reapply' || action === 'route' || action === 'block';

/** Connections that are to be blocked are blocked before the relay knows them. */
function portsFor(wanted: readonly Finding[], { configs, block }: WatchPorts) {
  const blocked = new Set(
    wanted.flatMap(({ action, place }) => (action === 'block' ? [place] : [])),
  );
  const plain = withoutWaiting(configs);
  if (blocked.size === 0 || block === undefined) return plain;
  const { connections } = configs;
  return {
    ...plain,
    connections: {
      list: () => connections.list(),
      markRestored: (id: string, at: number) => connections.markRestored(id, at),
      put(connection: Parameters<typeof connections.put>[0]) {
        if (blocked.has(placeKey(connection.keyPath))) block(connection);
        connections.put(connection);
      },
    },
  };
}

/** Ends a connection whose entry leads elsewhere, as a restore does; one that another file leads to goes on. */
export async function endConnection(id: string, ports: ClientPorts): Promise<void> {
  const { records } = await ports.journal.list();
  for (const record of records) {
    if (record.state !== 'written') continue;
    if (!record.entries.some(({ connection }) => connection.id === id)) continue;
    await ports.journal.put({ ...record, state: 'restoring' });
  }
  await settle(ports, (connection) => connection.id === id);
}
