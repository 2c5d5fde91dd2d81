import type { Context, Expr, PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';
import type { CompiledRule } from './rule-set.ts';
import { mayApply, type ScopeQuestion } from './scope.ts';

/** A condition that a rule starts with: an attribute of the resource is one of these texts. */
export interface Need {
  readonly attribute: string;
  readonly values: readonly string[];
}

const textOf = (expr: Expr): string | undefined =>
  'Value' in expr && typeof expr.Value === 'string' ? expr.Value : undefined;

/** `resource.name` as the name of the attribute. */
function attributeOf(expr: Expr): string | undefined {
  if (!('.' in expr)) return undefined;
  const { left, attr } = (expr as { '.': { left: Expr; attr: unknown } })['.'];
  return 'Var' in left && left.Var === 'resource' && typeof attr === 'string' ? attr : undefined;
}

/**
 * The condition a rule starts with, if it compares an attribute of the resource with texts. Cedar reads conditions in
 * order and this one cannot fail, as every resource has every attribute: so where it does not hold the rule neither
 * holds nor fails, whatever comes after.
 */
export function needOf({ conditions: [first] }: PolicyJson): Need | undefined {
  if (first?.kind !== 'when') return undefined;
  let expr: Expr = first.body;
  while ('&&' in expr) expr = (expr as { '&&': { left: Expr; right: Expr } })['&&'].left;
  if ('==' in expr) {
    const { left, right } = (expr as { '==': { left: Expr; right: Expr } })['=='];
    const attribute = attributeOf(left) ?? attributeOf(right);
    const value = textOf(right) ?? textOf(left);
    return attribute === undefined || value === undefined
      ? undefined
      : { attribute, values: [value] };
  }
  if (!('contains' in expr)) return undefined;
  const { left, right } = (expr as { contains: { left: Expr; right: Expr } }).contains;
  const attribute = attributeOf(right);
  if (attribute === undefined || !('Set' in left)) return undefined;
  const values = (left as { Set: Expr[] }).Set.map(textOf);
  return values.every((value) => value !== undefined) ? { attribute, values } : undefined;
}

const entityKey = (side: 'principal' | 'resource', { type, id }: { type: string; id: string }) =>
  JSON.stringify([side, type, id]);

const needKey = (attribute: string, value: string) => JSON.stringify(['need', attribute, value]);

/** The entity that the head of a rule names on a side. */
function named(constraint: PolicyJson['principal'] | PolicyJson['resource']) {
  const inside = constraint.op === 'is' ? constraint.in : constraint;
  if (inside === undefined || !('entity' in inside)) return undefined;
  return '__entity' in inside.entity ? inside.entity.__entity : inside.entity;
}

/**
 * The names under which an index finds a rule: of the resource or principal in its head, or of its first condition.
 * Undefined where any question may concern it.
 */
export function keysOf(policy: PolicyJson, need: Need | undefined): readonly string[] | undefined {
  const resource = named(policy.resource);
  if (resource !== undefined) return [entityKey('resource', resource)];
  if (need !== undefined) return need.values.map((value) => needKey(need.attribute, value));
  const principal = named(policy.principal);
  return principal === undefined ? undefined : [entityKey('principal', principal)];
}

/** Rules by what their heads and first conditions name, so that a question meets only those that may apply. */
export interface RuleIndex {
  readonly rules: readonly CompiledRule[];
  add(rules: readonly CompiledRule[]): void;
  /** In their order, the rules whose head fits and whose first condition may hold. */
  relevant(question: ScopeQuestion, resource: Context): CompiledRule[];
}

/** Makes an index of rules; those of a large set may be added little by little. */
export function makeRuleIndex(first: readonly CompiledRule[] = []): RuleIndex {
  const rules: CompiledRule[] = [];
  const everywhere: CompiledRule[] = [];
  const byKey = new Map<string, CompiledRule[]>();
  const attributes = new Set<string>();

  function add(more: readonly CompiledRule[]): void {
    for (const rule of more) {
      rules.push(rule);
      if (rule.keys === undefined) everywhere.push(rule);
      if (rule.need !== undefined) attributes.add(rule.need.attribute);
      for (const key of new Set(rule.keys)) {
        const known = byKey.get(key);
        if (known === undefined) byKey.set(key, [rule]);
        else known.push(rule);
      }
    }
  }

  add(first);
  return {
    rules,
    add,
    relevant(question, resource) {
      const keys = [
        ...[question.resource, ...question.resourceAbove].map((one) => entityKey('resource', one)),
        ...[question.principal, ...question.principalAbove].map((one) =>
          entityKey('principal', one),
        ),
        ...[...attributes].flatMap((name) => {
          const value = resource[name];
          return typeof value === 'string' ? [needKey(name, value)] : [];
        }),
      ];
      const holds = ({ need }: CompiledRule): boolean => {
        const value = need === undefined ? undefined : resource[need.attribute];
        return need === undefined || typeof value !== 'string' || need.values.includes(value);
      };
      return [everywhere, ...keys.map((key) => byKey.get(key) ?? [])]
        .flat()
        .filter((rule) => mayApply(rule.policy, question) && holds(rule))
        .sort((a, b) => a.order - b.order);
    },
  };
}
