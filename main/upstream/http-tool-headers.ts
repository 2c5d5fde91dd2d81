import { isObject, type JsonObject } from './http-message.ts';

/** A parameter that is mirrored into a header field: where in the arguments it stands, and the field. */
export interface MirroredParameter {
  readonly path: readonly string[];
  readonly header: string;
}

/** What a tool's `x-mcp-header` annotations come to: the fields, or the rule that one of them breaks. */
export type ToolHeaders =
  | { readonly ok: true; readonly parameters: readonly MirroredParameter[] }
  | { readonly ok: false; readonly reason: string };

const annotation = 'x-mcp-header';
/** RFC 9110, section 5.1: `1*tchar`. */
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const mirrored = new Set(['string', 'integer', 'boolean']);
/** Where a schema may hold others that are not reached by `properties` alone. */
const nested = [
  'items',
  'prefixItems',
  'contains',
  'additionalProperties',
  'unevaluatedProperties',
  'unevaluatedItems',
  'propertyNames',
  'patternProperties',
  'dependentSchemas',
  'oneOf',
  'anyOf',
  'allOf',
  'not',
  'if',
  'then',
  'else',
  '$defs',
  'definitions',
];
const byName = new Set(['patternProperties', 'dependentSchemas', '$defs', 'definitions']);
/** A schema of a tool nests a few levels; a walk deeper than this helps nobody. */
const deepest = 64;

/**
 * Reads the annotations of a tool's input schema (2026-07-28, "Custom Headers from Tool Parameters"). A tool that
 * breaks a rule must be withheld from clients on HTTP. Pure.
 */
export function toolHeaders(inputSchema: unknown): ToolHeaders {
  const parameters: MirroredParameter[] = [];
  const taken = new Set<string>();
  const reason = walk(inputSchema, [], true, 0);
  return reason === undefined ? { ok: true, parameters } : { ok: false, reason };

  function walk(
    node: unknown,
    path: readonly string[],
    reached: boolean,
    depth: number,
  ): string | undefined {
    if (!isObject(node)) return undefined;
    if (depth > deepest) return 'its schema nests too deep';
    const own = Object.hasOwn(node, annotation) ? judge(node, path, reached) : undefined;
    if (own !== undefined) return own;
    const { properties } = node;
    const inner = isObject(properties) ? Object.entries(properties) : [];
    for (const [key, child] of inner) {
      const fault = walk(child, [...path, key], reached, depth + 1);
      if (fault !== undefined) return fault;
    }
    for (const child of nested.flatMap((keyword) => branches(node, keyword))) {
      const fault = walk(child, path, false, depth + 1);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  function judge(node: JsonObject, path: readonly string[], reached: boolean): string | undefined {
    const name = node[annotation];
    if (!reached || path.length === 0)
      return `${annotation} stands where no argument is reached by name`;
    if (typeof name !== 'string' || !token.test(name))
      return `the ${annotation} of "${path.join('.')}" is no name of a header field`;
    if (typeof node.type !== 'string' || !mirrored.has(node.type))
      return `"${path.join('.')}" is no string, integer or boolean`;
    if (taken.has(name.toLowerCase())) return `${annotation} "${name}" stands there twice`;
    taken.add(name.toLowerCase());
    parameters.push({ path, header: name });
    return undefined;
  }
}

function branches(node: JsonObject, keyword: string): unknown[] {
  const value = node[keyword];
  if (Array.isArray(value)) return value;
  if (isObject(value) && byName.has(keyword)) return Object.values(value);
  return [value];
}

/** The header fields of one call; an argument that is absent, null or of another kind gives none. Pure. */
export function parameterHeaders(
  parameters: readonly MirroredParameter[],
  args: unknown,
): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const { path, header } of parameters) {
    const text = asText(valueAt(args, path));
    if (text !== undefined) fields[`Mcp-Param-${header}`] = headerValue(text);
  }
  return fields;
}

function valueAt(args: unknown, path: readonly string[]): unknown {
  let node = args;
  for (const key of path) {
    if (!isObject(node) || !Object.hasOwn(node, key)) return undefined;
    node = node[key];
  }
  return node;
}

function asText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  return Number.isSafeInteger(value) ? String(value) : undefined;
}

/**
 * A value as a header field may carry it: as it is where it is visible ASCII with inner blanks, else as base64 of its
 * UTF-8 between `=?base64?` and `?=` (2026-07-28, "Value Encoding"). Pure.
 */
export function headerValue(text: string): string {
  const plain = /^[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?$/.test(text);
  const marked = text.startsWith('=?base64?') && text.endsWith('?=');
  return plain && !marked ? text : `=?base64?${Buffer.from(text).toString('base64')}?=`;
}
