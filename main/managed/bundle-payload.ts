import { BundlePayload, bundleSchemaVersion } from '../../shared/managed.ts';
import { fail, ok, type Problem, type Result } from '../../shared/outcome.ts';
import { type Droppable, readTolerantly } from './tolerant.ts';

/** A payload as it will be used, with sentences about what of it was left out. */
export interface ReadPayload {
  readonly payload: BundlePayload;
  readonly problems: readonly string[];
}

/** Why a signed payload is not used at all. */
export type PayloadProblem = Problem & {
  readonly code: 'bundle-form' | 'bundle-newer-form' | 'bundle-other-organisation';
};

/**
 * Lists of things that stand for themselves: one that does not fit is left out alone. Everything else decides whether
 * and how long the bundle holds, and voids it.
 */
const lists: ReadonlyMap<string, number> = new Map([
  ['settings', 2],
  ['notices', 2],
  ['modes', 2],
  ['registry.allow', 3],
  ['registry.deny', 3],
]);

const droppable: Droppable = (path) => {
  const length = lists.get(String(path[0])) ?? lists.get(path.slice(0, 2).map(String).join('.'));
  if (length !== undefined && path.length >= length) return length;
  return path[0] === 'contact' || path[0] === 'relaxations' ? 1 : undefined;
};

const versionOf = (json: unknown): unknown =>
  typeof json === 'object' && json !== null && 'schemaVersion' in json
    ? json.schemaVersion
    : undefined;

/**
 * Reads the payload of a bundle whose signature holds. What is lost may only tighten: nobody can say what a lost entry
 * of the deny list named, so that servers outside the allow list are then denied; a lost mode is `enforce`, a lost
 * relaxation is none. Never throws.
 */
export function readPayload(
  json: unknown,
  organisation: string,
): Result<ReadPayload, PayloadProblem> {
  const version = versionOf(json);
  if (typeof version === 'number' && version > bundleSchemaVersion) {
    return fail(
      'bundle-newer-form',
      'The policy bundle is written for a newer Airlock. Update Airlock on this machine.',
    );
  }
  const read = readTolerantly(BundlePayload, json, droppable);
  if (!read.ok) {
    return fail('bundle-form', `The policy bundle does not have the right form: ${read.problem}`);
  }
  if (read.value.organisation !== organisation) {
    return fail(
      'bundle-other-organisation',
      `The policy bundle is for ${JSON.stringify(read.value.organisation.slice(0, 80))}, and this machine belongs to ${JSON.stringify(organisation.slice(0, 80))}.`,
    );
  }
  const { registry } = read.value;
  if (registry === undefined || !read.lost.some((part) => part.startsWith('registry.deny.'))) {
    return ok({ payload: read.value, problems: read.problems });
  }
  return ok({
    payload: { ...read.value, registry: { ...registry, default: 'deny' } },
    problems: [
      ...read.problems,
      'An entry of the list of denied servers cannot be read, so only allowed servers may be used until it is corrected.',
    ],
  });
}

/** The Cedar text of a payload in one piece. */
export function cedarOf({ cedar }: Pick<BundlePayload, 'cedar'>): string {
  return typeof cedar === 'string' ? cedar : cedar.map(({ text }) => text).join('\n');
}
