import type { Node } from 'jsonc-parser';
import type { Connection } from '../../shared/client.ts';
import { fail, ok, type Result } from '../../shared/outcome.ts';
import type { Client } from './client-record.ts';
import { sha256 } from './config-file.ts';
import { type ConfigEntry, connectionOf, type StdioEntry } from './entry.ts';
import { memberOf, members, textOf } from './json-node.ts';
import type { Hiding } from './masked-text.ts';
import { encodeConfig, type ParsedConfig, parseConfig } from './parse.ts';
import { hasPlaceholder } from './placeholder.ts';
import { serverIdentity, stdioSource } from './server-identity.ts';
import {
  applyEdits,
  hasComment,
  insertAfter,
  removeMembers,
  removeNodes,
  replaceNode,
  separatorBefore,
  type TextEdit,
} from './text-edit.ts';

/** What a rewrite needs to know besides the file. */
export interface RewriteContext extends Hiding {
  /** The path the file is known by. */
  readonly file: string;
  /** A fresh connection id. Random, so a client cannot guess another's; an entry that is routed again gets a new one. */
  readonly newId: () => string;
  /** Unix milliseconds. */
  readonly now: number;
}

/** One entry that a rewrite takes over. */
interface PlannedEntry {
  readonly connection: Connection;
  /** For the keychain: `env.NAME` and `args[2]` to the literal value. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Hex SHA-256 of the entry's value as it will stand in the file: how a restore knows that nobody touched it since. */
  readonly newHash: string;
}

/** A rewrite that is ready to be written. `planned` is empty, and `bytes` are the same, when there is nothing to do. */
export interface ProtectPlan {
  readonly before: ParsedConfig;
  readonly after: ParsedConfig;
  readonly bytes: Buffer;
  readonly planned: readonly PlannedEntry[];
}

/** What stands in the file for a secret argument of an argv that has to stay there for its placeholders. */
const secretMarker = (place: string): string => `airlock:secret:${place}`;

/**
 * Plans the rewrite of one config: every governable entry gets our bridge as its command and its connection id as
 * first argument, and its literal env values leave the file. What holds placeholders stays where the client expands
 * it. Only the spans of `command`, `args` and `env` change. Entries that are ours already stay, so doing it twice is
 * doing it once. Fails with a sentence when the file cannot be read as its client reads it.
 */
export function planProtect(
  bytes: Uint8Array,
  client: Client,
  context: RewriteContext,
): Result<ProtectPlan> {
  const before = parseConfig(bytes, client);
  if (!before.ok) return before;
  const { mark, text, entries } = before.value;
  const edits: TextEdit[] = [];
  const taken: { connection: Connection; secrets: Record<string, string> }[] = [];
  for (const entry of entries) {
    const { reading } = entry;
    if (reading.kind !== 'stdio' || reading.obstacle !== undefined) continue;
    if (connectionOf(entry, context.bridgeFile) !== undefined) continue;
    const one = takeOver(entry, reading, client, context);
    taken.push(one);
    edits.push(...entryEdits(text, entry, one.connection, client, context.bridgeFile));
  }
  const written = encodeConfig(mark, applyEdits(text, edits));
  const after = parseConfig(written, client);
  // Our own edits are checked by reading them back: a plan that is not surely readable is never written.
  if (!after.ok) return unplaceable(after.problem.message);
  const planned: PlannedEntry[] = [];
  for (const one of taken) {
    const found = after.value.entries.find(
      (entry) => connectionOf(entry, context.bridgeFile) === one.connection.id,
    );
    if (found === undefined) return unplaceable(`"${one.connection.name}" was lost`);
    planned.push({ ...one, newHash: sha256(textOf(after.value.text, found.node)) });
  }
  return ok({ before: before.value, after: after.value, bytes: written, planned });
}

const unplaceable = (detail: string) =>
  fail(
    'unplaceable',
    `Airlock could not work out a safe edit for this file, so it was left alone (${detail}).`,
  );

function takeOver(
  entry: ConfigEntry,
  reading: StdioEntry,
  client: Client,
  context: RewriteContext,
): { connection: Connection; secrets: Record<string, string> } {
  const literal = reading.env.filter(({ placeholder }) => !placeholder);
  const { transport, envNames, ...argv } = stdioSource(reading, client, context.looksSecret);
  const server = serverIdentity({ transport, envNames, ...argv }, context.mask);
  const connection: Connection = {
    id: context.newId(),
    clientId: client.id,
    clientName: client.name,
    file: context.file,
    keyPath: [...entry.keyPath],
    name: entry.name,
    serverId: server.id,
    serverLabel: server.label,
    ...argv,
    secretEnv: literal.map(({ name }) => name),
    forwardedEnv: reading.env.flatMap(({ name, placeholder }) => (placeholder ? [name] : [])),
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
  return { connection, secrets };
}

function entryEdits(
  text: string,
  entry: ConfigEntry,
  connection: Connection,
  client: Client,
  bridge: string,
): TextEdit[] {
  const { shape } = client;
  const command = memberOf(entry.node, shape.command);
  if (command === undefined) return [];
  const words = [
    connection.id,
    ...(connection.forwardedEnv.length > 0 ? ['--env', connection.forwardedEnv.join(',')] : []),
  ].map((word) => JSON.stringify(word));
  if (connection.argvInFile) words.push(JSON.stringify('--'), textOf(text, command.value));
  const args = memberOf(entry.node, shape.args)?.value;
  return [
    replaceNode(command.value, JSON.stringify(bridge)),
    ...(args === undefined
      ? [
          insertAfter(text, command, [
            { key: JSON.stringify(shape.args), value: `[${words.join(', ')}]` },
          ]),
        ]
      : argsEdits(text, args, words, connection)),
    ...envEdits(text, entry, connection, client),
  ];
}

/** Puts our words first; the items that were there stay behind them only where the client has to expand them. */
function argsEdits(
  text: string,
  args: Node,
  words: readonly string[],
  connection: Connection,
): TextEdit[] {
  const items = args.children ?? [];
  const [first] = items;
  if (first === undefined) {
    return [{ start: args.offset + 1, end: args.offset + 1, text: words.join(', ') }];
  }
  const separator = separatorBefore(text, first.offset) || ' ';
  const ours = words.join(`,${separator}`);
  if (!connection.argvInFile) {
    return [replaceNode(first, ours), ...removeNodes(text, items, (node) => node !== first)];
  }
  return [
    { start: first.offset, end: first.offset, text: `${ours},${separator}` },
    ...items.flatMap((item, index) => {
      const part = connection.args[index];
      return typeof part === 'object'
        ? [replaceNode(item, JSON.stringify(secretMarker(part.secret)))]
        : [];
    }),
  ];
}

function envEdits(
  text: string,
  entry: ConfigEntry,
  connection: Connection,
  client: Client,
): TextEdit[] {
  const env = memberOf(entry.node, client.shape.env)?.value;
  if (env === undefined || connection.secretEnv.length === 0) return [];
  const secret = new Set(connection.secretEnv);
  // Comments are the person's own: an env that holds some stays for them.
  const stays = members(env).some(({ name }) => !secret.has(name)) || hasComment(textOf(text, env));
  return stays
    ? removeMembers(text, env, (name) => secret.has(name))
    : removeMembers(text, entry.node, (name) => name === client.shape.env);
}
