import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkRules } from '../../../main/policy/rule-problems.ts';
import { compileRules } from '../../../main/policy/rule-set.ts';

const check = (text: string, standsAlone = false) =>
  checkRules(text, { name: 'p', clients: new Set(['cursor']), standsAlone });
/** Severity, rule, line, column and message of everything that is wrong. */
const found = (text: string) =>
  check(text).problems.map(
    ({ severity, rule, line, column, message }) =>
      `${severity} ${rule} ${line}:${column} ${message}`,
  );
const head = '(principal, action == Action::"callTool", resource)';

describe('the errors of a policy', () => {
  test.each<[string, string, string[]]>([
    ['nothing', `@id("a")\npermit ${head};`, []],
    [
      'an attribute that is not there',
      `// a comment\n@id("a")\nforbid ${head}\nwhen { resource.nonsense == 1 };`,
      ['error a 4:8 Attribute `nonsense` on entity type `Tool` not found; did you mean `name`?'],
    ],
    [
      'an action that is not there',
      '@id("a") permit (principal, action == Action::"callTol", resource);',
      ['error a 1:39 Unrecognized action `Action::"callTol"`; did you mean `Action::"callTool"`?'],
    ],
    [
      'a type that is not there, after a rule on the same line',
      `@id("a") permit ${head}; @id("b") permit (principal == Agnt::"x", action, resource);`,
      ['error b 1:100 Unrecognized entity type `Agnt`; did you mean `Agent`?'],
    ],
    [
      'a word that does not belong there',
      `@id("a")\npermit ${head} when {\n  resource.name lik "x" };`,
      [
        'error a 3:17 Unexpected token `lik`; expected `!=`, `&&`, `(`, `*`, `+`, `-`, `.`, `<`, `<=`, `==`, `>`, `>=`, `[`, `||`, `}`, `has`, `in`, `is`, or `like`.',
      ],
    ],
    [
      'the column after letters beyond ASCII',
      `@id("a")\nforbid ${head} when { resource.name == "🔒ü" && resource.nme == "x" };`,
      ['error a 2:93 Attribute `nme` on entity type `Tool` not found; did you mean `name`?'],
    ],
    [
      'what stands behind a condition on the arguments',
      `@id("a") forbid ${head}\nwhen { context.arguments has path && resource.nonsense == 1 && context.rate > "x" };`,
      [
        'error a 2:38 Attribute `nonsense` on entity type `Tool` not found; did you mean `name`?',
        'error a 2:79 Unexpected type: expected Long but saw String.',
      ],
    ],
    [
      'a part of the context that Cedar never comes to',
      `@id("a") forbid ${head} when { false && context.foo };`,
      [
        'error a 1:1 There is no context.foo.',
        'warning a 1:1 It can never hold: nothing that is asked fits what it names.',
      ],
    ],
    [
      'a rule that is too big',
      `@id("a") forbid ${head} when { ${'('.repeat(40)}`,
      ['error a 1:1 Its brackets are nested deeper than 30: split it into several rules.'],
    ],
  ])('name %s', (_, text, expected) => {
    expect(found(text)).toEqual(expected);
  });

  test('leave the other rules alone where a quote is missing', () => {
    const text = `@id("a")\nforbid ${head} when { resource.name == "x };\n@id("b")\npermit ${head};`;
    const { rules, problems } = check(`${text}\n@id("c") permit ${head};`);
    expect(rules).toEqual(['a', 'c']);
    expect(problems.map(({ severity, rule }) => [severity, rule])).toEqual([['error', 'a']]);
  });

  test('place a rule after a comment that holds the same words', () => {
    const rule = 'permit (principal, action == Action::"x", resource);';
    expect(check(`// ${rule}\n  ${rule}`).problems[0]).toMatchObject({ line: 2, column: 3 });
  });
});

describe('the warnings of a policy', () => {
  test.each<[string, string, string[]]>([
    [
      'a rule that can never hold',
      '@id("a") permit (principal, action == Action::"callTool", resource is Prompt);',
      ['warning a 1:1 It can never hold: nothing that is asked fits what it names.'],
    ],
    [
      'words that an attribute never is',
      `@id("a") forbid ${head}\nwhen { "delete" == resource.risk || ["read", "high"].contains(resource.risk) };`,
      [
        'warning a 2:8 resource.risk is never "delete": it is one of read, write, send, execute, destroy, unknown.',
        'warning a 2:46 resource.risk is never "high": it is one of read, write, send, execute, destroy, unknown.',
      ],
    ],
    [
      'a client that is not known',
      `@id("a") permit (principal == Agent::"cusor", action, resource);
       @id("b") permit (principal == Agent::"cursor", action, resource);`,
      ['warning a 1:38 Airlock knows no client called "cusor".'],
    ],
    [
      'an argument that is read without has',
      `@id("a") forbid ${head}\nwhen { context.arguments.path like "/x/*" };`,
      [
        'warning a 2:25 Where the argument "path" is missing it forbids; ask for it with has first.',
      ],
    ],
    [
      'no argument where has comes first, in either way of writing it',
      `@id("a") forbid ${head}
       when { context.arguments has path && context.arguments["path"] == "x" &&
              context has arguments.to && context.arguments.to == "y" };`,
      [],
    ],
    [
      'a rule without an id, and one with the id of another',
      `@id("a") permit ${head};\npermit ${head};\n@id("a") permit ${head};`,
      [
        'warning p:2 2:1 It has no @id, so it is named by its line, which changes with every edit above it.',
        'warning a 3:1 Another rule is called "a" too; explanations will call this one by a number.',
      ],
    ],
  ])('name %s', (_, text, expected) => {
    expect(found(text)).toEqual(expected);
  });

  test('say of a set that stands alone what it never permits', () => {
    expect(check(`@id("a") permit ${head};`, true).problems.map(({ message }) => message)).toEqual([
      'No rule permits connect: where this policy is in force, everything is denied.',
    ]);
    expect(check('@id("a") permit (principal, action, resource);', true).problems).toEqual([]);
    expect(check('', true).problems).toEqual([]);
  });
});

test('what loading rejects is an error here, whatever the text', () => {
  const piece = fc.constantFrom(
    '@id("a")',
    'permit',
    'forbid',
    head,
    '(principal, action, resource)',
    'when {',
    'unless {',
    'resource.risk == "read"',
    'context.rate > 3',
    'context.arguments.x == 1',
    'context.nothing',
    'context.arguments has x',
    'principal.nothing',
    '&&',
    '||',
    'false',
    '}',
    ';',
    ';\n',
    '"',
    '//',
    '\n',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
      const text = pieces.join(' ');
      const rejected = compileRules(text, { source: 'managed', name: 'p' }).problems.length > 0;
      const errors = check(text).problems.filter(({ severity }) => severity === 'error');
      if (rejected) expect(errors).not.toEqual([]);
      for (const { line, column } of errors) {
        expect(line).toBeLessThanOrEqual(text.split('\n').length);
        expect(column).toBeLessThanOrEqual((text.split('\n')[line - 1] ?? '').length + 1);
      }
    }),
    { numRuns: 300 },
  );
});
