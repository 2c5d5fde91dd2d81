import type { Client } from './client-record.ts';
import { memberOf, members } from './config-node.ts';
import type { ConfigEntry } from './entry.ts';
import { hasPlaceholder } from './placeholder.ts';

/** What the app's local endpoint gives a connection: where it listens for it, and the headers that prove the caller. */
export interface Endpoint {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Undefined while the app cannot serve the connection by HTTP. */
export type EndpointFor = (connectionId: string, transport: 'http' | 'sse') => Endpoint | undefined;

/** What a rule of the client or its vendor says about an entry. */
export interface Verdict {
  /** True where the rule forbids the server itself; false where it only stands against a rewrite. */
  readonly denied: boolean;
  /** One sentence: why, and what to do. */
  readonly reason: string;
}

/** What decides whether an entry may be rewritten, besides itself. */
export interface Judging {
  readonly bridgeFile: string;
  readonly endpointFor?: EndpointFor | undefined;
  readonly verdict?: ((entry: ConfigEntry, client: Client) => Verdict | undefined) | undefined;
}

/** Why an entry is left as it is; undefined when a rewrite takes it over. Denied entries say so. */
export function whyNot(
  entry: ConfigEntry,
  client: Client,
  judging: Judging,
  connectionId: string,
): Verdict | undefined {
  const { reading } = entry;
  const verdict = judging.verdict?.(entry, client);
  if (verdict?.denied === true) return verdict;
  const stands = (reason: string): Verdict => ({ denied: false, reason });
  if (reading.obstacle !== undefined) return stands(reading.obstacle);
  if (verdict !== undefined) return verdict;
  if (reading.kind === 'remote') {
    const reason = remoteObstacle(entry, client, judging, connectionId);
    return reason === undefined ? undefined : stands(reason);
  }
  if (client.commandWithoutSpaces === true && /\s/.test(judging.bridgeFile)) {
    return stands(
      `${client.name} cannot start a command whose path holds a space, and Airlock's bridge lies at ${judging.bridgeFile}.`,
    );
  }
  return undefined;
}

function remoteObstacle(
  entry: ConfigEntry,
  client: Client,
  { endpointFor }: Judging,
  connectionId: string,
): string | undefined {
  const { reading, fields } = entry;
  if (reading.kind !== 'remote') return undefined;
  const { transport } = reading;
  if (transport === 'ws') {
    return 'It is reached by WebSocket, which Airlock does not pass on.';
  }
  const speaks = client.remote.includes('http');
  const endpoint = endpointFor?.(connectionId, transport);
  if (endpoint === undefined) {
    return speaks
      ? 'It is reached by URL; this version routes only servers that are started by a command.'
      : `It is reached by URL, and ${client.name} starts only servers with a command from this file.`;
  }
  if (!speaks) {
    return client.format === 'json' || client.format === 'jsonc'
      ? undefined
      : `It is reached by URL, and ${client.name} starts only servers with a command from this file.`;
  }
  const { shape, url } = fields;
  if (url?.name === shape.sseUrl && shape.sseUrl !== undefined) {
    return `"${shape.sseUrl}" means SSE to ${client.name}; write the address as "${shape.url.find((name) => name !== shape.sseUrl)}" if the server speaks HTTP, and protect it again.`;
  }
  if (transport === 'sse' && shape.type?.ignored !== true && shape.type?.http[0] === undefined) {
    return `It is reached by SSE, and ${client.name} has no way to say that Airlock's address is HTTP.`;
  }
  if (shape.headersUnverified === true) {
    return `Whether ${client.name} sends the headers of its file is not certain, so it might not prove to Airlock which connection it is.`;
  }
  if (shape.headers === undefined) {
    return `${client.name} sends no headers, so it cannot prove to Airlock which connection it is.`;
  }
  if (hasPlaceholder(reading.url, client.placeholders)) {
    return `${client.name} fills in a part of its address, which Airlock cannot. Write the address out, and protect it again.`;
  }
  const own = new Set(Object.keys(endpoint.headers).map((name) => name.toLowerCase()));
  const clash = forwardedHeaders(entry).find((name) => own.has(name.toLowerCase()));
  return clash === undefined
    ? undefined
    : `${client.name} fills in its header "${clash}", which Airlock's own address needs. Write the value out or use another header, and protect it again.`;
}

/** Names of the headers whose values only the client knows, and so sends to our endpoint. */
export function forwardedHeaders({ reading, fields }: ConfigEntry): string[] {
  if (reading.kind !== 'remote') return [];
  const { shape, body } = fields;
  const filled = shape.envHeaders && memberOf(body, shape.envHeaders)?.value;
  const names = [
    ...reading.headers.flatMap(({ name, placeholder }) => (placeholder ? [name] : [])),
    ...(filled ? members(filled).map(({ name }) => name) : []),
    ...(shape.ownAuth?.some((name) => memberOf(body, name) !== undefined) === true
      ? ['Authorization']
      : []),
  ];
  return [...new Set(names)];
}
