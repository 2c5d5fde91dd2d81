import { type Clause, clausesOf } from './clauses.ts';
import { decodedParts, longestText, normalise } from './normalise.ts';

/** One string of a definition, read for inspection. */
export interface InspectedText {
  /** Where it stands, as a path: `description`, `inputSchema.properties.path.description`. */
  readonly place: string;
  /** `name`: the tool's name or a member's key; `text`: everything else a model reads. */
  readonly role: 'name' | 'text';
  /** Exactly as the server sent it. */
  readonly raw: string;
  /** The sentences of its normalised form, and of what is encoded in it. */
  readonly clauses: readonly Clause[];
}

/** A tool definition taken apart: every string anywhere in it, known members and unknown ones. */
export interface InspectedDefinition {
  readonly name: string;
  readonly texts: readonly InspectedText[];
  /** True where the definition was larger or deeper than is inspected. */
  readonly cut: boolean;
}

/** What is inspected at most: nesting, strings, and UTF-16 units over all strings. */
export const definitionBounds = { depth: 64, strings: 8000, units: 512 * 1024 } as const;

/** Keys of JSON Schema and of MCP that need no look of their own. */
const keywords = new Set(
  `name title description inputSchema outputSchema annotations icons _meta type properties items required enum const
  default anyOf oneOf allOf not format pattern minimum maximum minLength maxLength minItems maxItems additionalProperties
  $schema $ref $defs definitions examples readOnlyHint destructiveHint idempotentHint openWorldHint execution`.split(
    /\s+/,
  ),
);

interface Walk {
  readonly texts: InspectedText[];
  units: number;
  cut: boolean;
}

/** Reads every string and every key of a definition. Never throws on what a server can send; bounded as above. */
export function readDefinition(definition: unknown): InspectedDefinition {
  const walk: Walk = { texts: [], units: 0, cut: false };
  visit(walk, definition, '', 0);
  const name = isRecord(definition) && typeof definition.name === 'string' ? definition.name : '';
  return { name, texts: walk.texts, cut: walk.cut };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function visit(walk: Walk, value: unknown, place: string, depth: number): void {
  if (typeof value === 'string') {
    add(walk, value, place, place === 'name' ? 'name' : 'text');
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  if (depth >= definitionBounds.depth || walk.texts.length >= definitionBounds.strings) {
    walk.cut = true;
    return;
  }
  if (Array.isArray(value)) {
    for (const [index, one] of value.entries()) visit(walk, one, `${place}[${index}]`, depth + 1);
    return;
  }
  for (const [key, one] of Object.entries(value)) {
    const inner = place === '' ? key : `${place}.${key}`;
    if (!keywords.has(key)) add(walk, key, inner, 'name');
    visit(walk, one, inner, depth + 1);
  }
}

function add(walk: Walk, raw: string, place: string, role: 'name' | 'text'): void {
  if (walk.texts.length >= definitionBounds.strings || walk.units > definitionBounds.units) {
    walk.cut = true;
    return;
  }
  if (raw.length > longestText) walk.cut = true;
  walk.units += raw.length;
  walk.texts.push({ place: place.slice(0, 200), role, raw, clauses: read(raw, role) });
}

function read(raw: string, role: 'name' | 'text'): readonly Clause[] {
  if (role === 'name')
    return /[\s_]/.test(raw) ? clausesOf(normalise(raw.replaceAll('_', ' '))) : [];
  if (!/\s|%|&|\\|[^\x20-\x7e]|.{25}/.test(raw)) return [];
  const clauses = clausesOf(normalise(raw));
  const hidden = decodedParts(raw);
  if (hidden.length === 0) return clauses;
  const more = hidden.flatMap((part) => [part, ...decodedParts(part)]);
  return [...clauses, ...more.flatMap((part) => clausesOf(normalise(part)))];
}
