import type { Clause, Expr, PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';

/** Parts of the context that differ from call to call; a rule that reads one of them runs for every call. */
export const volatileParts: ReadonlySet<string> = new Set(['arguments', 'argumentsText', 'rate']);

/** Which parts of the context a rule reads: by name, or `*` where it takes the context as a whole. */
export function contextUses(policy: PolicyJson): ReadonlySet<string> {
  const uses = new Set<string>();
  for (const clause of policy.conditions) collect(clause.body, uses);
  return uses;
}

/** True when the answer of an expression or rule with these uses can differ between calls of one tool. */
export const isVolatile = (uses: ReadonlySet<string>): boolean =>
  uses.has('*') || [...uses].some((part) => volatileParts.has(part));

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isContext = (value: unknown): boolean => isRecord(value) && value.Var === 'context';

/**
 * Walks the JSON form of an expression. `context.x` and `context has x` read x alone; the variable anywhere else is
 * the whole context. Literals can't hold a variable: Cedar writes them below `Value`.
 */
function collect(expr: unknown, into: Set<string>): void {
  const wait: unknown[] = [expr];
  for (let part = wait.pop(); part !== undefined; part = wait.pop()) {
    if (isContext(part)) {
      into.add('*');
    } else if (Array.isArray(part)) {
      wait.push(...part);
    } else if (isRecord(part)) {
      for (const [operator, operand] of Object.entries(part)) {
        if (operator === 'Value') continue;
        // The keys of a record are the author's: `{Value: context.rate}` holds no literal.
        if (operator === 'Record' && isRecord(operand)) {
          wait.push(...Object.values(operand));
          continue;
        }
        const read =
          isRecord(operand) && isContext(operand.left) ? attributeOf(operator, operand) : undefined;
        if (read === undefined) wait.push(operand);
        else into.add(read);
      }
    }
  }
}

function attributeOf(
  operator: string,
  operand: Readonly<Record<string, unknown>>,
): string | undefined {
  if (operator !== '.' && operator !== 'has') return undefined;
  const attribute = operand.attr;
  if (typeof attribute === 'string') return attribute;
  const first: unknown = Array.isArray(attribute) ? attribute[0] : undefined;
  return typeof first === 'string' ? first : undefined;
}

/** The operands of a chain of &&, in the order Cedar evaluates them. */
function conjuncts(expr: Expr): Expr[] {
  const found: Expr[] = [];
  const wait: Expr[] = [expr];
  for (let part = wait.pop(); part !== undefined; part = wait.pop()) {
    if ('&&' in part) {
      const both = (part as { '&&': { left: Expr; right: Expr } })['&&'];
      wait.push(both.right, both.left);
    } else found.push(part);
  }
  return found;
}

/**
 * The leading conditions of a volatile rule that do not read the volatile context, as a rule of their own: where
 * that one is not satisfied the whole rule cannot be, whatever the call holds, because Cedar evaluates conditions
 * in order and stops at the first false or failing one. Undefined where there are none.
 */
export function guardOf(policy: PolicyJson): PolicyJson | undefined {
  const guard: Clause[] = [];
  for (const clause of policy.conditions) {
    const parts = clause.kind === 'when' ? conjuncts(clause.body) : [clause.body];
    for (const body of parts) {
      const uses = new Set<string>();
      collect(body, uses);
      if (isVolatile(uses))
        return guard.length === 0 ? undefined : { ...policy, conditions: guard };
      guard.push({ kind: clause.kind, body });
    }
  }
  return guard.length === 0 ? undefined : { ...policy, conditions: guard };
}
