import type { Sighting } from '../../../main/inventory/sightings.ts';
import type { EntryView, ScanReport } from '../../../shared/client.ts';

/** An entry as a scan shows it: direct, over stdio. */
export const entryView = (more: Partial<EntryView> = {}): EntryView => ({
  name: 'files',
  transport: 'stdio',
  command: 'npx',
  args: ['-y', '@modelcontextprotocol/server-filesystem@2026.8.31', '/tmp'],
  disabled: false,
  protected: false,
  routeState: 'direct',
  secrets: [],
  server: 'srv_1',
  ...more,
});

/** One client with one file of these entries. */
export const report = (
  entries: readonly EntryView[],
  { client = 'cursor', file = '/h/.cursor/mcp.json' } = {},
): ScanReport => ({
  clients: [
    {
      id: client,
      name: client === 'cursor' ? 'Cursor' : client,
      reload: '',
      files: [{ path: file, scope: 'user', format: 'json', entries: [...entries] }],
    },
  ],
  servers: [...new Map(entries.map((one) => [one.server, one])).values()].map((one) => ({
    id: one.server,
    label: one.url ?? [one.command, ...(one.args ?? [])].join(' '),
    transport: one.transport,
    usedBy: [client],
  })),
});

/** Two reports as one. */
export const joined = (a: ScanReport, b: ScanReport): ScanReport => ({
  clients: [...a.clients, ...b.clients],
  servers: [
    ...a.servers.map((one) => ({
      ...one,
      usedBy: [...one.usedBy, ...(b.servers.find(({ id }) => id === one.id)?.usedBy ?? [])],
    })),
    ...b.servers.filter(({ id }) => !a.servers.some((one) => one.id === id)),
  ],
});

/** A remembered server. */
export const sighting = (more: Partial<Sighting> = {}): Sighting => ({
  serverId: 'srv_1',
  label: 'npx files',
  transport: 'stdio',
  firstSeenAt: 100,
  lastSeenAt: 200,
  versions: [],
  calls: {},
  ...more,
});
