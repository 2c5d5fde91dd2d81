import { decodeValue } from './era.ts';
import { fieldOf, type HeaderFields } from './header-fields.ts';
import { isObject, type JsonObject } from './posted-message.ts';

/** A parameter of a tool that a client mirrors into a header (2026-07-28, `x-mcp-header`). */
interface Mirrored {
  /** The name of the header, in lower case. */
  readonly field: string;
  /** Where the value stands in the arguments. */
  readonly path: readonly string[];
}

/** The mirrored parameters of the tools a connection has listed, by the tool's name. */
export type MirroredTools = Map<string, readonly Mirrored[]>;

/** Schemas nest; nobody mirrors what lies deeper than this. */
const mostDepth = 16;
/** A server that lists new names without end must not fill the memory. */
const mostTools = 10_000;
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/;

/** Learns from a page of `tools/list` which parameters are mirrored; a tool that is listed again counts as listed last. */
export function learnTools(known: MirroredTools, result: unknown): void {
  if (!isObject(result) || !Array.isArray(result.tools)) return;
  const tools: readonly unknown[] = result.tools;
  for (const tool of tools) {
    if (!isObject(tool) || typeof tool.name !== 'string') continue;
    const found: Mirrored[] = [];
    collect(tool.inputSchema, [], found);
    if (found.length > 0 && known.size < mostTools) known.set(tool.name, found);
    else known.delete(tool.name);
  }
}

/** Only what a chain of `properties` reaches may be mirrored. */
function collect(schema: unknown, path: readonly string[], found: Mirrored[]): void {
  if (!isObject(schema) || path.length > mostDepth) return;
  const name = schema['x-mcp-header'];
  if (typeof name === 'string' && token.test(name) && path.length > 0)
    found.push({ field: `mcp-param-${name.toLowerCase()}`, path });
  if (!isObject(schema.properties)) return;
  for (const [key, property] of Object.entries(schema.properties))
    collect(property, [...path, key], found);
}

/** What is wrong with the mirrored parameters of a `tools/call`, or undefined. */
export function mirrorProblem(
  known: MirroredTools,
  params: JsonObject,
  fields: HeaderFields,
): string | undefined {
  const mirrored = typeof params.name === 'string' ? known.get(params.name) : undefined;
  for (const { field, path } of mirrored ?? []) {
    const value = valueAt(params.arguments, path);
    const text = textOf(value);
    if (text === undefined) continue;
    const header = fieldOf(fields, field);
    if (header === undefined) return `The request lacks the header ${field}.`;
    const decoded = decodeValue(header);
    const same =
      typeof value === 'number'
        ? decoded !== undefined && /^-?\d+(\.\d+)?$/.test(decoded) && Number(decoded) === value
        : decoded === text;
    if (!same) return `The header ${field} does not say what the body says.`;
  }
  return undefined;
}

function valueAt(root: unknown, path: readonly string[]): unknown {
  let value = root;
  for (const key of path) {
    if (!isObject(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
}

/** How a value is mirrored; undefined for one that is not, as `null` or an object. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean' || Number.isSafeInteger(value)) return String(value);
  return undefined;
}
