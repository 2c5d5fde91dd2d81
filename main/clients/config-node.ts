/** A stretch of text in UTF-16 units. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * One node of a config's syntax tree, whatever its format: a value, or a `property` with key and value as its
 * children. JSON gives the nodes of jsonc-parser as they are; TOML and YAML build the same form. `other` is a value
 * that JSON has no word for (a date, an alias).
 */
export interface Node {
  readonly type:
    | 'object'
    | 'array'
    | 'property'
    | 'string'
    | 'number'
    | 'boolean'
    | 'null'
    | 'other';
  readonly offset: number;
  readonly length: number;
  readonly value?: unknown;
  readonly children?: readonly Node[];
  /**
   * How an object or list is written where there are several ways: in brackets, line by line, as tables with headers
   * of their own, or by dotted keys alone. Absent: in brackets.
   */
  readonly style?: 'flow' | 'lines' | 'tables' | 'dotted';
  /** The parts of a value that does not stand in one piece, in the order of the file. */
  readonly segments?: readonly Span[];
  /** Where the first line of a table ends: behind its header. */
  readonly headerEnd?: number;
  /** True where other places of the file hang on this one, or it on them (YAML anchors, aliases, merge keys, tags). */
  readonly linked?: boolean;
}

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

/** The node below `node` at this path of member names. */
export const nodeAt = (node: Node | undefined, path: readonly string[]): Node | undefined =>
  path.reduce<Node | undefined>(
    (at, name) => (at === undefined ? undefined : memberOf(at, name)?.value),
    node,
  );

/** Where a node ends, in UTF-16 units. */
export const endOf = (node: Node): number => node.offset + node.length;

/** The parts a node's text consists of. */
export const segmentsOf = (node: Node): readonly Span[] =>
  node.segments ?? [{ start: node.offset, end: endOf(node) }];

/** A node's own text; the parts of one that stands in several are joined by a NUL, which no config holds. */
export const textOf = (text: string, node: Node): string =>
  segmentsOf(node)
    .map(({ start, end }) => text.slice(start, end))
    .join('\0');

/** True when the node or anything below it is linked to another place. */
export const hasLinks = (node: Node): boolean =>
  node.linked === true || (node.children ?? []).some(hasLinks);
