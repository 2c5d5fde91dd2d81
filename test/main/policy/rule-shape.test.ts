import type { PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cedar } from '../../../main/policy/cedar.ts';
import { compileRules } from '../../../main/policy/rule-set.ts';
import { filled, shapeOf } from '../../../main/policy/rule-shape.ts';

function jsonOf(rule: string): PolicyJson {
  const answer = cedar.policyToJson(rule);
  if (answer.type === 'failure') throw new Error(`${answer.errors[0]?.message}: ${rule}`);
  return answer.json;
}

const literal = fc
  .string({
    maxLength: 12,
    unit: fc.constantFrom('a', 'b', '*', '/', ' ', 'é', ':', '[', '{', '.', 'Action', '::'),
  })
  .map((text) => `"${text}"`);

const condition = fc.oneof(
  literal.map((a) => `resource.name == ${a}`),
  literal.map((a) => `resource.name like ${a}`),
  fc.tuple(literal, literal).map(([a, b]) => `[${a}, ${b}].contains(resource.name)`),
  fc.tuple(literal, literal).map(([a, b]) => `${a} == ${b}`),
  literal.map((a) => `context.arguments has path && context.arguments["path"] like ${a}`),
  fc.tuple(literal, literal).map(([a, b]) => `{"key": ${a}}["key"] == ${b}`),
  literal.map((a) => `resource.name == ${a} && ip("10.0.0.1").isLoopback()`),
  literal.map((a) => `if resource.trusted then ${a} == resource.name else "\\u{41}" == ${a}`),
  literal.map((a) => `principal in Group::${a}`),
);

const aRule = fc
  .record({
    effect: fc.constantFrom('permit', 'forbid'),
    principal: fc.oneof(
      fc.constant('principal'),
      literal.map((a) => `principal == Agent::${a}`),
      literal.map((a) => `principal in Group::${a}`),
    ),
    resource: fc.oneof(
      fc.constant('resource'),
      literal.map((a) => `resource is Tool in Server::${a}`),
    ),
    id: literal,
    conditions: fc.array(condition, { maxLength: 3 }),
  })
  .map(
    ({ effect, principal, resource, id, conditions }) =>
      `@id(${id}) ${effect} (${principal}, action in [Action::"callTool", Action::"connect"], ${resource})` +
      `${conditions.map((one) => ` when { ${one} }`).join('')};`,
  );

test('a shape filled with the literals of a rule is what Cedar reads in the rule', () => {
  fc.assert(
    fc.property(aRule, (rule) => {
      const shape = shapeOf(rule);
      if (shape === undefined) throw new Error('no shape');
      expect(filled(jsonOf(shape.text), shape.literals)).toEqual(jsonOf(rule));
    }),
    { numRuns: 200 },
  );
});

test('two rules that differ in names alone have one shape, and keep what decides the meaning apart', () => {
  const of = (rule: string) => shapeOf(rule)?.text;
  const base = 'permit (principal, action == Action::"callTool", resource in Server::"a");';
  expect(of(base)).toBe(of(base.replace('"a"', '"b"')));
  expect(of(base)).not.toBe(of(base.replace('callTool', 'connect')));
  const read = 'permit (principal, action, resource) when { context["rate"] > 3 };';
  expect(of(read)).not.toBe(of(read.replace('rate', 'hour')));
  const same = 'permit (principal, action, resource) when { "x" == "x" };';
  expect(of(same)).not.toBe(of(same.replace('"x" ==', '"y" ==')));
  const address = 'permit (principal, action, resource) when { ip("::1").isLoopback() };';
  expect(of(address)).not.toBe(of(address.replace('::1', 'nonsense')));
});

test('a rule that already holds a mark is read as it is', () => {
  expect(
    shapeOf('permit (principal == Agent::"\uE0000\uE001", action, resource);'),
  ).toBeUndefined();
});

test('of two rules of one shape each is reported at its own line when the vocabulary does not know them', () => {
  const text = ['"a"', '"b"']
    .map((name) => `permit (principal, action, resource) when { resource.nam == ${name} };`)
    .join('\n');
  const { rules, problems } = compileRules(text, { source: 'managed', name: 'it' });
  expect(rules).toEqual([]);
  expect(problems).toHaveLength(2);
  expect(problems[0]).toContain('it, line 1');
  expect(problems[1]).toContain('it, line 2');
});
