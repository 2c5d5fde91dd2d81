import { describe, expect, test } from 'vitest';
import { actionOf, judge, type Opinion } from '../../../main/policy/judgement.ts';
import type { CompiledRule } from '../../../main/policy/rule-set.ts';
import { compileRules } from '../../../main/policy/rule-set.ts';
import type { Rule } from '../../../shared/policy.ts';

function rule(effect: 'permit' | 'forbid', id: string): CompiledRule {
  const text = `@id("${id}") ${effect} (principal, action, resource);`;
  const [compiled] = compileRules(text, { source: 'user', name: 'x' }).rules;
  if (compiled === undefined) throw new Error('The rule of a test has to be one.');
  return compiled;
}
const yes = (id = 'yes') => ({ permits: [rule('permit', id)], forbids: [], failed: [] });
const no = (id = 'no') => ({ permits: [], forbids: [rule('forbid', id)], failed: [] });
const nothing = { permits: [], forbids: [], failed: [] };

type Verdicts = readonly [Opinion['verdict'], Opinion['verdict'], Opinion['verdict']];
const opinions = (user: Verdicts, managed?: Verdicts): Opinion[] =>
  (['connect', 'act', 'unattended'] as const).flatMap((stage, index) => [
    ...(managed === undefined
      ? []
      : [{ stage, set: 'managed' as const, verdict: managed[index] ?? nothing }]),
    { stage, set: 'user' as const, verdict: user[index] ?? nothing },
  ]);
const said = (all: Iterable<Opinion>, broken: readonly Rule[] = []) => {
  const { decision, rules } = judge(all, broken, 'write');
  return [decision, ...rules.map(({ id }) => id)];
};

describe('one set', () => {
  test.each<[string, Verdicts, string[]]>([
    ['all three', [yes(), yes('act'), yes('alone')], ['allow', 'alone', 'act']],
    ['not unattended', [yes(), yes('act'), nothing], ['ask', 'default', 'act']],
    ['forbidden unattended', [yes(), yes('act'), no('ask')], ['ask', 'ask', 'act']],
    ['not to act', [yes(), nothing, yes()], ['deny', 'default']],
    ['forbidden to act', [yes(), no('act'), yes()], ['deny', 'act']],
    ['not to connect', [no('server'), yes(), yes()], ['deny', 'server']],
  ])('permits %s', (_, verdicts, expected) => {
    expect(said(opinions(verdicts))).toEqual(expected);
  });

  test('a rule that made two stages is named once', () => {
    expect(said(opinions([yes('all'), yes('all'), yes('all')]))).toEqual(['allow', 'all']);
  });
});

describe('two sets', () => {
  const user: Verdicts = [yes(), yes('user'), yes('user')];

  test.each<[string, Verdicts, string[]]>([
    ['allow', [yes(), yes('it'), yes('it')], ['allow', 'it', 'user']],
    ['ask', [yes(), yes('it'), nothing], ['ask', 'default', 'it', 'user']],
    ['deny', [yes(), nothing, nothing], ['deny', 'default']],
    ['deny', [nothing, yes(), yes()], ['deny', 'default']],
  ])('the stricter wins: %s', (_, managed, expected) => {
    expect(said(opinions(user, managed))).toEqual(expected);
  });

  test('both that refuse at one stage are named', () => {
    expect(said(opinions([yes(), no('mine'), yes()], [yes(), no('theirs'), yes()]))).toEqual([
      'deny',
      'theirs',
      'mine',
    ]);
  });

  test('the default says whose it is', () => {
    const { rules } = judge(opinions(user, [yes(), nothing, nothing]), [], 'write');
    expect(rules).toEqual([
      { id: 'default', text: 'No rule of your organisation permits this.', source: 'managed' },
    ]);
  });
});

describe('a broken rule', () => {
  const broken: Rule = { id: 'broken-rule', text: 'Broken.', source: 'user' };

  test('turns allow into ask', () => {
    expect(said(opinions([yes(), yes('act'), yes()]), [broken])).toEqual([
      'ask',
      'broken-rule',
      'act',
    ]);
  });

  test('joins the reasons of an ask, and leaves a deny alone', () => {
    expect(said(opinions([yes(), yes('act'), nothing]), [broken])).toEqual([
      'ask',
      'default',
      'broken-rule',
      'act',
    ]);
    expect(said(opinions([yes(), no(), nothing]), [broken])).toEqual(['deny', 'no']);
  });
});

describe('a rule that failed', () => {
  const failing = (effect: 'permit' | 'forbid', permits: CompiledRule[] = []) => ({
    permits,
    forbids: [],
    failed: [{ rule: rule(effect, 'mine'), message: 'no attribute `path`' }],
  });

  test('counts as forbidding where it forbids', () => {
    const { decision, rules } = judge(
      opinions([yes(), failing('forbid', [rule('permit', 'p')]), yes()]),
      [],
      'write',
    );
    expect(decision).toBe('deny');
    expect(rules).toEqual([
      {
        id: 'evaluation-failed',
        text: 'The rule "mine" could not be evaluated, so it counts as forbidding: no attribute `path`',
        source: 'user',
      },
    ]);
  });

  test('permits nothing where it permits, and is named beside the default', () => {
    expect(said(opinions([yes(), yes('act'), failing('permit')]))).toEqual([
      'ask',
      'default',
      'evaluation-failed',
      'act',
    ]);
    expect(said(opinions([yes(), yes('act'), failing('permit', [rule('permit', 'p')])]))[0]).toBe(
      'allow',
    );
  });
});

test('a decision cannot be made of half the questions', () => {
  expect(() => judge(opinions([yes(), yes(), yes()]).slice(0, 2), [], 'write')).toThrow();
  expect(() => judge([], [], 'write')).toThrow();
});

test('nothing is asked after a refusal', () => {
  const asked: string[] = [];
  function* lazily(): Generator<Opinion> {
    for (const opinion of opinions([yes(), no(), yes()])) {
      asked.push(opinion.stage);
      yield opinion;
    }
  }
  judge(lazily(), [], 'write');
  expect(asked).toEqual(['connect', 'act', 'unattended']);
});

test('each stage has its action', () => {
  expect(
    ['connect', 'act', 'unattended'].map((stage) =>
      actionOf(stage as Opinion['stage'], 'readResource'),
    ),
  ).toEqual(['connect', 'readResource', 'readResourceUnattended']);
});
