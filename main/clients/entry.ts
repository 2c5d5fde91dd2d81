import type { Client, ServerList } from './client-record.ts';
import { hasLinks, type Member, memberOf, type Node } from './config-node.ts';
import {
  argumentNodes,
  commandNode,
  type EntryFields,
  isArgv,
  locateFields,
} from './entry-fields.ts';
import { type NamedValue, readNames, readTexts, readValues } from './entry-values.ts';

/** An entry that starts a server by a command. */
export interface StdioEntry {
  readonly kind: 'stdio';
  readonly command: string;
  readonly args: readonly string[];
  /** Members with a value; one set to null ("unset this variable") is the client's business and left out. */
  readonly env: readonly NamedValue[];
  /** Names of variables that the client hands to the server out of its own environment or keyring. */
  readonly inherited: readonly string[];
  readonly cwd?: string;
  /** Why it must not be rewritten, in one sentence. */
  readonly obstacle?: string;
}

/** An entry that reaches a server by URL. */
export interface RemoteEntry {
  readonly kind: 'remote';
  readonly transport: 'http' | 'sse' | 'ws';
  readonly url: string;
  readonly headers: readonly NamedValue[];
  readonly obstacle?: string;
}

/** An entry that cannot be understood and is kept as it is. */
interface UnknownEntry {
  readonly kind: 'unknown';
  readonly obstacle: string;
}

/** One server entry of a config with its place in the file. */
export interface ConfigEntry {
  readonly name: string;
  readonly keyPath: readonly string[];
  /** The value of the entry. */
  readonly node: Node;
  readonly fields: EntryFields;
  readonly disabled: boolean;
  /** The folder it is for, where it is for one alone. */
  readonly folder?: string;
  /** Command and first argument, or URL, as they stand there, even where the rest of the entry makes no sense. */
  readonly starts: { readonly command?: string; readonly first?: string; readonly url?: string };
  readonly reading: StdioEntry | RemoteEntry | UnknownEntry;
}

/** An entry and its place, as a list of servers gives it. */
export interface EntryPlace {
  readonly name: string;
  readonly keyPath: readonly string[];
  readonly node: Node;
  readonly list: ServerList;
  /** Why it must not be rewritten for a reason outside of it. */
  readonly obstacle?: string;
}

/** Reads one entry by the client's shape; whatever does not fit becomes `unknown` with the reason. */
export function readEntry(place: EntryPlace, client: Client): ConfigEntry {
  const { name, keyPath, node, list } = place;
  const shape = list.shape ?? client.shape;
  const fields = locateFields(node, shape);
  const off = shape.disabled;
  const disabled = off !== undefined && memberOf(node, off.member)?.value.value === off.value;
  const reading = readFields(node, fields, client);
  const obstacle = list.seenOnly ?? place.obstacle ?? linkObstacle(node, client);
  const folder = list.perFolder === true ? keyPath.at(-3) : undefined;
  return {
    name,
    keyPath,
    node,
    fields,
    disabled,
    ...(folder === undefined ? {} : { folder }),
    starts: readStart(fields),
    reading: obstacle === undefined ? reading : { ...reading, obstacle },
  };
}

const linkObstacle = (node: Node, { format }: Client): string | undefined => {
  if (!hasLinks(node)) return undefined;
  return format === 'toml'
    ? 'It uses dotted keys inside braces, which Airlock reads but does not change. Write it as a table of its own.'
    : 'It uses YAML anchors, aliases, merge keys or tags, so a change here could change other places. Write it out in full.';
};

/** Where a rewritten URL leads: the local endpoint, with the connection as the last part of the path. */
const endpointUrl = /^http:\/\/127\.0\.0\.1:\d{1,5}\/mcp\/(con_[^/?#]+)$/;

/**
 * The connection an entry already leads to: its command is our bridge and its first argument names the connection, or
 * its URL is our endpoint and ends in it. An empty string when the command is the bridge and nothing names a
 * connection; undefined when it is not ours.
 */
export function connectionOf(entry: ConfigEntry, bridge: string): string | undefined {
  const { command, first, url } = entry.starts;
  if (command === bridge) return first ?? '';
  return command === undefined ? endpointUrl.exec(url ?? '')?.[1] : undefined;
}

function readStart(fields: EntryFields): ConfigEntry['starts'] {
  const command = commandNode(fields)?.value;
  const first = argumentNodes(fields)[0]?.value;
  const url = fields.url?.value.value;
  return {
    ...(typeof command === 'string' ? { command } : {}),
    ...(typeof first === 'string' ? { first } : {}),
    ...(typeof url === 'string' ? { url } : {}),
  };
}

const unknown = (obstacle: string): UnknownEntry => ({ kind: 'unknown', obstacle });

function readFields(node: Node, fields: EntryFields, client: Client): ConfigEntry['reading'] {
  if (node.type !== 'object') return unknown('It is not an object, so it starts no server.');
  const { shape, command, url, type } = fields;
  if (type !== undefined && type.value.type !== 'string' && !shape.type?.ignored) {
    return unknown('Its type is not text, so the client does not load it.');
  }
  const named = typeof type?.value.value === 'string' ? type.value.value : undefined;
  const foreign = named === undefined ? undefined : shape.type?.foreign?.[named];
  if (foreign !== undefined) return unknown(foreign);
  if (command === undefined && url === undefined) {
    const plain = 'It has neither a command nor a URL, so Airlock cannot tell what it starts.';
    return unknown([shape.withoutCommand ?? plain, client.badEntry].filter(Boolean).join(' '));
  }
  return command === undefined
    ? readRemote(fields, named, client)
    : readStdio(fields, named, client);
}

function readStdio(
  fields: EntryFields,
  type: string | undefined,
  client: Client,
): StdioEntry | UnknownEntry {
  const { shape, cwd } = fields;
  const command = commandNode(fields)?.value;
  if (typeof command !== 'string' || command === '') {
    return unknown('Its command is empty or not text, so the client cannot start it.');
  }
  const list = isArgv(fields) ? fields.command?.value : fields.args?.value;
  if (isArgv(fields) && list?.type !== 'array') {
    return unknown('Its command is not a list of texts, so the client cannot start it.');
  }
  const words = list === undefined ? [] : readTexts(list);
  if (words === undefined) return unknown('Its arguments are not a list of texts.');
  const args = isArgv(fields) ? words.slice(1) : words;
  const env = readValues(fields.env?.value, client, shape.looseEnv);
  if (env === undefined) return unknown('Its environment is not a list of names with texts.');
  const inherited = readNames(fields.envNames?.value);
  if (inherited === undefined) return unknown('Its list of variables is not a list of names.');
  if (cwd !== undefined && typeof cwd.value.value !== 'string') {
    return unknown('Its working folder is not text.');
  }
  const obstacle = obstacleOf(fields, type, [...env, ...inherited.map(passedOn)]);
  return {
    kind: 'stdio',
    command,
    args,
    env,
    inherited,
    ...(cwd === undefined ? {} : { cwd: String(cwd.value.value) }),
    ...(obstacle === undefined ? {} : { obstacle }),
  };
}

const passedOn = (name: string): NamedValue => ({ name, value: '', placeholder: true });

function obstacleOf(
  { shape, body, url }: EntryFields,
  type: string | undefined,
  env: readonly NamedValue[],
): string | undefined {
  const { type: rule, obstacles } = shape;
  if (url !== undefined) {
    return 'It has both a command and a URL, so which of them the client uses is not certain.';
  }
  if (rule !== undefined && !rule.ignored && type !== undefined && !rule.stdio.includes(type)) {
    return `Its type "${type}" does not fit an entry with a command.`;
  }
  for (const [name, reason] of Object.entries(obstacles)) {
    const found = memberOf(body, name)?.value;
    if (found !== undefined && found.value !== false && found.type !== 'null') return reason;
  }
  // The bridge takes the names as one argument with commas between them.
  if (env.some(({ name, placeholder }) => name === '' || (placeholder && /[,=\0]/.test(name)))) {
    return 'It has an environment variable with a name that cannot be handed on.';
  }
  return undefined;
}

function readRemote(
  fields: EntryFields,
  type: string | undefined,
  client: Client,
): RemoteEntry | UnknownEntry {
  const { shape, body, url, headers } = fields;
  const address = url?.value.value;
  if (typeof address !== 'string' || address === '') {
    return unknown('Its URL is empty or not text.');
  }
  const transport = transportOf(type, url, fields);
  if (transport === undefined) return unknown(`Its type "${type}" is not one that Airlock knows.`);
  const values = readValues(headers?.value, client, true);
  const obstacle =
    Object.entries(shape.obstacles).find(([name]) => memberOf(body, name) !== undefined)?.[1] ??
    (values === undefined ? 'Its headers are not a list of names with texts.' : undefined);
  return {
    kind: 'remote',
    transport,
    url: address,
    headers: values ?? [],
    ...(obstacle === undefined ? {} : { obstacle }),
  };
}

function transportOf(
  type: string | undefined,
  url: Member | undefined,
  { shape }: EntryFields,
): RemoteEntry['transport'] | undefined {
  const rule = shape.type;
  if (url?.name === shape.sseUrl && shape.sseUrl !== undefined) return 'sse';
  if (type === undefined || rule === undefined) return rule?.remoteDefault ?? 'http';
  if (rule.sse.includes(type)) return 'sse';
  if (rule.ws.includes(type)) return 'ws';
  return rule.ignored || rule.http.includes(type) ? 'http' : undefined;
}
