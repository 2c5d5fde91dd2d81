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

/** The new text, and the names of entries whose original could not be placed. */
export interface PutBack {
  readonly text: string;
  readonly unplaced: readonly string[];
}

/**
 * Puts original entries back into a file that may have changed since. An entry that nobody touched gets its whole
 * original text; in any other only `command`, `args` and the env values that we took are put back, and what the person
 * or the client changed in it stays. An env value that was set anew meanwhile wins over the old one.
 */
export function putBack(config: ParsedConfig, client: Client, returns: readonly Return[]): PutBack {
  const unplaced: string[] = [];
  const edits = returns.flatMap(({ present, original }) => {
    const { entry, newHash, sameFile } = original;
    if (sameFile && sha256(textOf(config.text, present.node)) === newHash) {
      return [replaceNode(present.node, textOf(original.text, entry.node))];
    }
    const fields = fieldEdits(config.text, present.node, client, original);
    if (fields === undefined) unplaced.push(present.name);
    return fields ?? [];
  });
  return { text: applyEdits(config.text, edits), unplaced };
}

function fieldEdits(
  text: string,
  present: Node,
  client: Client,
  original: Original,
): TextEdit[] | undefined {
  const { shape } = client;
  const was = original.client.shape;
  const command = memberOf(present, shape.command);
  const args = memberOf(present, shape.args);
  const oldCommand = memberOf(original.entry.node, was.command)?.value;
  const oldArgs = memberOf(original.entry.node, was.args)?.value;
  if (command === undefined || oldCommand === undefined) return undefined;
  const env = envEdits(text, present, client, original, oldArgs ? (args ?? command) : command);
  if (env === undefined) return undefined;
  const edits = [replaceNode(command.value, valueText(oldCommand, text, original)), ...env];
  if (args === undefined) return edits;
  if (oldArgs === undefined) {
    return [...edits, ...removeMembers(text, present, (name) => name === shape.args)];
  }
  return [...edits, replaceNode(args.value, valueText(oldArgs, text, original))];
}

function envEdits(
  text: string,
  present: Node,
  client: Client,
  original: Original,
  before: Member,
): TextEdit[] | undefined {
  const oldEnv = memberOf(original.entry.node, original.client.shape.env)?.value;
  const env = memberOf(present, client.shape.env)?.value;
  const taken = new Set(original.connection.secretEnv);
  const there = new Set(env === undefined ? [] : members(env).map(({ name }) => name));
  const missing = (oldEnv === undefined ? [] : members(oldEnv))
    .filter(({ name }) => taken.has(name) && !there.has(name))
    .map((member) => ({
      key: JSON.stringify(member.name),
      value: valueText(member.value, text, original),
    }));
  if (missing.length === 0) return [];
  if (env?.type === 'object') return [appendMembers(text, env, missing)];
  if (env !== undefined || oldEnv === undefined) return undefined;
  const whole =
    original.sameFile && missing.length === members(oldEnv).length
      ? valueText(oldEnv, text, original)
      : `{ ${missing.map(({ key, value }) => `${key}: ${value}`).join(', ')} }`;
  return [insertAfter(text, before, [{ key: JSON.stringify(client.shape.env), value: whole }])];
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
