import type { Client } from './client-record.ts';
import { memberOf, members, type Node } from './config-node.ts';
import { hasPlaceholder } from './placeholder.ts';

/** A name with text, as env and headers hold them. */
export interface NamedValue {
  readonly name: string;
  readonly value: string;
  /** True when the client expands something in it, so that only the client knows the final value. */
  readonly placeholder: boolean;
}

/** The items of a list of texts; undefined when it is something else. */
export function readTexts(node: Node): string[] | undefined {
  if (node.type !== 'array') return undefined;
  const values = (node.children ?? []).map((child) => child.value);
  return values.every((value): value is string => typeof value === 'string') ? values : undefined;
}

/** Names as texts, or as objects with a `name` (Codex's `env_vars`). */
export function readNames(node: Node | undefined): string[] | undefined {
  if (node === undefined) return [];
  if (node.type !== 'array') return undefined;
  const names = (node.children ?? []).map((child) =>
    child.type === 'object' ? memberOf(child, 'name')?.value.value : child.value,
  );
  return names.every((name): name is string => typeof name === 'string') ? names : undefined;
}

/** The members of a map of texts; undefined when it is something else. `loose` also takes numbers, and leaves out null. */
export function readValues(
  node: Node | undefined,
  client: Client,
  loose: boolean,
): NamedValue[] | undefined {
  if (node === undefined) return [];
  if (node.type !== 'object') return undefined;
  const values: NamedValue[] = [];
  for (const member of members(node)) {
    const found = member.value.value;
    if (member.value.type === 'null' && loose) continue;
    if (typeof found !== 'string' && !(typeof found === 'number' && loose)) return undefined;
    const value = String(found);
    const placeholder = hasPlaceholder(value, client.placeholders);
    values.push({ name: member.name, value, placeholder });
  }
  return values;
}
