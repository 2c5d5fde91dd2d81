import type {
  ClientView,
  Connection,
  EntryView,
  FileView,
  ScanReport,
} from '../../shared/client.ts';
import type { ServerIdentity } from '../../shared/server.ts';
import { catalogue } from './catalogue.ts';
import type { Client } from './client-record.ts';
import type { Machine } from './config-paths.ts';
import { type ConfigEntry, connectionOf } from './entry.ts';
import { type EndpointFor, type Judging, whyNot } from './judge.ts';
import { type KnownFile, knownPaths, readKnownFiles, sameFileSentence } from './known-files.ts';
import type { Hiding } from './masked-text.ts';
import { parseConfig } from './parse.ts';
import { recentFolders } from './recent-folders.ts';
import { findSecrets } from './secrets.ts';
import { hidden, serverIdentity, stdioSource } from './server-identity.ts';
import { findUngoverned } from './ungoverned.ts';
import { loadVendorRules, type ManagedSettings } from './vendor-rules.ts';
import { visibleText } from './visible-text.ts';

/** What a scan needs: where to look, and how to recognise what is ours and what is secret. */
export interface ScanInput extends Machine, Hiding {
  /** Every connection in the journal; restored ones are not looked at. */
  readonly connections: readonly Connection[];
  /** Absent: the whole catalogue. */
  readonly clients?: readonly Client[];
  readonly endpointFor?: EndpointFor | undefined;
  readonly managedSettings?: ManagedSettings | undefined;
}

/** With the rules of clients and vendors, read once for the whole scan. */
type Input = ScanInput & Pick<Judging, 'verdict'>;

interface Seen {
  readonly view: EntryView;
  readonly server?: ServerIdentity;
}

/**
 * Finds every client's config below one home folder and what is in it. Reads in parallel, writes nothing, and never
 * throws for anything that lies there: a file that cannot be read says why in its `error`. `usedBy` holds client ids.
 * A protected entry's route is `unknown` here, since only a call seen by the relay proves it; one that still starts
 * its server itself is `direct`.
 */
export async function scan(input: ScanInput): Promise<ScanReport> {
  const clients = input.clients ?? catalogue;
  const [files, verdict] = await Promise.all([
    recentFolders(input)
      .then((folders) => knownPaths(clients, input, { folders }))
      .then(readKnownFiles),
    loadVendorRules(clients, input, {
      bridgeFile: input.bridgeFile,
      ...(input.endpointFor === undefined ? {} : { endpointFor: input.endpointFor }),
      ...(input.managedSettings === undefined ? {} : { managedSettings: input.managedSettings }),
    }),
  ]);
  const whole: Input = { ...input, verdict };
  const servers = new Map<string, { server: ServerIdentity; usedBy: Set<string> }>();
  const views: ClientView[] = [];
  for (const client of clients) {
    const own = files.filter((file) => file.client.id === client.id);
    if (own.length === 0) continue;
    const fileViews = own.map((file) => {
      const { view, seen } = fileView(file, whole);
      for (const { server } of seen) {
        if (server === undefined) continue;
        const known = servers.get(server.id) ?? { server, usedBy: new Set<string>() };
        servers.set(server.id, known);
        known.usedBy.add(client.id);
      }
      return view;
    });
    views.push({ id: client.id, name: client.name, reload: client.reload, files: fileViews });
  }
  const ungoverned = await findUngoverned(clients, new Set(views.map(({ id }) => id)), input);
  return {
    clients: views,
    servers: [...servers.values()].map(({ server, usedBy }) => ({
      id: server.id,
      label: server.label,
      transport: server.transport,
      usedBy: [...usedBy],
    })),
    ...(ungoverned.length === 0 ? {} : { ungoverned }),
  };
}

function fileView(file: KnownFile, input: Input): { view: FileView; seen: readonly Seen[] } {
  const { client, path, scope, read, sameAs } = file;
  const base = { path, scope, format: client.format };
  const failed = (error: string) => ({ view: { ...base, error, entries: [] }, seen: [] });
  if (!read.ok) return failed(read.problem.message);
  if (sameAs !== undefined) return failed(sameFileSentence(sameAs));
  const parsed = parseConfig(read.value.bytes, client);
  if (!parsed.ok) return failed(parsed.problem.message);
  const seen = parsed.value.entries.map((entry) => entryView(entry, client, input));
  return { view: { ...base, entries: seen.map(({ view }) => view) }, seen };
}

/** What stands for a connection that is not made: a scan makes none. */
const noConnection = 'con_(new)';

function entryView(entry: ConfigEntry, client: Client, input: Input): Seen {
  const { reading } = entry;
  const ours = connectionOf(entry, input.bridgeFile);
  if (ours !== undefined) return protectedView(entry, ours, client, input);
  const shown = (text: string) => input.mask(visibleText(text));
  const stands = whyNot(entry, client, input, noConnection);
  const routeState = stands?.denied === true ? ('blocked' as const) : ('direct' as const);
  const view = {
    name: visibleText(entry.name),
    disabled: entry.disabled,
    protected: false,
    secrets: findSecrets(entry, client, input.looksSecret),
    ...(entry.folder === undefined ? {} : { folder: visibleText(entry.folder) }),
    ...(stands === undefined ? {} : { notGovernable: shown(stands.reason) }),
  };
  switch (reading.kind) {
    case 'stdio': {
      const source = stdioSource(reading, client, input.looksSecret);
      const server = serverIdentity(source, input.mask);
      const args = source.args.map((arg) => (typeof arg === 'string' ? shown(arg) : hidden));
      const command = shown(reading.command);
      return {
        view: { ...view, transport: 'stdio', command, args, routeState, server: server.id },
        server,
      };
    }
    case 'remote': {
      const { transport, url } = reading;
      const server = serverIdentity({ transport, url }, input.mask);
      return {
        view: { ...view, transport, url: server.label, routeState, server: server.id },
        server,
      };
    }
    case 'unknown':
      return { view: { ...view, transport: 'unknown', routeState: 'unknown', server: '' } };
    default:
      return reading satisfies never;
  }
}

/** Shows what the entry stood for before, from the journal; the file itself only names the bridge. */
function protectedView(entry: ConfigEntry, id: string, client: Client, input: Input): Seen {
  const base = {
    name: visibleText(entry.name),
    transport: 'stdio' as const,
    disabled: entry.disabled,
    protected: true,
    routeState: 'unknown' as const,
    secrets: connectionSecrets(entry, client, input),
    ...(entry.folder === undefined ? {} : { folder: visibleText(entry.folder) }),
  };
  const connection = input.connections.find(
    (known) => known.id === id && known.restoredAt === undefined,
  );
  if (connection === undefined) {
    const notGovernable =
      'It leads to Airlock, but this machine does not know the connection it names, so its calls are refused. Set the server up again.';
    return { view: { ...base, notGovernable, server: '' } };
  }
  if (connection.remote !== undefined) {
    const { transport } = connection.remote;
    const server = { id: connection.serverId, label: connection.serverLabel, transport };
    const view = { ...base, transport, url: server.label, server: server.id, connectionId: id };
    return { view, server };
  }
  const shown = (text: string) => input.mask(visibleText(text));
  const view: EntryView = {
    ...base,
    command: shown(connection.command),
    args: connection.args.map((arg) => (typeof arg === 'string' ? shown(arg) : hidden)),
    server: connection.serverId,
    connectionId: id,
  };
  return {
    view,
    server: { id: connection.serverId, label: connection.serverLabel, transport: 'stdio' },
  };
}

/** What is left in the file of a protected entry. The header that proves the caller to us is no secret of a server. */
function connectionSecrets(entry: ConfigEntry, client: Client, input: Input) {
  return entry.reading.kind === 'remote' ? [] : findSecrets(entry, client, input.looksSecret);
}
