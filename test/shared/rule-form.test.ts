import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileRules } from '../../main/policy/rule-set.ts';
import { splitRules } from '../../main/policy/rule-text.ts';
import { RuleForm, readRule, ruleText } from '../../shared/rule-form.ts';
import { aPolicy, aToolCall } from '../main/policy/a-policy.ts';

/** Strings that mean something to Cedar, to JSON mapping or to a terminal, beside any others. */
const odd = fc.constantFrom(
  '"',
  '\\',
  '*',
  '"; permit (principal, action, resource); //',
  '\n',
  '\u2028',
  '\u0000',
  '\u202e',
  'num:',
  'null:',
  'str:',
  'str:num:',
  's',
  'n',
  ':',
  'key:',
  '__entity',
  '\ud800',
  '$x',
  '}',
  '😀',
  '*/',
  '//',
);
const text = fc
  .array(fc.oneof(odd, fc.string({ unit: 'binary', maxLength: 6 }), fc.string({ maxLength: 4 })), {
    minLength: 1,
    maxLength: 3,
  })
  .map((parts) => parts.join(''))
  .filter((one) => one !== '');
const risk = fc.constantFrom('read', 'write', 'send', 'execute', 'destroy', 'unknown');
const argument = fc.record({
  name: text,
  test: fc.constantFrom('is', 'starts-with', 'contains'),
  value: text,
});
const form = fc
  .record(
    {
      id: fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,20}$/),
      text,
      effect: fc.constantFrom('ask', 'deny'),
      client: text,
      server: text,
      tool: text,
      risks: fc.uniqueArray(risk, { minLength: 1 }),
      argument,
    },
    { requiredKeys: ['id', 'text', 'effect'] },
  )
  .map((one) => RuleForm.safeParse(one))
  .filter((read) => read.success)
  .map(({ data }) => data as RuleForm);

/** Lone surrogates have no form in UTF-8, so no rule can hold them. */
const wellFormed = <T>(value: T): T =>
  JSON.parse(
    JSON.stringify(value, (_, part) => (typeof part === 'string' ? part.toWellFormed() : part)),
  );

describe('a rule that was written for a form', () => {
  test('reads well', () => {
    const rule: RuleForm = {
      id: 'no-etc',
      text: 'Cursor leaves /etc alone.',
      effect: 'deny',
      client: 'cursor',
      server: 'srv_1',
      tool: 'write_file',
      risks: ['write', 'execute'],
      argument: { name: 'path', test: 'starts-with', value: '/etc/' },
    };
    expect(ruleText(rule)).toBe(`@id("no-etc")
@text("Cursor leaves /etc alone.")
forbid (
  principal == Agent::"cursor",
  action == Action::"callTool",
  resource in Server::"srv_1"
)
when { resource.name == "write_file" }
when { ["write", "execute"].contains(resource.risk) }
when { context.arguments has "path" && context.arguments["path"] like "/etc/*" };`);
    expect(ruleText({ id: 'a', text: 'b', effect: 'ask', client: 'zed' })).toBe(`@id("a")
@text("b")
forbid (
  principal == Agent::"zed",
  action in [Action::"callToolUnattended", Action::"readResourceUnattended", Action::"getPromptUnattended", Action::"sampleUnattended", Action::"elicitUnattended"],
  resource
);`);
  });

  test('is one rule without problems, whatever the strings, and reads back as the form', () => {
    fc.assert(
      fc.property(form, (one) => {
        const written = ruleText(one);
        expect(written).not.toMatch(/[^\P{C}\n]/u);
        const { rules, problems } = compileRules(written, { source: 'user', name: 'x' });
        expect(problems).toEqual([]);
        expect(rules.map(({ rule, effect }) => [rule.id, effect])).toEqual([[one.id, 'forbid']]);
        expect(splitRules(written).map((rule) => rule.text)).toEqual([written]);
        expect(readRule(written)).toEqual(wellFormed(one));
      }),
      { numRuns: 100 },
    );
  });
});

/** Whether the tests of a form hold for a call, told without Cedar. */
function isMeant(one: RuleForm, call: Called): boolean {
  const { argument: wanted } = wellFormed(one);
  const { client, server, tool } = wellFormed(one);
  const given = wanted === undefined ? undefined : call.args[wanted.name];
  return [
    client === undefined || client === call.client,
    server === undefined || server === call.server,
    tool === undefined || tool === call.tool,
    wanted === undefined ||
      (given !== undefined &&
        {
          is: given === wanted.value,
          'starts-with': given.startsWith(wanted.value),
          contains: given.includes(wanted.value),
        }[wanted.test]),
  ].every(Boolean);
}

interface Called {
  readonly client: string;
  readonly server: string;
  readonly tool: string;
  readonly args: Readonly<Record<string, string>>;
}

/** A call that has much in common with a form. */
const called = (one: RuleForm): fc.Arbitrary<Called> => {
  const { client, server, tool, argument: wanted } = wellFormed(one);
  const likely = (value: string | undefined) =>
    (value === undefined ? text : fc.oneof({ weight: 6, arbitrary: fc.constant(value) }, text)).map(
      wellFormed,
    );
  const value = wanted?.value ?? 'x';
  const near = fc.tuple(fc.oneof(fc.constant(''), text), fc.oneof(fc.constant(''), text));
  const content = fc
    .oneof(
      near.map(([before, after]) => before + value + after),
      fc.constant(value),
      text,
    )
    .map(wellFormed);
  return fc.record({
    client: likely(client),
    server: likely(server),
    tool: likely(tool),
    args: fc
      .tuple(likely(wanted?.name), content)
      .map(([key, arg]) => (key === '__proto__' ? {} : { [key]: arg })),
  });
};

describe('a rule of a form', () => {
  test('forbids the calls that were named and no others', () => {
    let meant = 0;
    fc.assert(
      fc.property(
        form
          .filter(({ risks }) => risks === undefined)
          .chain((one) => fc.tuple(fc.constant(one), called(one))),
        ([one, { client, server, tool, args }]) => {
          const call = aToolCall(
            tool,
            args,
            { annotations: {} },
            {
              agent: { clientId: client, clientName: 'x', person: 'ada' },
              server: { id: server, transport: 'stdio', label: 'npx files' },
            },
          );
          const { rules, decision } = aPolicy(ruleText(one)).decide(call, []);
          // An id of the built-in rules would be that rule's.
          const holds = rules.some(({ id, source }) => id === one.id && source === 'user');
          const expected = isMeant(one, { client, server, tool, args });
          if (expected) meant += 1;
          expect(holds).toBe(expected);
          if (holds) expect(decision).toBe(one.effect);
        },
      ),
      { numRuns: 80 },
    );
    expect(meant).toBeGreaterThan(8);
  });

  test('looks at the risk', () => {
    const text_ = ruleText({ id: 'r', text: 'x', effect: 'deny', risks: ['write', 'send'] });
    const decide = (tool: string) => aPolicy(text_).decide(aToolCall(tool), []).rules[0]?.id;
    expect(decide('write_file')).toBe('r');
    expect(decide('read_file')).not.toBe('r');
  });

  test.each([
    ['a number', 5, true],
    ['a list', ['/etc/x'], true],
    ['nothing', undefined, false],
    ['another text', '/home', false],
  ])('fails closed where the argument is %s', (_, path, held) => {
    const rule = ruleText({
      id: 'r',
      text: 'x',
      effect: 'deny',
      argument: { name: 'path', test: 'starts-with', value: '/etc' },
    });
    const decided = aPolicy(rule).decide(aToolCall('read_file', { path }), []);
    expect(decided.decision === 'deny').toBe(held);
  });

  test('has something that it is about', () => {
    const nothing = { id: 'r', text: 'x', effect: 'deny' };
    expect(RuleForm.safeParse(nothing).success).toBe(false);
    expect(RuleForm.safeParse({ ...nothing, effect: 'allow', client: 'x' }).success).toBe(false);
  });
});

test.each([
  ['a rule of another kind', 'permit (principal, action, resource);'],
  [
    'a rule with one more condition',
    `${ruleText({ id: 'a', text: 'b', effect: 'ask', client: 'c' }).replace(/;$/, '')}\nwhen { true };`,
  ],
  [
    'a rule that permits',
    ruleText({ id: 'a', text: 'b', effect: 'ask', client: 'c' }).replace('forbid', 'permit'),
  ],
  ['nothing', ''],
])('%s is no form', (_, rule) => {
  expect(readRule(rule)).toBeUndefined();
});

test('what was changed by hand within the form is the changed form', () => {
  const one: RuleForm = { id: 'a', text: 'b', effect: 'ask', tool: 'x' };
  expect(readRule(ruleText(one).replace('"x"', '"y"'))).toEqual({ ...one, tool: 'y' });
});
