import type { Node } from 'jsonc-parser';
import type { Client, ServerList } from './client-record.ts';
import { type Member, memberOf, members } from './json-node.ts';
import { hasPlaceholder } from './placeholder.ts';

/** A name with text, as env and headers hold them. */
interface NamedValue {
  readonly name: string;
  readonly value: string;
  readonly member: Member;
  /** True when the client expands something in it, so that only the client knows the final value. */
  readonly placeholder: boolean;
}

/** An entry that starts a server by a command. */
export interface StdioEntry {
  readonly kind: 'stdio';
  readonly command: string;
  readonly args: readonly string[];
  /** Members with a value; one set to null ("unset this variable") is the client's business and left out. */
  readonly env: readonly NamedValue[];
  readonly cwd?: string;
  /** Why it must not be rewritten, in one sentence. */
  readonly obstacle?: string;
}

/** An entry that reaches a server by URL. */
interface RemoteEntry {
  readonly kind: 'remote';
  readonly transport: 'http' | 'sse' | 'ws';
  readonly url: string;
  readonly headers: readonly NamedValue[];
  readonly obstacle: string;
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
  readonly disabled: boolean;
  /** Command and first argument as they stand there, even where the rest of the entry makes no sense. */
  readonly starts: { readonly command?: string; readonly first?: string };
  readonly reading: StdioEntry | RemoteEntry | UnknownEntry;
}

/** Reads one entry by the client's shape; whatever does not fit becomes `unknown` with the reason. */
export function readEntry(
  member: Member,
  keyPath: readonly string[],
  list: ServerList,
  client: Client,
): ConfigEntry {
  const node = member.value;
  const off = client.shape.disabled;
  const disabled = off !== undefined && memberOf(node, off.member)?.value.value === off.value;
  const reading = readFields(node, client);
  return {
    name: member.name,
    keyPath,
    node,
    disabled,
    starts: readStart(node, client),
    reading: list.seenOnly === undefined ? reading : { ...reading, obstacle: list.seenOnly },
  };
}

/**
 * The connection an entry already leads to: its command is our bridge and its first argument names the connection.
 * An empty string when the command is the bridge and nothing names a connection; undefined when it is not ours.
 */
export function connectionOf(entry: ConfigEntry, bridge: string): string | undefined {
  return entry.starts.command === bridge ? (entry.starts.first ?? '') : undefined;
}

function readStart(node: Node, { shape }: Client): ConfigEntry['starts'] {
  const command: unknown = memberOf(node, shape.command)?.value.value;
  const first: unknown = memberOf(node, shape.args)?.value.children?.[0]?.value;
  return {
    ...(typeof command === 'string' ? { command } : {}),
    ...(typeof first === 'string' ? { first } : {}),
  };
}

const unknown = (obstacle: string): UnknownEntry => ({ kind: 'unknown', obstacle });

function readFields(node: Node, client: Client): StdioEntry | RemoteEntry | UnknownEntry {
  if (node.type !== 'object') return unknown('It is not an object, so it starts no server.');
  const { shape } = client;
  const command = memberOf(node, shape.command)?.value;
  const url = shape.url.map((name) => memberOf(node, name)?.value).find((found) => found);
  const type = shape.type && memberOf(node, shape.type.member)?.value;
  if (type !== undefined && typeof type.value !== 'string' && !shape.type?.ignored) {
    return unknown('Its type is not text, so the client does not load it.');
  }
  const named = typeof type?.value === 'string' ? type.value : undefined;
  if (command === undefined && url === undefined) {
    return unknown('It has neither a command nor a URL, so Airlock cannot tell what it starts.');
  }
  if (command === undefined) return readRemote(node, url, named, client);
  return readStdio(node, command, url, named, client);
}

function readStdio(
  node: Node,
  command: Node,
  url: Node | undefined,
  type: string | undefined,
  client: Client,
): StdioEntry | UnknownEntry {
  const { shape } = client;
  if (typeof command.value !== 'string' || command.value === '') {
    return unknown('Its command is empty or not text, so the client cannot start it.');
  }
  const args = readArgs(memberOf(node, shape.args)?.value);
  if (args === undefined) return unknown('Its arguments are not a list of texts.');
  const env = readValues(memberOf(node, shape.env)?.value, client, shape.looseEnv);
  if (env === undefined) return unknown('Its environment is not a list of names with texts.');
  const cwd = shape.cwd === undefined ? undefined : memberOf(node, shape.cwd)?.value;
  if (cwd !== undefined && typeof cwd.value !== 'string') {
    return unknown('Its working folder is not text.');
  }
  const obstacle = obstacleOf(node, url, type, env, client);
  return {
    kind: 'stdio',
    command: command.value,
    args,
    env,
    ...(cwd === undefined ? {} : { cwd: String(cwd.value) }),
    ...(obstacle === undefined ? {} : { obstacle }),
  };
}

function obstacleOf(
  node: Node,
  url: Node | undefined,
  type: string | undefined,
  env: readonly NamedValue[],
  client: Client,
): string | undefined {
  const { type: rule, obstacles } = client.shape;
  if (url !== undefined) {
    return 'It has both a command and a URL, so which of them the client uses is not certain.';
  }
  if (rule !== undefined && !rule.ignored && type !== undefined && !rule.stdio.includes(type)) {
    return `Its type "${type}" does not fit an entry with a command.`;
  }
  for (const [name, reason] of Object.entries(obstacles)) {
    const found = memberOf(node, name)?.value;
    if (found !== undefined && found.value !== false && found.value !== null) return reason;
  }
  // The bridge takes the names as one argument with commas between them.
  if (env.some(({ name, placeholder }) => name === '' || (placeholder && /[,=\0]/.test(name)))) {
    return 'It has an environment variable with a name that cannot be handed on.';
  }
  return undefined;
}

function readRemote(
  node: Node,
  url: Node | undefined,
  type: string | undefined,
  client: Client,
): RemoteEntry | UnknownEntry {
  const { shape, name, remote } = client;
  if (typeof url?.value !== 'string' || url.value === '') {
    return unknown('Its URL is empty or not text.');
  }
  const transport = transportOf(type, client);
  if (transport === undefined) return unknown(`Its type "${type}" is not one that Airlock knows.`);
  const headers = shape.headers && memberOf(node, shape.headers)?.value;
  return {
    kind: 'remote',
    transport,
    url: url.value,
    headers: readValues(headers || undefined, client, true) ?? [],
    obstacle: remote.includes(transport)
      ? 'It is reached by URL; this version routes only servers that are started by a command.'
      : `It is reached by URL, and ${name} starts only servers with a command from this file.`,
  };
}

function transportOf(
  type: string | undefined,
  client: Client,
): RemoteEntry['transport'] | undefined {
  const rule = client.shape.type;
  if (type === undefined || rule === undefined) return 'http';
  if (rule.sse.includes(type)) return 'sse';
  if (rule.ws.includes(type)) return 'ws';
  return rule.ignored || rule.http.includes(type) ? 'http' : undefined;
}

function readArgs(node: Node | undefined): string[] | undefined {
  if (node === undefined) return [];
  if (node.type !== 'array') return undefined;
  const values = (node.children ?? []).map((child): unknown => child.value);
  return values.every((value): value is string => typeof value === 'string') ? values : undefined;
}

function readValues(
  node: Node | undefined,
  client: Client,
  loose: boolean,
): NamedValue[] | undefined {
  if (node === undefined) return [];
  if (node.type !== 'object') return undefined;
  const values: NamedValue[] = [];
  for (const member of members(node)) {
    const found: unknown = member.value.value;
    if (member.value.type === 'null' && loose) continue;
    if (typeof found !== 'string' && !(typeof found === 'number' && loose)) return undefined;
    const value = String(found);
    const placeholder = hasPlaceholder(value, client.placeholders);
    values.push({ name: member.name, value, member, placeholder });
  }
  return values;
}
