import { ToolAnnotations, type ToolView } from '../../shared/server.ts';
import type { PinRow } from './pin-store.ts';

/** Longest title and description a view carries, in UTF-16 units; the pin covers the whole definition. */
const longest = { title: 200, description: 4000 } as const;

const short = (value: unknown, most: number): string | undefined =>
  typeof value === 'string' ? value.slice(0, most) : undefined;

const member = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)[key]
    : undefined;

/** The annotations of a definition; what is missing or of the wrong type is left out, which means the worst case. */
function annotationsOf(definition: unknown): ToolAnnotations {
  const raw = member(definition, 'annotations');
  const kept: Record<string, unknown> = {};
  for (const [key, schema] of Object.entries(ToolAnnotations.shape)) {
    const parsed = schema.safeParse(member(raw, key));
    if (parsed.success && parsed.data !== undefined) kept[key] = parsed.data;
  }
  return kept as ToolAnnotations;
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** How a kept row looks to the other stages. Title and description are the server's own words, unescaped. */
export function viewOf(row: PinRow): ToolView {
  const accepted = row.acceptedHash !== '';
  const definition = parsed(accepted ? row.acceptedText : row.heldText);
  const title = short(member(definition, 'title'), longest.title);
  const description = short(member(definition, 'description'), longest.description);
  return {
    serverId: row.serverId,
    name: row.tool,
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
    annotations: accepted ? annotationsOf(definition) : {},
    pin: accepted ? row.acceptedHash : '',
    state: row.state,
    findings: [...row.findings],
  };
}

/** A tool that the server never listed to us. */
export const unlisted = (serverId: string, tool: string): ToolView => ({
  serverId,
  name: tool,
  annotations: {},
  pin: '',
  state: 'unlisted',
  findings: [],
});
