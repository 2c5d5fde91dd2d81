import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isSurelyPermit, lineOf, splitRules } from '../../../main/policy/rule-text.ts';

describe('a text is cut into rules', () => {
  test('at semicolons, with the line each starts on', () => {
    const text = [
      '// Ours.',
      '',
      '@id("a")',
      'permit (principal, action, resource);',
      'forbid (principal, action, resource); // tail; of it',
      '  ',
      '@id("c") permit (principal, action, resource)',
      '  when { "a;b" like "*;" };',
    ].join('\n');
    expect(splitRules(text)).toEqual([
      { text: '@id("a")\npermit (principal, action, resource);', line: 3 },
      { text: 'forbid (principal, action, resource);', line: 5 },
      {
        text: '@id("c") permit (principal, action, resource)\n  when { "a;b" like "*;" };',
        line: 7,
      },
    ]);
  });

  test('a rule without its semicolon is a rule', () => {
    expect(splitRules('permit (x)\n')).toEqual([{ text: 'permit (x)', line: 1 }]);
  });

  test.each(['', '\n\n', '// nothing\n', '  // a\n// b'])('nothing in %j', (text) => {
    expect(splitRules(text)).toEqual([]);
  });

  test('an escaped quote does not end a string', () => {
    expect(splitRules('a "\\";" b; c;').map(({ text }) => text)).toEqual(['a "\\";" b;', 'c;']);
  });

  test('a string that is not closed ends the file, or its line where that is asked', () => {
    const text = 'a "x;\nb;\nc "y" ;';
    expect(splitRules(text).map(({ text: rule }) => rule)).toEqual(['a "x;\nb;\nc "y" ;']);
    expect(splitRules(text, true)).toEqual([
      { text: 'a "x;\nb;', line: 1 },
      { text: 'c "y" ;', line: 3 },
    ]);
  });

  test('whatever the text, no rule is lost and none is made up', () => {
    const bare = (text: string) => text.replace(/\/\/[^\n]*|\s+/g, '');
    const part = fc.constantFrom('permit', ';', '"', '\\', '\n', ' ', 'a', '(', '}', 'x;y');
    fc.assert(
      fc.property(fc.array(part), fc.boolean(), (parts, cut) => {
        const text = parts.join('');
        const rules = splitRules(text, cut);
        expect(bare(rules.map((rule) => rule.text).join(''))).toBe(bare(text));
      }),
    );
  });
});

test('a place in bytes is a line', () => {
  const rule = { text: 'permit // äöü\n(x)\ny', line: 10 };
  expect(lineOf(rule, 0)).toBe(10);
  expect(lineOf(rule, Buffer.byteLength('permit // äöü'))).toBe(10);
  expect(lineOf(rule, Buffer.byteLength('permit // äöü\n('))).toBe(11);
  expect(lineOf(rule, 10_000)).toBe(12);
});

describe('what does not parse', () => {
  test.each([
    'permit (principal, action, resource) when { oops };',
    '@id("a") @text("forbid (x)") permit(principal',
    '// forbid\npermit (principal',
  ])('is surely a permit: %s', (text) => {
    expect(isSurelyPermit(text)).toBe(true);
  });

  test.each([
    'forbid (principal, action, resource) when { oops };',
    'forbidd (principal, action, resource);',
    'permit (principal) forbid (principal, action, resource);',
    'when { x }',
    '@id("permit (") forbid (x)',
    'permit',
    '"permit (x)" ;',
  ])('may forbid: %s', (text) => {
    expect(isSurelyPermit(text)).toBe(false);
  });
});
