import {
  findNodeAtLocation,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from 'jsonc-parser';
import type { z } from 'zod';

/** Something wrong in a JSON text, at its place (from 1). */
export interface JsonProblem {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** A JSON text read by a schema. */
export type ReadJson<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly JsonProblem[] };

/** Reads a JSON text by a schema; every problem has its place, so that an editor can go there. */
export function readJson<S extends z.ZodType>(text: string, schema: S): ReadJson<z.output<S>> {
  const errors: ParseError[] = [];
  const tree = parseTree(text, errors, { disallowComments: true });
  const at = (offset: number, message: string): JsonProblem => {
    const before = text.slice(0, offset).split('\n');
    return { line: before.length, column: (before.at(-1) ?? '').length + 1, message };
  };
  if (errors.length > 0 || tree === undefined) {
    const [first] = errors;
    const what = first === undefined ? 'nothing' : printParseErrorCode(first.error);
    return { ok: false, problems: [at(first?.offset ?? 0, `This is not JSON: ${what}.`)] };
  }
  const repeated = repeatedKey(tree);
  if (repeated !== undefined) {
    const message = `The member ${JSON.stringify(repeated.value)} stands here twice.`;
    return { ok: false, problems: [at(repeated.offset, message)] };
  }
  const parsed = schema.safeParse(JSON.parse(text));
  if (parsed.success) return { ok: true, value: parsed.data };
  const problems = parsed.error.issues.map((issue) => {
    const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
    const unknown = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
    const where = pathText(path);
    const message = `${where === '' ? '' : `${where}: `}${issue.message}.`;
    return at(nearest(tree, unknown === undefined ? path : [...path, unknown]), message);
  });
  return { ok: false, problems };
}

/** `registry.allow[2].server`. */
const pathText = (path: readonly (string | number)[]): string =>
  path
    .map((part, n) => (typeof part === 'number' ? `[${part}]` : n === 0 ? part : `.${part}`))
    .join('');

/** Where a value stands; for one that is missing, what should have held it. */
function nearest(tree: Node, path: readonly (string | number)[]): number {
  for (let length = path.length; length > 0; length -= 1) {
    const node = findNodeAtLocation(tree, path.slice(0, length));
    if (node !== undefined)
      return node.parent?.type === 'property' ? node.parent.offset : node.offset;
  }
  return tree.offset;
}

/** A key that an object holds twice: JSON.parse would drop the first of them without a word. */
function repeatedKey(tree: Node): Node | undefined {
  const wait = [tree];
  for (let node = wait.pop(); node !== undefined; node = wait.pop()) {
    const keys = new Set<unknown>();
    for (const child of node.children ?? []) {
      wait.push(child);
      const key = node.type === 'object' ? child.children?.[0] : undefined;
      if (key === undefined) continue;
      if (keys.has(key.value)) return key;
      keys.add(key.value);
    }
  }
  return undefined;
}
