import { describe, expect, test } from 'vitest';
import { cedar } from '../../../main/policy/cedar.ts';
import { fitsJson, jsonDepth } from '../../../main/policy/merged.ts';
import { contextUses, guardOf, isVolatile } from '../../../main/policy/rule-uses.ts';

function parse(condition: string) {
  const answer = cedar.policyToJson(`forbid (principal, action, resource) ${condition};`);
  if (answer.type === 'failure') throw new Error(answer.errors[0]?.message);
  return answer.json;
}
const when = (body: string) => parse(`when { ${body} }`);

describe('which parts of the context a rule reads', () => {
  test.each<[string, string[]]>([
    ['true', []],
    ['resource.name == "context.arguments"', []],
    ['context.severity == "high"', ['severity']],
    ['context.arguments.path like "/etc/*"', ['arguments']],
    ['context has arguments', ['arguments']],
    ['context has arguments.path', ['arguments']],
    ['context["arguments"]["path"] == 1', ['arguments']],
    ['context.findings.contains("x") && context.hour > 8', ['findings', 'hour']],
    ['if context.ambiguous then true else context.rate > 3', ['ambiguous', 'rate']],
    ['[context.hour].contains(context.rate)', ['hour', 'rate']],
    ['{a: context.arguments} == {a: 1}', ['arguments']],
    ['{Value: context.rate} == {Value: 1}', ['rate']],
    ['{Var: "context"} == {Var: "context"}', []],
    ['{".": context.rate} == {".": 1}', ['rate']],
    ['context == {a: 1}', ['*']],
    ['resource == context', ['*']],
    ['[context].contains(1)', ['*']],
    ['(if true then context else context).hour == 1', ['*']],
    ['decimal("1.0").lessThan(context.arguments.x)', ['arguments']],
    ['principal in context.arguments.who', ['arguments']],
    ['context.arguments is Agent', ['arguments']],
  ])('%s', (body, uses) => {
    expect([...contextUses(when(body))].sort()).toEqual(uses);
  });

  test('unless counts as when', () => {
    expect([...contextUses(parse('unless { context.rate > 3 }'))]).toEqual(['rate']);
  });

  test.each([
    [['arguments'], true],
    [['argumentsText'], true],
    [['rate'], true],
    [['*'], true],
    [['hour', 'severity', 'findings', 'connection'], false],
    [[], false],
  ])('%j differs from call to call: %s', (uses, volatile) => {
    expect(isVolatile(new Set(uses))).toBe(volatile);
  });
});

describe('the guard of a rule', () => {
  const kinds = (condition: string) =>
    guardOf(parse(condition))?.conditions.map(({ kind }) => kind);

  test('is what stands before the first condition on the arguments', () => {
    const guard = guardOf(
      when(
        'resource.name == "a" && resource.trusted && context.arguments.x == 1 && resource.readOnly',
      ),
    );
    expect(guard?.conditions.map(({ body }) => body)).toEqual([
      {
        '==': { left: { '.': { left: { Var: 'resource' }, attr: 'name' } }, right: { Value: 'a' } },
      },
      { '.': { left: { Var: 'resource' }, attr: 'trusted' } },
    ]);
  });

  test.each<[string, string[] | undefined]>([
    ['when { context.arguments.x == 1 && resource.trusted }', undefined],
    ['when { resource.trusted || context.arguments.x == 1 }', undefined],
    ['unless { resource.trusted } when { context.arguments.x == 1 }', ['unless']],
    ['unless { resource.trusted && context.arguments.x == 1 }', undefined],
    ['when { resource.trusted } when { context.rate > 1 } when { resource.readOnly }', ['when']],
  ])('%s', (condition, expected) => {
    expect(kinds(condition)).toEqual(expected);
  });
});

describe('the depth of a policy as JSON', () => {
  test.each<[unknown, number]>([
    [1, 0],
    [{}, 1],
    [[{ a: [] }], 3],
  ])('%j: %i', (value, depth) => {
    expect(jsonDepth(value)).toBe(depth);
  });

  test('a rule as deep as text may make it is kept from Cedar as JSON', () => {
    expect(fitsJson(when('resource.trusted'))).toBe(true);
    expect(fitsJson(when(`context.rate == 1${' || context.rate == 1'.repeat(90)}`))).toBe(false);
  });
});
