import type { Connection, RemoteTemplate } from '../../shared/client.ts';
import type { Client } from './client-record.ts';
import type { ConfigEntry, RemoteEntry, StdioEntry } from './entry.ts';
import { type Endpoint, forwardedHeaders } from './judge.ts';
import type { Hiding } from './masked-text.ts';
import { hasPlaceholder } from './placeholder.ts';
import type { LooksSecret } from './secrets.ts';
import { serverIdentity, stdioSource } from './server-identity.ts';

/** What a connection needs to know besides its entry. */
export interface TakeOverContext extends Hiding {
  /** The path the file is known by. */
  readonly file: string;
  /** Ids of other clients that read the same file. */
  readonly readers?: readonly string[];
  /** Unix milliseconds. */
  readonly now: number;
}

/** An entry under Airlock: the connection for the journal, and the values for the keychain. */
export interface TakenOver {
  readonly entry: ConfigEntry;
  readonly connection: Connection;
  /** `env.NAME`, `args[2]`, `headers.NAME` and `url` to the literal value. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Where a remote entry will lead. */
  readonly endpoint?: Endpoint;
}

/** Makes the connection of an entry that starts a server by a command. */
export function takeOverStdio(
  entry: ConfigEntry,
  reading: StdioEntry,
  client: Client,
  context: TakeOverContext,
  id: string,
): TakenOver {
  const literal = reading.env.filter(({ placeholder }) => !placeholder);
  const { transport, envNames, ...argv } = stdioSource(reading, client, context.looksSecret);
  const server = serverIdentity({ transport, envNames, ...argv }, context.mask);
  const given = new Set(literal.map(({ name }) => name));
  const forwarded = [
    ...reading.env.flatMap(({ name, placeholder }) => (placeholder ? [name] : [])),
    ...reading.inherited.filter((name) => !given.has(name)),
  ];
  const connection: Connection = {
    ...base(entry, client, context, id),
    serverId: server.id,
    serverLabel: server.label,
    ...argv,
    secretEnv: literal.map(({ name }) => name),
    forwardedEnv: [...new Set(forwarded)],
    argvInFile: [reading.command, ...reading.args].some((word) =>
      hasPlaceholder(word, client.placeholders),
    ),
    createdAt: context.now,
  };
  const secrets = Object.fromEntries([
    ...literal.map(({ name, value }) => [`env.${name}`, value]),
    ...argv.args.flatMap((arg, index) =>
      typeof arg === 'string' ? [] : [[arg.secret, reading.args[index] ?? '']],
    ),
  ]);
  return { entry, connection, secrets };
}

/** Makes the connection of an entry that reaches its server by URL. */
export function takeOverRemote(
  entry: ConfigEntry,
  reading: RemoteEntry,
  client: Client,
  context: TakeOverContext,
  id: string,
  endpoint: Endpoint,
): TakenOver {
  const { transport, url } = reading;
  const server = serverIdentity({ transport, url }, context.mask);
  const literal = reading.headers.filter(({ placeholder }) => !placeholder);
  const secretUrl = mayHoldSecret(url, context.looksSecret);
  const via = client.remote.includes('http') ? 'endpoint' : 'bridge';
  const remote: RemoteTemplate = {
    transport,
    url: secretUrl ? { secret: 'url' } : url,
    secretHeaders: literal.map(({ name }) => name),
    forwardedHeaders: via === 'endpoint' ? forwardedHeaders(entry) : [],
    via,
    ownHeaders: via === 'endpoint' ? Object.keys(endpoint.headers) : [],
  };
  const connection: Connection = {
    ...base(entry, client, context, id),
    serverId: server.id,
    serverLabel: server.label,
    command: '',
    args: [],
    secretEnv: [],
    forwardedEnv: [],
    argvInFile: false,
    remote,
    createdAt: context.now,
  };
  const secrets = Object.fromEntries([
    ...literal.map(({ name, value }) => [`headers.${name}`, value]),
    ...(secretUrl ? [['url', url]] : []),
  ]);
  return { entry, connection, secrets, endpoint };
}

/** A query, a user part or anything that looks like a secret goes to the keychain with the whole address. */
function mayHoldSecret(url: string, looksSecret: LooksSecret): boolean {
  if (!URL.canParse(url)) return true;
  const { search, username, password, hash } = new URL(url);
  return `${search}${username}${password}${hash}` !== '' || looksSecret(url) !== undefined;
}

const base = (entry: ConfigEntry, client: Client, context: TakeOverContext, id: string) => ({
  id,
  clientId: client.id,
  clientName: client.name,
  file: context.file,
  keyPath: [...entry.keyPath],
  name: entry.name,
  ...(context.readers === undefined || context.readers.length === 0
    ? {}
    : { readers: [...context.readers] }),
});
