import type { Node } from 'jsonc-parser';

/** One `"name": value` of an object in the syntax tree. */
export interface Member {
  readonly name: string;
  /** The whole property, its key, and its value. */
  readonly node: Node;
  readonly key: Node;
  readonly value: Node;
}

/** The members of an object in the order of the file; none for anything that is not an object. */
export function members(node: Node): Member[] {
  if (node.type !== 'object') return [];
  return (node.children ?? []).flatMap((property) => {
    const [key, value] = property.children ?? [];
    if (key === undefined || value === undefined || typeof key.value !== 'string') return [];
    return [{ name: key.value, node: property, key, value }];
  });
}

/** The member of that name; the last one where a file gives it twice, as most readers take it. */
export const memberOf = (node: Node, name: string): Member | undefined =>
  members(node).findLast((member) => member.name === name);

/** Where a node ends, in UTF-16 units. */
export const endOf = (node: Node): number => node.offset + node.length;

/** A node's own text. */
export const textOf = (text: string, node: Node): string => text.slice(node.offset, endOf(node));
