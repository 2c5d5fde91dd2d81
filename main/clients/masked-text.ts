import type { Node } from 'jsonc-parser';
import type { Client } from './client-record.ts';
import { type ConfigEntry, connectionOf } from './entry.ts';
import { memberOf, members } from './json-node.ts';
import type { ParsedConfig } from './parse.ts';
import { hasPlaceholder } from './placeholder.ts';
import { type LooksSecret, secretArgs } from './secrets.ts';
import { hidden } from './server-identity.ts';
import { applyEdits, replaceNode, type TextEdit } from './text-edit.ts';

/** What hides secrets: the detector for single values, and the mask for whole lines. */
export interface Hiding {
  readonly bridgeFile: string;
  readonly looksSecret: LooksSecret;
  readonly mask: (text: string) => string;
}

/**
 * The text of a config as a person may see it, line for line: literals of env and headers are hidden whatever they
 * are, arguments where they look secret, and every line goes through the mask as well.
 */
export function maskedText(config: ParsedConfig, client: Client, hiding: Hiding): string {
  const edits = config.entries.flatMap((entry) => hidingEdits(entry, client, hiding));
  return applyEdits(config.text, edits).split('\n').map(hiding.mask).join('\n');
}

function hidingEdits(entry: ConfigEntry, client: Client, hiding: Hiding): TextEdit[] {
  const { shape } = client;
  const named = [shape.env, shape.headers].flatMap((name) =>
    name === undefined ? [] : [memberOf(entry.node, name)?.value],
  );
  return [
    ...named.flatMap((node) => (node === undefined ? [] : literalsBelow(node, client))),
    ...(connectionOf(entry, hiding.bridgeFile) === undefined
      ? hiddenArgs(entry, client, hiding)
      : []),
  ].map((node) => replaceNode(node, JSON.stringify(hidden)));
}

/** Also of env that is not the map it should be: what is odd is hidden rather than shown. */
function literalsBelow(node: Node, client: Client): Node[] {
  if (node.type === 'object') {
    return members(node).flatMap(({ value }) => literalsBelow(value, client));
  }
  if (node.type === 'array') {
    return (node.children ?? []).flatMap((child) => literalsBelow(child, client));
  }
  if (node.type === 'null' || node.type === 'boolean') return [];
  return hasPlaceholder(String(node.value), client.placeholders) ? [] : [node];
}

function hiddenArgs(entry: ConfigEntry, client: Client, hiding: Hiding): Node[] {
  if (entry.reading.kind !== 'stdio') return [];
  const nodes = memberOf(entry.node, client.shape.args)?.value.children ?? [];
  const secret = secretArgs(entry.reading, client, hiding.looksSecret);
  return nodes.filter((_, index) => secret.has(index));
}
