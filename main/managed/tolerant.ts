import type { z } from 'zod';

/** What came of reading a value whose every stranger is reported instead of voiding the whole. */
export type Tolerant<T> =
  | {
      readonly ok: true;
      readonly value: T;
      readonly problems: readonly string[];
      readonly lost: readonly string[];
    }
  | { readonly ok: false; readonly problem: string };

/** Says of a path in the value which part may be dropped alone: the length of the path of that part. */
export type Droppable = (path: readonly PropertyKey[]) => number | undefined;

const maxProblems = 20;
const maxRounds = 10;

const nameOf = (path: readonly PropertyKey[]): string =>
  path.map(String).join('.').slice(0, 120) || 'the whole';

function parentOf(
  value: unknown,
  path: readonly PropertyKey[],
): Record<PropertyKey, unknown> | undefined {
  let at: unknown = value;
  for (const key of path) {
    if (typeof at !== 'object' || at === null) return undefined;
    at = (at as Record<PropertyKey, unknown>)[key];
  }
  return typeof at === 'object' && at !== null ? (at as Record<PropertyKey, unknown>) : undefined;
}

/** What stands in a list for an entry that was taken out, so that the places of the others stay as they were. */
const gone = Symbol('gone');

/** A copy without the entries that were taken out. */
function swept(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((part) => part !== gone).map(swept);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, swept(part)]));
}

/**
 * Reads a value by a strict schema. Unknown members are left out and reported. A part that does not fit is left out
 * alone and reported where `droppable` says so (`lost` names it); everywhere else it voids the whole.
 */
export function readTolerantly<S extends z.ZodType>(
  schema: S,
  value: unknown,
  droppable: Droppable,
): Tolerant<z.output<S>> {
  const problems: string[] = [];
  const lost: string[] = [];
  let rest = structuredClone(value);
  for (let round = 0; round < maxRounds; round += 1) {
    const read = schema.safeParse(rest);
    if (read.success) return { ok: true, value: read.data, problems: shown(problems), lost };
    const taken = read.error.issues.map((issue) => take(issue));
    const void_ = taken.find((one) => one !== undefined);
    if (void_ !== undefined) return { ok: false, problem: void_ };
    rest = swept(rest);
  }
  return { ok: false, problem: 'It holds more errors than can be left out.' };

  function take(issue: z.core.$ZodIssue): string | undefined {
    if (issue.code === 'unrecognized_keys') {
      const parent = parentOf(rest, issue.path);
      if (parent === undefined) return 'It cannot be read.';
      for (const key of issue.keys) {
        delete parent[key];
        problems.push(`${nameOf([...issue.path, key])} is not known and is left out.`);
      }
      return undefined;
    }
    const length = droppable(issue.path);
    const said = `${nameOf(issue.path)}: ${issue.message.slice(0, 200)}.`;
    if (length === undefined) return said;
    const part = issue.path.slice(0, length);
    const parent = parentOf(rest, part.slice(0, -1));
    const key = part.at(-1);
    if (parent === undefined || key === undefined) return said;
    if (!lost.includes(nameOf(part))) {
      lost.push(nameOf(part));
      problems.push(`${said} It is left out.`);
    }
    if (Array.isArray(parent)) parent[Number(key)] = gone;
    else delete parent[key];
    return undefined;
  }
}

const shown = (problems: readonly string[]): string[] =>
  problems.length <= maxProblems
    ? [...problems]
    : [...problems.slice(0, maxProblems), `${problems.length - maxProblems} more.`];
