import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cedar } from '../../../main/policy/cedar.ts';
import { type CallFacts, contextOf, subjectOf } from '../../../main/policy/entities.ts';
import { complete, isPermitted, plan, type Question } from '../../../main/policy/evaluation.ts';
import { makePreparedSets } from '../../../main/policy/prepared.ts';
import { type CompiledRule, compileRules } from '../../../main/policy/rule-set.ts';
import { aToolCall } from './a-policy.ts';

const facts: CallFacts = {
  riskLevel: 'write',
  readOnly: false,
  destructive: false,
  openWorld: true,
  trusted: false,
  groups: ['staff'],
  findings: [],
  tooLarge: false,
  hour: 9,
};

function asked(args: unknown, action = 'callTool') {
  const call = aToolCall('write_file', args);
  const subject = subjectOf(call, facts);
  const question: Question = { ...subject, action };
  const steady = contextOf(call, facts, undefined);
  const full = contextOf(call, facts, { arguments: true, rate: 3 });
  return { question, steady, full };
}

const compile = (text: string) => compileRules(text, { source: 'user', name: 'x' }).rules;

/** The short way round: all rules, the whole context, one call. */
function direct(rules: readonly CompiledRule[], { question, full }: ReturnType<typeof asked>) {
  const staticPolicies = Object.fromEntries(rules.map((rule) => [rule.key, rule.text]));
  cedar.preparsePolicySet('direct', { staticPolicies });
  const answer = cedar.statefulIsAuthorized({
    principal: question.principal,
    action: { type: 'Action', id: question.action },
    resource: question.resource,
    context: full,
    entities: question.entities,
    preparsedPolicySetId: 'direct',
  });
  if (answer.type === 'failure') throw new Error(answer.errors[0]?.message);
  const { decision, diagnostics } = answer.response;
  const failedForbid = diagnostics.errors.some(
    ({ policyId }) => rules.find(({ key }) => key === policyId)?.effect === 'forbid',
  );
  return {
    permitted: decision === 'allow' && !failedForbid,
    forbids: decision === 'deny' ? [...diagnostics.reason].sort() : [],
  };
}

function planned(
  of: string | readonly CompiledRule[],
  { question, steady, full }: ReturnType<typeof asked>,
) {
  const rules = typeof of === 'string' ? compile(of) : of;
  const sets = makePreparedSets();
  const prepared = plan(sets, rules, question, steady);
  const verdict = complete(sets, prepared, question, () => full);
  sets.clear();
  return {
    permitted: isPermitted(verdict),
    forbids: verdict.forbids.map(({ key }) => key).sort(),
    settled: prepared.pending === undefined,
    verdict,
  };
}

const heads = [
  'principal, action, resource',
  'principal == Agent::"cursor", action, resource',
  'principal in Group::"staff", action == Action::"callTool", resource',
  'principal, action == Action::"callToolUnattended", resource',
  'principal, action, resource in Server::"srv_1"',
  'principal, action, resource == Tool::"srv_2/other"',
];
const conditions = [
  '',
  'when { resource.risk == "write" }',
  'when { resource.trusted }',
  'unless { resource.trusted }',
  'when { context.severity == "none" && context.hour > 8 }',
  'when { context.arguments has path && context.arguments.path like "/a*" }',
  'unless { context.arguments has path && context.arguments.path like "/a*" }',
  'when { context.arguments.path like "/a*" }',
  'when { resource.trusted && context.arguments.path == 1 }',
  'when { resource.risk == "write" && context.arguments.path == "/b" } unless { context.rate > 5 }',
  'when { context.rate > 2 }',
  'when { context.arguments.path.contains(1) }',
];
/** Every effect, head and condition, compiled once: loading is the slow part and has its own tests. */
const pool = compile(
  ['permit', 'forbid']
    .flatMap((effect) =>
      heads.flatMap((head) => conditions.map((condition) => `${effect} (${head}) ${condition};`)),
    )
    .join('\n'),
);
const anyRules = fc.uniqueArray(fc.constantFrom(...pool), { maxLength: 8 });
const volatileForbids = pool.filter((rule) => rule.volatile && rule.effect === 'forbid');
const manyForbids = fc.uniqueArray(fc.constantFrom(...volatileForbids), {
  minLength: 16,
  maxLength: 40,
});
const anyArguments = fc.constantFrom(
  {},
  { path: '/a/x' },
  { path: '/b' },
  { path: 3 },
  { other: true },
);
const anyAction = fc.constantFrom('callTool', 'callToolUnattended');

test('asking in two parts comes to what asking at once comes to', () => {
  fc.assert(
    fc.property(anyRules, anyArguments, anyAction, (rules, args, action) => {
      const question = asked(args, action);
      const one = direct(rules, question);
      const two = planned(rules, question);
      expect(two.permitted).toBe(one.permitted);
      // A steady forbid ends it, so that volatile ones beside it may go unnamed.
      if (one.forbids.length > 0) expect(two.forbids.length).toBeGreaterThan(0);
      expect(one.forbids).toEqual(expect.arrayContaining(two.forbids));
    }),
    { numRuns: 300 },
  );
});

test('the one forbid that stands for many comes to the same', () => {
  const permit = pool.filter(({ text }) => text === `permit (${heads[0]}) ;`);
  fc.assert(
    fc.property(manyForbids, anyRules, anyArguments, (forbids, more, args) => {
      const question = asked(args);
      const rules = [...new Set([...permit, ...forbids, ...more])];
      expect(planned(rules, question).permitted).toBe(direct(rules, question).permitted);
    }),
    { numRuns: 100 },
  );
});

describe('what is settled once', () => {
  const permit = 'permit (principal, action, resource);';
  const onPath = 'forbid (principal, action, resource) when { context.arguments.path == "/a" };';

  test('a question that no rule with arguments bears on', () => {
    expect(planned(permit, asked({})).settled).toBe(true);
    expect(planned(permit + onPath, asked({ path: '/b' })).settled).toBe(false);
  });

  test('one that a steady rule forbids', () => {
    const text = `${permit}${onPath}forbid (principal, action, resource);`;
    expect(planned(text, asked({ path: '/b' })).settled).toBe(true);
  });

  test('one where every guard fails', () => {
    const guarded = onPath.replace('{ ', '{ resource.trusted && ');
    expect(planned(permit + guarded, asked({})).settled).toBe(true);
  });

  test('one whose rules have another head', () => {
    const elsewhere = onPath.replace('resource)', 'resource in Server::"srv_9")');
    expect(planned(permit + elsewhere, asked({})).settled).toBe(true);
  });
});

describe('a rule that fails', () => {
  test('counts as holding where it forbids', () => {
    const text =
      'permit (principal, action, resource); forbid (principal, action, resource) when { context.arguments.path == 1 };';
    const { permitted, verdict } = planned(text, asked({}));
    expect(permitted).toBe(false);
    expect(verdict.failed).toHaveLength(1);
    expect(verdict.failed[0]?.message).toContain('path');
  });

  test('permits nothing where it permits', () => {
    const text = 'permit (principal, action, resource) when { context.arguments.path == 1 };';
    expect(planned(text, asked({})).permitted).toBe(false);
    expect(planned(text, asked({ path: 1 })).permitted).toBe(true);
  });

  test('is found among many too', () => {
    const forbids = Array.from(
      { length: 20 },
      (_, index) =>
        `forbid (principal, action, resource) when { context.arguments.p${index} == 1 };`,
    );
    const text = ['permit (principal, action, resource);', ...forbids].join('');
    const all = Object.fromEntries(forbids.map((_, index) => [`p${index}`, 2]));
    expect(planned(text, asked(all)).permitted).toBe(true);
    const { p7: _, ...rest } = all;
    const missing = planned(text, asked(rest));
    expect(missing.permitted).toBe(false);
    expect(missing.verdict.failed.map(({ rule }) => rule.key)).toEqual(['user-8']);
    expect(planned(text, asked({ ...all, p9: 1 })).forbids).toEqual(['user-10']);
  });
});
