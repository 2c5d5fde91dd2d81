import type {
  Context,
  EntityJson,
  Policy,
  Response,
  TypeAndId,
} from '@cedar-policy/cedar-wasm/nodejs';
import { cedar } from './cedar.ts';
import { fitsJson, mergedForbid } from './merged.ts';
import { groupOf, type PolicyGroup, type PreparedSets } from './prepared.ts';
import type { CompiledRule } from './rule-set.ts';
import { mayApply, type ScopeQuestion } from './scope.ts';

/** One question to a set of rules. */
export interface Question {
  readonly principal: TypeAndId;
  readonly action: string;
  readonly resource: TypeAndId;
  readonly above: Pick<ScopeQuestion, 'principalAbove' | 'resourceAbove'>;
  readonly entities: EntityJson[];
}

/** A rule that could not be evaluated, and why. */
export interface Failed {
  readonly rule: CompiledRule;
  readonly message: string;
}

/** What a set of rules says to one question. The permits are only complete where there is no forbid. */
export interface Verdict {
  readonly permits: readonly CompiledRule[];
  readonly forbids: readonly CompiledRule[];
  readonly failed: readonly Failed[];
}

/** What can be told of a question once for all calls of its kind, and the rules that each call still has to ask. */
export interface Plan {
  readonly verdict: Verdict;
  readonly pending: Pending | undefined;
}

/** The rules that depend on the arguments. Where there are many forbids, one stands for them and is asked first. */
interface Pending {
  readonly all: RuleGroup;
  readonly quick:
    | { readonly merged: PolicyGroup; readonly others: RuleGroup | undefined }
    | undefined;
}

/** Rules that are asked together. */
interface RuleGroup {
  readonly group: PolicyGroup;
  readonly ruleOf: ReadonlyMap<string, CompiledRule>;
}

const nothing: Verdict = { permits: [], forbids: [], failed: [] };

/** A forbid that fails counts as one that holds; a permit that fails permits nothing. */
export const isPermitted = (verdict: Verdict): boolean =>
  verdict.permits.length > 0 &&
  verdict.forbids.length === 0 &&
  !verdict.failed.some(({ rule }) => rule.effect === 'forbid');

/** Puts a question to a group and gives back the names of the policies that made the answer. */
function answerOf(
  sets: PreparedSets,
  group: PolicyGroup,
  question: Question,
  context: Context,
): Response {
  const answer = cedar.statefulIsAuthorized({
    principal: question.principal,
    action: { type: 'Action', id: question.action },
    resource: question.resource,
    context,
    entities: question.entities,
    preparsedPolicySetId: sets.nameOf(group),
  });
  if (answer.type === 'success') return answer.response;
  throw new Error(answer.errors[0]?.message ?? 'Cedar gave no reason.');
}

function ask(sets: PreparedSets, rules: RuleGroup, question: Question, context: Context): Verdict {
  const { decision, diagnostics } = answerOf(sets, rules.group, question, context);
  const known = (id: string): CompiledRule => {
    const rule = rules.ruleOf.get(id);
    if (rule === undefined) throw new Error(`Cedar named a rule that was not asked: ${id}`);
    return rule;
  };
  const reasons = inOrder(diagnostics.reason.map(known));
  return {
    permits: decision === 'allow' ? reasons : [],
    forbids: decision === 'deny' ? reasons : [],
    failed: diagnostics.errors.map(({ policyId, error }) => ({
      rule: known(policyId),
      message: error.message,
    })),
  };
}

/** Cedar answers in the order of a hash map; explanations want the order of the file. */
const inOrder = (rules: CompiledRule[]): CompiledRule[] => rules.sort((a, b) => a.order - b.order);

const join = (left: Verdict, right: Verdict): Verdict => ({
  permits: inOrder([...left.permits, ...right.permits]),
  forbids: inOrder([...left.forbids, ...right.forbids]),
  failed: [...left.failed, ...right.failed],
});

const ruleGroup = (
  rules: readonly CompiledRule[],
  idOf: (rule: CompiledRule) => string,
  policyOf: (rule: CompiledRule) => Policy,
): RuleGroup => ({
  group: groupOf(new Map(rules.map((rule) => [idOf(rule), policyOf(rule)]))),
  ruleOf: new Map(rules.map((rule) => [idOf(rule), rule])),
});

/** The rules as written. */
const wholeRules = (rules: readonly CompiledRule[]): RuleGroup =>
  ruleGroup(
    rules,
    ({ key }) => key,
    ({ text }) => text,
  );

/** From here on the one rule that stands for many pays for itself. */
const manyForbids = 16;

function pendingOf(rules: readonly CompiledRule[]): Pending {
  const all = wholeRules(rules);
  const forbids = rules.filter(({ effect, policy }) => effect === 'forbid' && fitsJson(policy));
  const taken = new Set(forbids);
  if (forbids.length < manyForbids) return { all, quick: undefined };
  const names = forbids.map(({ key }) => `merged-${key}`).join(' ');
  const others = rules.filter((rule) => !taken.has(rule));
  return {
    all,
    quick: {
      merged: groupOf(new Map([[names, mergedForbid(forbids)]])),
      others: others.length === 0 ? undefined : wholeRules(others),
    },
  };
}

/** Their leading steady conditions; under names of their own, as the same key means the whole rule elsewhere. */
const guards = (rules: readonly CompiledRule[]): RuleGroup =>
  ruleGroup(
    rules,
    ({ key }) => `guard-${key}`,
    ({ guard, policy }) => guard ?? policy,
  );

/** Which volatile rules can still hold for this kind of call: those whose guard holds, and those without one. */
function passGuards(
  sets: PreparedSets,
  rules: readonly CompiledRule[],
  question: Question,
  context: Context,
): { passed: CompiledRule[]; failed: readonly Failed[] } {
  const failed: Failed[] = [];
  const held = new Set<CompiledRule>();
  // Permits and forbids are asked apart, as Cedar does not name the permits where a forbid holds.
  for (const effect of ['permit', 'forbid'] as const) {
    const guarded = rules.filter((rule) => rule.effect === effect && rule.guard !== undefined);
    if (guarded.length === 0) continue;
    const verdict = ask(sets, guards(guarded), question, context);
    for (const rule of [...verdict.permits, ...verdict.forbids]) held.add(rule);
    failed.push(...verdict.failed);
  }
  return { passed: rules.filter((rule) => rule.guard === undefined || held.has(rule)), failed };
}

/**
 * Asks everything of a question that does not depend on the arguments. `context` is the call's, its volatile parts
 * left empty. Throws what Cedar throws.
 */
export function plan(
  sets: PreparedSets,
  rules: readonly CompiledRule[],
  question: Question,
  context: Context,
): Plan {
  const scope = {
    principal: question.principal,
    action: question.action,
    resource: question.resource,
    ...question.above,
  };
  const relevant = rules.filter(({ policy }) => mayApply(policy, scope));
  const steady = relevant.filter((rule) => !rule.volatile);
  const changing = relevant.filter((rule) => rule.volatile);
  const base = steady.length === 0 ? nothing : ask(sets, wholeRules(steady), question, context);
  // Forbid wins: no argument can turn this question back, so nothing is left to ask.
  if (base.forbids.length > 0) return { verdict: base, pending: undefined };
  const { passed, failed } = passGuards(sets, changing, question, context);
  return {
    verdict: { ...base, failed: [...base.failed, ...failed] },
    pending: passed.length === 0 ? undefined : pendingOf(passed),
  };
}

/** Completes a plan for one call: asks the rules that depend on its arguments. Throws what Cedar throws. */
export function complete(
  sets: PreparedSets,
  prepared: Plan,
  question: Question,
  context: () => Context,
): Verdict {
  if (prepared.pending === undefined) return prepared.verdict;
  const { all, quick } = prepared.pending;
  if (quick !== undefined) {
    const { diagnostics } = answerOf(sets, quick.merged, question, context());
    if (diagnostics.reason.length === 0 && diagnostics.errors.length === 0) {
      if (quick.others === undefined) return prepared.verdict;
      return join(prepared.verdict, ask(sets, quick.others, question, context()));
    }
  }
  return join(prepared.verdict, ask(sets, all, question, context()));
}
