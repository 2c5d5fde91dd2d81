import type { Problem } from '../../shared/outcome.ts';
import type { ToolView } from '../../shared/server.ts';
import { type HashedDefinition, hashDefinition } from './definition-hash.ts';
import type { PinRow } from './pin-store.ts';

/** One tool as a server listed it. `source` is its JSON exactly as sent, where it is at hand. */
export interface ListedTool {
  readonly name: string;
  readonly definition: unknown;
  readonly source?: string;
}

/** A kept tool with what makes a repeated list cheap. */
export interface Known {
  row: PinRow;
  view: ToolView;
  /** The JSON seen last and its hash, so that a repeated list costs one comparison a tool. */
  source: string;
  hash: string;
}

/** Longest tool name that is kept (the specification asks for 128), in UTF-16 units. */
const longestName = 512;

/** What one name of a list stands for. */
export interface Gathered extends ListedTool {
  readonly source: string;
  readonly hashed: HashedDefinition;
  /** The list holds the name more than once; `definition` is then the list of all. */
  readonly twice: boolean;
  /** Why it cannot be read; `hashed` then stands for this very reason. */
  readonly problem?: Problem;
}

/** Joins what has one name, and leaves out what cannot be pinned at all. */
export function gatherList(
  listed: readonly ListedTool[],
  known: ReadonlyMap<string, Known>,
  withheld: Map<string, string>,
): readonly Gathered[] {
  const byName = new Map<string, ListedTool[]>();
  for (const tool of listed) {
    const same = byName.get(tool.name);
    if (same === undefined) byName.set(tool.name, [tool]);
    else same.push(tool);
  }
  const gathered: Gathered[] = [];
  for (const [name, same] of byName) {
    const [first] = same;
    if (first === undefined) continue;
    if (name.length > longestName) {
      withheld.set(name, `Its name is longer than ${longestName} characters.`);
      continue;
    }
    const twice = same.length > 1;
    const definition = twice ? same.map((one) => one.definition) : first.definition;
    const source = twice ? undefined : first.source;
    gathered.push({ name, twice, ...hashedOnce(definition, source, known.get(name)) });
  }
  return gathered;
}

type Hashed = Pick<Gathered, 'definition' | 'source' | 'hashed' | 'problem'>;

/** The hash of a definition, from memory where the very same JSON was seen last. */
function hashedOnce(
  definition: unknown,
  source: string | undefined,
  known: Known | undefined,
): Hashed {
  const seen = source ?? plainJson(definition);
  if (known !== undefined && seen !== '' && known.source === seen) {
    const text = known.row.state === 'accepted' ? known.row.acceptedText : known.row.heldText;
    return { definition, source: seen, hashed: { hash: known.hash, text, repeatedKeys: false } };
  }
  const hashed = hashDefinition(definition, source);
  if (hashed.ok) return { definition, source: seen, hashed: hashed.value };
  const standIn = hashDefinition({ unreadable: hashed.problem.message });
  if (!standIn.ok) throw new Error('a flat object has a hash');
  return { definition: {}, source: '', hashed: standIn.value, problem: hashed.problem };
}

/** The definition as JSON for comparison alone; empty where it has none (too deep, no JSON). */
const plainJson = (definition: unknown): string => {
  try {
    return JSON.stringify(definition) ?? '';
  } catch {
    return '';
  }
};
