import type { Node } from 'jsonc-parser';
import type { Connection } from '../../shared/client.ts';
import type { Client } from './client-record.ts';
import { sha256 } from './config-file.ts';
import type { ConfigEntry } from './entry.ts';
import { type Member, memberOf, members, textOf } from './json-node.ts';
import type { ParsedConfig } from './parse.ts';
import {
  appendMembers,
  applyEdits,
  insertAfter,
  removeMembers,
  replaceNode,
  type TextEdit,
} from './text-edit.ts';

/** An entry as it was before it was taken over. */
export interface Original {
  readonly connection: Connection;
  /** The text of the original file, its client, and the entry in it. */
  readonly text: string;
  readonly client: Client;
  readonly entry: ConfigEntry;
  /** Hex SHA-256 of the entry's value as it was written. */
  readonly newHash: string;
  /** False where our entry was copied into another file, which may be read with another tolerance. */
  readonly sameFile: boolean;
}

/** An entry of a file that leads to a connection of ours, and what it was. */
export interface Return {
  readonly present: ConfigEntry;
  readonly original: Original;
}

/**
 * Puts original entries back into a file that may have changed since. An entry that nobody touched gets its whole
 * original text; in any other only `command`, `args` and the env values that we took are put back, and what the person
 * or the client changed in it stays. An env value that was set anew meanwhile wins over the old one.
 */
export function putBack(config: ParsedConfig, client: Client, returns: readonly Return[]): string {
  const edits = returns.flatMap(({ present, original }) => {
    const { entry, newHash, sameFile } = original;
    return sameFile && sha256(textOf(config.text, present.node)) === newHash
      ? [replaceNode(present.node, textOf(original.text, entry.node))]
      : fieldEdits(config.text, present.node, client, original);
  });
  return applyEdits(config.text, edits);
}

function fieldEdits(text: string, present: Node, client: Client, original: Original): TextEdit[] {
  const { shape } = client;
  const was = original.client.shape;
  const command = memberOf(present, shape.command);
  const args = memberOf(present, shape.args);
  const oldCommand = memberOf(original.entry.node, was.command)?.value;
  const oldArgs = memberOf(original.entry.node, was.args)?.value;
  if (command === undefined || oldCommand === undefined) {
    throw new Error('An entry that leads to us has a command, and so had the one before.');
  }
  const edits = [replaceNode(command.value, valueText(oldCommand, text, original))];
  if (args !== undefined && oldArgs !== undefined) {
    edits.push(replaceNode(args.value, valueText(oldArgs, text, original)));
  } else {
    edits.push(...removeMembers(text, present, (name) => name === shape.args));
  }
  const before = args !== undefined && oldArgs !== undefined ? args : command;
  return [...edits, ...envEdits(text, present, client, original, before)];
}

/** An env that the person or the client has turned into something else than a map gives way to the original. */
function envEdits(
  text: string,
  present: Node,
  client: Client,
  original: Original,
  before: Member,
): TextEdit[] {
  const oldEnv = memberOf(original.entry.node, original.client.shape.env)?.value;
  const env = memberOf(present, client.shape.env)?.value;
  const taken = new Set(original.connection.secretEnv);
  const there = new Set(env === undefined ? [] : members(env).map(({ name }) => name));
  const old = oldEnv === undefined ? [] : members(oldEnv);
  const missing = old
    .filter(({ name }) => taken.has(name) && !there.has(name))
    .map((member) => ({
      key: JSON.stringify(member.name),
      value: valueText(member.value, text, original),
    }));
  if (oldEnv === undefined || missing.length === 0) return [];
  if (env?.type === 'object') return [appendMembers(text, env, missing)];
  const whole =
    original.sameFile && missing.length === old.length
      ? valueText(oldEnv, text, original)
      : `{ ${missing.map(({ key, value }) => `${key}: ${value}`).join(', ')} }`;
  return env === undefined
    ? [insertAfter(text, before, [{ key: JSON.stringify(client.shape.env), value: whole }])]
    : [replaceNode(env, whole)];
}

/** The original text of a value, with the line breaks of the file it goes into; in another file, as plain JSON. */
function valueText(node: Node, into: string, original: Original): string {
  if (!original.sameFile) {
    const items = node.children?.map((child): unknown => child.value);
    return JSON.stringify(node.type === 'array' ? items : node.value);
  }
  const lineBreak = /\r\n|\n|\r/.exec(into)?.[0];
  const own = textOf(original.text, node);
  return lineBreak === undefined ? own : own.replace(/\r\n|\n|\r/g, lineBreak);
}
