import { createHash } from 'node:crypto';
import { fail, ok, type Problem, type Result } from '../../shared/outcome.ts';

/** Deepest nesting of a definition that can be pinned; JSON Schemas of real tools stay below twenty. */
const deepest = 200;

/** A definition that cannot be pinned, because it is nested too deeply or is no JSON value. */
export type HashProblem = Problem & {
  readonly code: 'definition-too-deep' | 'definition-not-json';
};

class Unhashable extends Error {
  readonly code: HashProblem['code'];
  constructor(code: HashProblem['code']) {
    super(code);
    this.code = code;
  }
}

/**
 * The RFC 8785 form of a JSON value, unknown members included. A bigint is written with all its digits, as is
 * anything `JSON.parse` could not have kept. Throws `Unhashable` beyond the depth or on what is no JSON.
 */
function canonical(value: unknown, depth: number): string {
  if (depth > deepest) throw new Unhashable('definition-too-deep');
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return JSON.stringify(value);
    case 'bigint':
      return value.toString();
    case 'number':
      if (!Number.isFinite(value)) throw new Unhashable('definition-not-json');
      return JSON.stringify(value);
    case 'object':
      break;
    default:
      throw new Unhashable('definition-not-json');
  }
  if (value === null) return 'null';
  if (Array.isArray(value)) return `[${value.map((one) => canonical(one, depth + 1)).join(',')}]`;
  const members = Object.entries(value).filter(([, one]) => one !== undefined);
  members.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const written = members.map(
    ([key, one]) => `${JSON.stringify(key)}:${canonical(one, depth + 1)}`,
  );
  return `{${written.join(',')}}`;
}

/** A definition in its RFC 8785 form with its hash. */
export interface HashedDefinition {
  /** Hex SHA-256 over `text` in UTF-8. */
  readonly hash: string;
  readonly text: string;
  /** True where an object of the source holds the same key twice, so that readers may disagree on it. */
  readonly repeatedKeys: boolean;
}

/**
 * The tool pin: hex SHA-256 over the RFC 8785 form of the whole definition, so that order and white space do not
 * matter and everything else does. Where the definition was parsed from `source` and parsing lost something (a
 * repeated key, digits of a number), the source itself is hashed: two definitions that a reader could tell apart
 * never share a pin.
 */
export function hashDefinition(
  definition: unknown,
  source?: string,
): Result<HashedDefinition, HashProblem> {
  try {
    const text = canonical(definition, 0);
    const lost = source === undefined ? 'nothing' : lostBy(source, text);
    const repeatedKeys = lost === 'members';
    const pinned = source === undefined || lost === 'nothing' ? text : source;
    return ok({ hash: sha256(pinned), text: pinned, repeatedKeys });
  } catch (cause) {
    if (!(cause instanceof Unhashable)) throw cause;
    const message =
      cause.code === 'definition-too-deep'
        ? 'The definition is nested too deeply to be pinned, so the tool is withheld.'
        : 'The definition is no JSON value, so the tool is withheld.';
    return fail(cause.code, message);
  }
}

const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

const token = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/gs;

/**
 * What parsing the source lost: both hold the same strings and numbers, each as often, unless a repeated key fell
 * away or a number was rounded.
 */
function lostBy(source: string, text: string): 'nothing' | 'digits' | 'members' {
  const counts = new Map<string, number>();
  let digits = false;
  for (const [raw] of text.matchAll(token)) counts.set(raw, (counts.get(raw) ?? 0) + 1);
  for (const [raw] of source.matchAll(token)) {
    const read = raw.startsWith('"') ? JSON.stringify(JSON.parse(raw)) : exactNumber(raw);
    const left = counts.get(read) ?? 0;
    if (left > 0) counts.set(read, left - 1);
    else if (raw.startsWith('"') || counts.has(read)) return 'members';
    else digits = true;
  }
  return digits ? 'digits' : 'nothing';
}

/** The RFC 8785 form of a number literal, or the literal itself where a double cannot hold it. */
const exactNumber = (raw: string): string => {
  const value = Number(raw);
  const written = JSON.stringify(value);
  const digits = raw.replace(/[eE].*$|[-.]/g, '').replace(/^0+|0+$/g, '');
  const kept = written.replace(/[eE].*$|[-.]/g, '').replace(/^0+|0+$/g, '');
  return digits === kept ? written : raw;
};
