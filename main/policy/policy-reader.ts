import type { DetailedError, PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';
import { cedar, outOfBounds, ruleBounds } from './cedar.ts';
import { fitsJson } from './merged.ts';
import { filled, shapeOf } from './rule-shape.ts';
import { contextUses } from './rule-uses.ts';

/** A rule as Cedar reads it, with what follows from its shape alone. */
export interface ReadPolicy {
  readonly policy: PolicyJson;
  /** The same for rules that differ in literals alone: what is wrong with the types of one is wrong with all. */
  readonly shape: string;
  readonly uses: ReadonlySet<string>;
  /** Whether it may be handed to Cedar as JSON; see fitsJson. */
  readonly fits: boolean;
}

/** What came of reading one rule. */
export type PolicyAnswer =
  | { readonly kind: 'read'; readonly read: ReadPolicy }
  | { readonly kind: 'too-big'; readonly why: string }
  | { readonly kind: 'failed'; readonly error: DetailedError | undefined };

/**
 * Reads the rules of one text. Cedar takes some hundred microseconds to give a rule as JSON, and large policies are
 * made of few shapes with ever other names in them: so each shape is read once and filled in for every rule of it.
 * Throws CedarBroken when Cedar itself failed.
 */
export function makePolicyReader(): (rule: string) => PolicyAnswer {
  const known = new Map<string, ReadPolicy>();

  function direct(text: string, shape: string): PolicyAnswer {
    const why = outOfBounds(text);
    if (why !== undefined) return { kind: 'too-big', why };
    const answer = cedar.policyToJson(text);
    if (answer.type === 'failure') return { kind: 'failed', error: answer.errors[0] };
    const policy = answer.json;
    return {
      kind: 'read',
      read: { policy, shape, uses: contextUses(policy), fits: fitsJson(policy) },
    };
  }

  return (rule) => {
    const shape = rule.length > ruleBounds.characters ? undefined : shapeOf(rule);
    if (shape === undefined || shape.literals.length === 0) return direct(rule, rule);
    let read = known.get(shape.text);
    if (read === undefined) {
      const answer = direct(shape.text, shape.text);
      // The place of an error is that in the rule as written.
      if (answer.kind !== 'read') return direct(rule, rule);
      read = answer.read;
      known.set(shape.text, read);
    }
    return { kind: 'read', read: { ...read, policy: filled(read.policy, shape.literals) } };
  };
}
