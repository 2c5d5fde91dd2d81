import type { PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';
import { RiskLevel } from '../../shared/policy.ts';
import { PinState } from '../../shared/server.ts';
import { type Place, type PlacedRule, placeOf } from './rule-place.ts';

/** A warning at its place. */
export interface Warned {
  readonly place: Place;
  readonly message: string;
}

/** The attributes that only ever hold a few words: a comparison with another word can never hold. */
const words: Readonly<Record<string, readonly string[]>> = {
  'resource.risk': RiskLevel.options,
  'resource.transport': ['stdio', 'http', 'sse', 'ws'],
  'resource.pinState': [...PinState.options, 'none'],
  'principal.process': ['matches', 'unexpected', 'unknown'],
  'context.severity': ['none', 'low', 'medium', 'high'],
};

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Every node of a policy's JSON form, without recursion. */
function* nodesOf(policy: unknown): Generator<Readonly<Record<string, unknown>>> {
  const wait: unknown[] = [policy];
  for (let part = wait.pop(); part !== undefined; part = wait.pop()) {
    if (Array.isArray(part)) wait.push(...part);
    else if (isRecord(part)) {
      yield part;
      wait.push(...Object.values(part));
    }
  }
}

/** `resource.risk` of `{".": {left: {Var: "resource"}, attr: "risk"}}`; undefined for anything else. */
function attributeOf(expr: unknown): string | undefined {
  const access = isRecord(expr) ? expr['.'] : undefined;
  if (!isRecord(access) || !isRecord(access.left)) return undefined;
  const { Var: variable } = access.left;
  return typeof variable === 'string' ? `${variable}.${String(access.attr)}` : undefined;
}

/** The texts among literals and sets of literals. */
function textsOf(expr: unknown): string[] {
  if (!isRecord(expr)) return [];
  if (typeof expr.Value === 'string') return [expr.Value];
  return Array.isArray(expr.Set) ? expr.Set.flatMap(textsOf) : [];
}

/** The arguments that are read and those that are asked for with `has`, each by its first name. */
function argumentUses(policy: PolicyJson): { read: Set<string>; has: Set<string> } {
  const read = new Set<string>();
  const has = new Set<string>();
  for (const node of nodesOf(policy.conditions)) {
    for (const [operator, into] of [
      ['.', read],
      ['has', has],
    ] as const) {
      const use = node[operator];
      if (!isRecord(use)) continue;
      const names = [use.attr].flat().filter((name) => typeof name === 'string');
      if (attributeOf(use.left) === 'context.arguments') into.add(names[0] ?? '');
      // `context has arguments.path` names both at once.
      const whole = isRecord(use.left) && use.left.Var === 'context' && names[0] === 'arguments';
      if (whole && names.length > 1) into.add(names[1] ?? '');
    }
  }
  return { read, has };
}

/** The clients a rule names, in its head and in its conditions. */
function clientsOf(policy: PolicyJson): Set<string> {
  const found = new Set<string>();
  for (const node of nodesOf(policy))
    if (node.type === 'Agent' && typeof node.id === 'string') found.add(node.id);
  return found;
}

/** What a rule says that cannot hold, or that fails where its author did not expect it. */
export function warningsOf(
  written: PlacedRule,
  policy: PolicyJson,
  clients: ReadonlySet<string> | undefined,
): Warned[] {
  const found: Warned[] = [];
  /** Warns at the first of these that the rule holds, else at its start. */
  const warn = (literals: readonly string[], message: string) => {
    const at = Math.max(0, ...literals.map((literal) => written.text.indexOf(literal)));
    const place = placeOf(written, Buffer.byteLength(written.text.slice(0, at)));
    found.push({ place, message });
  };
  if (policy.annotations?.id === undefined) {
    warn([], 'It has no @id, so it is named by its line, which changes with every edit above it.');
  }
  for (const node of nodesOf(policy.conditions)) {
    for (const pair of [node['=='], node.contains]) {
      if (!isRecord(pair)) continue;
      for (const [attribute, other] of [
        [attributeOf(pair.left), pair.right],
        [attributeOf(pair.right), pair.left],
      ] as const) {
        const known = attribute === undefined ? undefined : words[attribute];
        if (known === undefined) continue;
        for (const text of textsOf(other).filter((one) => !known.includes(one))) {
          const message = `${attribute} is never ${JSON.stringify(text)}: it is one of ${known.join(', ')}.`;
          warn([JSON.stringify(text)], message);
        }
      }
    }
  }
  const { read, has } = argumentUses(policy);
  for (const name of [...read].filter((one) => !has.has(one))) {
    const what = policy.effect === 'forbid' ? 'it forbids' : 'it permits nothing';
    warn(
      [`.${name}`, `[${JSON.stringify(name)}]`],
      `Where the argument "${name}" is missing ${what}; ask for it with has first.`,
    );
  }
  for (const id of clients === undefined ? [] : clientsOf(policy)) {
    if (clients?.has(id) === false)
      warn([JSON.stringify(id)], `Airlock knows no client called "${id}".`);
  }
  return found;
}

const permits = (policy: PolicyJson, action: string): boolean => {
  if (policy.effect !== 'permit') return false;
  const head = policy.action;
  if (head.op === 'All') return true;
  const named = 'entities' in head ? head.entities : 'entity' in head ? [head.entity] : [];
  return named.some((one) => ('__entity' in one ? one.__entity : one).id === action);
};

/** What is odd about a set that has to permit by itself: without these two nothing at all is let through. */
export function setWarnings(policies: readonly PolicyJson[]): Warned[] {
  const place = { line: 1, column: 1 };
  if (policies.length === 0) return [];
  return ['connect', 'callTool']
    .filter((action) => !policies.some((policy) => permits(policy, action)))
    .map((action) => ({
      place,
      message: `No rule permits ${action}: where this policy is in force, ${action === 'connect' ? 'everything' : 'every tool call'} is denied.`,
    }));
}
