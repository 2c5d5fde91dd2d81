import type { Connection } from '../../shared/client.ts';
import { inForm } from './client-record.ts';
import type { JournalRecord } from './journal.ts';
import { type KnownFile, type KnownPath, knownPaths, readKnownFiles } from './known-files.ts';
import type { ClientPorts } from './ports.ts';

/**
 * Every config there is to look at: where clients may keep one today, and where the journal says that we wrote one,
 * should a changed environment have hidden that place.
 */
export async function readAllFiles(
  ports: ClientPorts,
  records: readonly JournalRecord[],
): Promise<KnownFile[]> {
  const known = await knownPaths(ports.clients, ports.machine);
  const paths = new Set(known.map(({ client, path }) => `${client.id} ${path}`));
  const extra: KnownPath[] = [];
  for (const { clientId, path, form } of records) {
    const client = ports.clients.find(({ id }) => id === clientId);
    if (client === undefined || paths.has(`${clientId} ${path}`)) continue;
    paths.add(`${clientId} ${path}`);
    extra.push({
      client: inForm(client, form),
      path,
      scope: 'user',
      ...(form === undefined ? {} : { form }),
    });
  }
  return readKnownFiles([...known, ...extra]);
}

/**
 * Closes what restores have begun: a connection that no known file leads to any more is marked restored and its
 * secrets leave the keychain. A record is closed with its last connection; one whose secrets could not be removed
 * stays open for the next start. A file that cannot be read counts as still leading to its connections. `ends` tells
 * which connections may be closed; absent: all.
 */
export async function settle(
  ports: ClientPorts,
  ends: (connection: Connection) => boolean = () => true,
): Promise<void> {
  const { records } = await ports.journal.list();
  const open = records.filter(
    ({ state, entries }) =>
      state === 'restoring' && entries.some(({ connection }) => ends(connection)),
  );
  if (open.length === 0) return;
  const files = await readAllFiles(ports, records);
  const active = new Set(
    ports.connections
      .list()
      .flatMap(({ id, restoredAt }) => (restoredAt === undefined ? [id] : [])),
  );
  for (const record of open) {
    let remaining = 0;
    let stuck = false;
    for (const { connection } of record.entries) {
      if (!ends(connection) || files.some((file) => leadsTo(file, connection.id, record))) {
        remaining += 1;
        continue;
      }
      if (active.has(connection.id)) ports.connections.markRestored(connection.id, ports.now());
      const removed = await ports.secrets.remove(connection.id);
      stuck ||= !removed.ok;
    }
    if (stuck) continue;
    const closed: JournalRecord =
      remaining > 0
        ? { ...record, state: 'written' }
        : { ...record, state: 'restored', restoredAt: ports.now() };
    await ports.journal.put(closed);
  }
}

function leadsTo(file: KnownFile, connectionId: string, record: JournalRecord): boolean {
  return file.read.ok ? file.read.value.bytes.includes(connectionId) : file.path === record.path;
}
