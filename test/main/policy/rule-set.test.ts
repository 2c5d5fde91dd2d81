import { describe, expect, test } from 'vitest';
import { compileRules, maxRules } from '../../../main/policy/rule-set.ts';

const user = { source: 'user', name: 'policy.cedar' } as const;
const compile = (text: string) => compileRules(text, user);

describe('rules that can be used', () => {
  test('carry id, sentence, effect and source', () => {
    const { rules, problems, broken } = compile(
      '@id("no-etc") @text("Nothing\n may touch  /etc.")\nforbid (principal, action, resource) when { resource.name like "/etc*" };',
    );
    expect(problems).toEqual([]);
    expect(broken).toBeUndefined();
    expect(rules).toMatchObject([
      {
        rule: { id: 'no-etc', text: 'Nothing may touch /etc.', source: 'user' },
        effect: 'forbid',
        volatile: false,
        line: 1,
      },
    ]);
  });

  test('without annotations are named by their line and show their text', () => {
    const { rules } = compile('\n\npermit (principal,\n action, resource);');
    expect(rules[0]?.rule).toEqual({
      id: 'policy.cedar:3',
      text: 'permit (principal, action, resource);',
      source: 'user',
    });
  });

  test('show no hidden characters', () => {
    const { rules } = compile('@text("Fine\u202e.\u200b") permit (principal, action, resource);');
    expect(rules[0]?.rule.text).toBe('Fine . ');
  });

  test('a long text is cut, an id used twice is numbered', () => {
    const rule = `@id("a") @text("${'x'.repeat(1_000)}") permit (principal, action, resource);`;
    const { rules } = compile(rule.repeat(3));
    expect(rules.map(({ rule: { id } }) => id)).toEqual(['a', 'a#2', 'a#3']);
    expect(rules[0]?.rule.text.length).toBe(300);
  });

  test('volatile ones keep the part that is not', () => {
    const { rules } = compile(
      'permit (principal, action, resource) when { resource.name == "a" && context.arguments has x };',
    );
    expect(rules[0]).toMatchObject({ volatile: true, guard: { conditions: [{ kind: 'when' }] } });
  });

  test('nothing is nothing', () => {
    expect(compile('// only a comment')).toMatchObject({
      rules: [],
      problems: [],
      broken: undefined,
    });
  });
});

describe('rules that cannot be used', () => {
  const good = 'permit (principal, action, resource);';

  test.each([
    ['does not parse', 'forbid (principal, action, resource) when { oops( };'],
    ['no such effect', 'forbidd (principal, action, resource);'],
    ['a template', 'forbid (principal == ?principal, action, resource);'],
    ['an action that is not there', 'forbid (principal, action == Action::"calltool", resource);'],
    ['a type that is not there', 'forbid (principal, action, resource is Tol);'],
    [
      'an attribute that is not there',
      'forbid (principal, action, resource) when { resource.nme == "x" };',
    ],
    [
      'types that do not match',
      'forbid (principal, action, resource) when { resource.name == 3 };',
    ],
    [
      'a part of the context that is not there',
      'forbid (principal, action, resource) when { context.args has x };',
    ],
    [
      'the same beside the arguments',
      'forbid (principal, action, resource) when { context.arguments has x && context.argz };',
    ],
    [
      'a wrong head beside the arguments',
      'forbid (principal, action == Action::"calltool", resource) when { context.arguments has x };',
    ],
    [
      'a wrong guard beside the arguments',
      'forbid (principal, action, resource) when { resource.nme == "x" && context.arguments has x };',
    ],
    [
      'too deep',
      `forbid (principal, action, resource) when { ${'('.repeat(500)}true${')'.repeat(500)} };`,
    ],
    ['cut short', 'forbid (principal, action, resource) when { resource.trusted'],
  ])('%s: only that rule is lost, and everything asks', (_, bad) => {
    const { rules, problems, broken } = compile(`${good}\n${bad}\n`);
    expect(rules.map(({ line }) => line)).toEqual([1]);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(
      /^policy\.cedar, line 2: .* Until it is corrected, everything asks\.$/s,
    );
    expect(broken).toMatchObject({ id: 'broken-rule', source: 'user' });
    expect(broken?.text).toContain('line 2');
  });

  test('a lost permit permits nothing and leaves the rest alone', () => {
    const { rules, problems, broken } = compile(
      `permit (principal, action, resource) when { oops( };\n${good}`,
    );
    expect(rules.map(({ line }) => line)).toEqual([2]);
    expect(problems[0]).toContain('It permits nothing until it is corrected.');
    expect(broken).toBeUndefined();
  });

  test('one that asks for a type that is not there is a lost permit too', () => {
    expect(compile('permit (principal, action, resource is Tol);')).toMatchObject({
      rules: [],
      broken: undefined,
    });
  });

  test('a missing quote spoils one rule, not the file', () => {
    const { rules, problems } = compile(
      `${good}\nforbid (principal, action, resource) when { resource.name == "a };\n${good}\n${good}`,
    );
    expect(rules.map(({ line }) => line)).toContain(4);
    expect(problems[0]).toContain('line 2');
  });

  test('the line is that of the mistake', () => {
    const { problems } = compile(
      'forbid (\n  principal,\n  action,\n  resource\n) when {\n  oops oops\n};',
    );
    expect(problems[0]).toContain('line 6');
  });

  test('many are counted', () => {
    const { problems } = compile('nonsense;\n'.repeat(50));
    expect(problems).toHaveLength(21);
    expect(problems.at(-1)).toContain('30 more');
  });

  test('beyond the most rules everything asks', () => {
    const { rules, broken } = compile('x;'.repeat(maxRules + 1));
    expect(rules).toEqual([]);
    expect(broken).toBeDefined();
  });
});
