import type { Client } from './client-record.ts';
import { members, type Node } from './config-node.ts';
import { type ConfigEntry, connectionOf } from './entry.ts';
import { argumentNodes } from './entry-fields.ts';
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
  const { env, headers, url } = entry.fields;
  const named = [env, headers].flatMap((member) => (member === undefined ? [] : [member.value]));
  const texts = [
    ...named.flatMap((node) => literalsBelow(node, client)),
    ...(connectionOf(entry, hiding.bridgeFile) === undefined
      ? hiddenArgs(entry, client, hiding)
      : []),
  ].map((node) => replaceNode(node, JSON.stringify(hidden)));
  const address = url?.value.value;
  const shown = typeof address === 'string' ? withoutQuery(address) : undefined;
  return url === undefined || shown === undefined
    ? texts
    : [...texts, replaceNode(url.value, JSON.stringify(shown))];
}

/** An address with what may be a key in it hidden; undefined where there is nothing to hide. */
function withoutQuery(address: string): string | undefined {
  const shown = address
    .replace(/^([a-z][a-z+.-]*:\/\/)[^/?#@]*@/i, `$1${hidden}@`)
    .replace(/[?#].*$/s, (rest) => `${rest.charAt(0)}${hidden}`);
  return shown === address ? undefined : shown;
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

function hiddenArgs(entry: ConfigEntry, client: Client, hiding: Hiding): readonly Node[] {
  if (entry.reading.kind !== 'stdio') return [];
  const secret = secretArgs(entry.reading, client, hiding.looksSecret);
  return argumentNodes(entry.fields).filter((_, index) => secret.has(index));
}
