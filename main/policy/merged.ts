import type { Expr, PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';
import type { CompiledRule } from './rule-set.ts';

/** The JSON form Cedar takes ends at 128 levels, and beyond that Cedar does not answer but breaks. */
const maxJsonDepth = 128;
/** What the tree of up to 5,000 rules and the policy around them add, with room to spare. */
const roomForTree = 48;

/** How many levels of objects and arrays a JSON value has. Walks without recursion: it is asked before the bounds. */
export function jsonDepth(value: unknown): number {
  let deepest = 0;
  const wait: [unknown, number][] = [[value, 1]];
  for (let next = wait.pop(); next !== undefined; next = wait.pop()) {
    const [part, depth] = next;
    if (typeof part !== 'object' || part === null) continue;
    deepest = Math.max(deepest, depth);
    for (const inner of Object.values(part)) wait.push([inner, depth + 1]);
  }
  return deepest;
}

/** True for a policy that can be handed to Cedar as JSON, alone or as one of many in a tree. */
export const fitsJson = (policy: PolicyJson): boolean =>
  jsonDepth(policy) <= maxJsonDepth - roomForTree;

/** Joins expressions by an operator, balanced, so that a thousand are ten levels deep; their order stays. */
function balanced(operator: '&&' | '||', parts: readonly Expr[]): Expr {
  const [first] = parts;
  if (first === undefined) return { Value: operator === '&&' };
  if (parts.length === 1) return first;
  const middle = parts.length >> 1;
  const sides = {
    left: balanced(operator, parts.slice(0, middle)),
    right: balanced(operator, parts.slice(middle)),
  };
  return operator === '&&' ? { '&&': sides } : { '||': sides };
}

const bodyOf = (policy: PolicyJson): Expr =>
  balanced(
    '&&',
    policy.conditions.map(
      ({ kind, body }): Expr => (kind === 'when' ? body : { '!': { arg: body } }),
    ),
  );

/**
 * One forbid that stands for many whose heads are known to apply: it holds or fails exactly where one of them holds
 * or fails, as both stop the call. Cedar answers one big rule several times faster than many small ones; which of
 * them it was is asked only when one did.
 */
export const mergedForbid = (forbids: readonly CompiledRule[]): PolicyJson => ({
  effect: 'forbid',
  principal: { op: 'All' },
  action: { op: 'All' },
  resource: { op: 'All' },
  conditions: [
    {
      kind: 'when',
      body: balanced(
        '||',
        forbids.map(({ policy }) => bodyOf(policy)),
      ),
    },
  ],
});
