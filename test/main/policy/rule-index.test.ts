import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makeRuleIndex } from '../../../main/policy/rule-index.ts';
import { compileRules } from '../../../main/policy/rule-set.ts';
import { mayApply, type ScopeQuestion } from '../../../main/policy/scope.ts';

const compile = (text: string) => compileRules(text, { source: 'managed', name: 'it' }).rules;

const question: ScopeQuestion = {
  principal: { type: 'Agent', id: 'cursor' },
  principalAbove: [
    { type: 'Person', id: 'ada' },
    { type: 'Group', id: 'devs' },
  ],
  action: 'callTool',
  resource: { type: 'Tool', id: 'srv_1/read' },
  resourceAbove: [{ type: 'Server', id: 'srv_1' }],
};
const attributes = { name: 'read', risk: 'read', server: 'srv_1' };

const heads = [
  'principal',
  'principal == Agent::"cursor"',
  'principal == Agent::"other"',
  'principal in Group::"devs"',
  'principal in Group::"sales"',
];
const resources = [
  'resource',
  'resource == Tool::"srv_1/read"',
  'resource in Server::"srv_1"',
  'resource in Server::"srv_2"',
  'resource is Tool in Server::"srv_1"',
];
const starts = [
  '',
  'when { resource.name == "read" }',
  'when { "write" == resource.name }',
  'when { ["read","list"].contains(resource.name) && resource.trusted }',
  'when { ["x"].contains(resource.risk) }',
  'when { resource.risk == "write" || true }',
  'unless { resource.name == "read" }',
  'when { context.severity == "high" }',
];

/** Whether the first condition is false for the attributes above, written out by hand. */
const isFalse = new Set([starts[2], starts[4]]);

const ruleParts = fc.tuple(
  fc.constantFrom(...heads),
  fc.constantFrom(...resources),
  fc.constantFrom(...starts),
);

describe('the index of rules', () => {
  test('finds in their order exactly those whose head fits and whose first condition may hold', () => {
    fc.assert(
      fc.property(fc.array(ruleParts, { maxLength: 12 }), fc.nat(12), (parts, cut) => {
        const rules = compile(
          parts.map(([p, r, s]) => `permit (${p}, action, ${r}) ${s};`).join('\n'),
        );
        expect(rules).toHaveLength(parts.length);
        const index = makeRuleIndex(rules.slice(0, cut));
        index.add(rules.slice(cut));
        const expected = rules.filter(
          ({ policy }, at) => mayApply(policy, question) && !isFalse.has(parts[at]?.[2] ?? ''),
        );
        expect(index.relevant(question, attributes).map(({ order }) => order)).toEqual(
          expected.map(({ order }) => order),
        );
      }),
      { numRuns: 60 },
    );
  });

  test('keeps a rule in doubt where an attribute is not a text', () => {
    const rules = compile(
      'permit (principal, action, resource in Server::"srv_1") when { resource.name == "x" };',
    );
    expect(makeRuleIndex(rules).relevant(question, {})).toHaveLength(1);
    expect(makeRuleIndex(rules).relevant(question, attributes)).toHaveLength(0);
  });
});
