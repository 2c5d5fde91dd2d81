import type {
  ActionConstraint,
  EntityUidJson,
  PolicyJson,
  PrincipalConstraint,
  ResourceConstraint,
  TypeAndId,
} from '@cedar-policy/cedar-wasm/nodejs';

/** Who, what and where of one question, with everything above them; enough to read the head of a rule. */
export interface ScopeQuestion {
  readonly principal: TypeAndId;
  readonly principalAbove: readonly TypeAndId[];
  /** The id of the action; there are no groups of actions. */
  readonly action: string;
  readonly resource: TypeAndId;
  readonly resourceAbove: readonly TypeAndId[];
}

const plain = (entity: EntityUidJson): TypeAndId =>
  '__entity' in entity ? entity.__entity : entity;

const same = (left: TypeAndId, right: EntityUidJson): boolean => {
  const other = plain(right);
  return left.type === other.type && left.id === other.id;
};

function holdsFor(
  constraint: PrincipalConstraint | ResourceConstraint,
  entity: TypeAndId,
  above: readonly TypeAndId[],
): boolean {
  const isIn = (target: EntityUidJson) =>
    same(entity, target) || above.some((ancestor) => same(ancestor, target));
  switch (constraint.op) {
    case 'All':
      return true;
    case '==':
      return 'slot' in constraint || same(entity, constraint.entity);
    case 'in':
      return 'slot' in constraint || isIn(constraint.entity);
    case 'is': {
      if (constraint.entity_type !== entity.type) return false;
      const inside = constraint.in;
      return inside === undefined || 'slot' in inside || isIn(inside.entity);
    }
    default:
      return constraint satisfies never;
  }
}

function holdsForAction(constraint: ActionConstraint, action: string): boolean {
  const named = { type: 'Action', id: action };
  switch (constraint.op) {
    case 'All':
      return true;
    case '==':
      return 'slot' in constraint || same(named, constraint.entity);
    case 'in':
      return 'entity' in constraint
        ? same(named, constraint.entity)
        : constraint.entities.some((entity) => same(named, entity));
    default:
      return constraint satisfies never;
  }
}

/**
 * False when the head of the rule alone keeps it from applying, exactly as Cedar reads it; so leaving such a rule
 * out of an evaluation changes nothing.
 */
export const mayApply = (policy: PolicyJson, question: ScopeQuestion): boolean =>
  holdsForAction(policy.action, question.action) &&
  holdsFor(policy.principal, question.principal, question.principalAbove) &&
  holdsFor(policy.resource, question.resource, question.resourceAbove);
