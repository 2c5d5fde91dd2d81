import { members, type Node } from './config-node.ts';

/** Places that an edit may change, each as a path of member names and list positions. */
export type Allowed = readonly (readonly string[])[];

/**
 * Where two readings of a config differ besides the allowed places, as a path to show; undefined when nowhere. Names
 * may stand in another order; lists may not. An object all of whose members may change may be missing as a whole.
 */
export function differsAt(before: Node, after: Node, allowed: Allowed): string | undefined {
  const tree: AllowedTree = new Map();
  for (const path of allowed) {
    let at = tree;
    for (const step of path) {
      const next: AllowedTree = at.get(step) ?? new Map();
      at.set(step, next);
      at = next;
    }
    at.set(anything, new Map());
  }
  const found = compare(before, after, tree, []);
  return found?.join('.');
}

type AllowedTree = Map<string, AllowedTree>;

/** Marks the end of an allowed path: a name that no config can hold. */
const anything = '\0*';

type Path = readonly string[];

function compare(
  before: Node,
  after: Node,
  allowed: AllowedTree | undefined,
  path: Path,
): Path | undefined {
  if (allowed?.has(anything) === true) return undefined;
  if (before.type !== after.type) return path;
  if (before.type === 'object') return compareObjects(before, after, allowed, path);
  if (before.type === 'array') {
    const old = before.children ?? [];
    const now = after.children ?? [];
    if (old.length !== now.length) return path;
    for (const [index, item] of old.entries()) {
      const other = now[index];
      const here = [...path, String(index)];
      const found =
        other === undefined ? here : compare(item, other, allowed?.get(String(index)), here);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  return before.value === after.value || Object.is(before.value, after.value) ? undefined : path;
}

function compareObjects(
  before: Node,
  after: Node,
  allowed: AllowedTree | undefined,
  path: Path,
): Path | undefined {
  // By name in one pass: a file may have a hundred thousand members.
  const now = new Map(members(after).map(({ name, value }) => [name, value]));
  const old = new Set<string>();
  for (const { name, value } of members(before)) {
    old.add(name);
    const other = now.get(name);
    const inside = allowed?.get(name);
    const here = [...path, name];
    if (other === undefined) {
      if (!mayVanish(value, inside)) return here;
      continue;
    }
    const found = compare(value, other, inside, here);
    if (found !== undefined) return found;
  }
  for (const [name, value] of now) {
    if (!old.has(name) && !mayVanish(value, allowed?.get(name))) return [...path, name];
  }
  return undefined;
}

function mayVanish(node: Node, allowed: AllowedTree | undefined): boolean {
  if (allowed === undefined) return false;
  if (allowed.has(anything)) return true;
  return (
    node.type === 'object' &&
    members(node).every(({ name, value }) => mayVanish(value, allowed.get(name)))
  );
}
