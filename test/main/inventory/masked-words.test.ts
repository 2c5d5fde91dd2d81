import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fillsTemplate, maskedWords } from '../../../main/inventory/masked-words.ts';

const mask = (text: string) => text.replace(/(--token=)\S+/, '$1•').replace(/sk-\w+/g, '•');

test('a secret is hidden by its own looks, and by the flag before it', () => {
  expect(maskedWords(['--token', 'abc', 'sk-1', '--token=x', '--token', '--y'], mask)).toEqual([
    '--token',
    '••••••',
    '•',
    '--token=•',
    '--token',
    '--y',
  ]);
});

describe('what an entry becomes once its client has filled it in', () => {
  test.each([
    ['a b', 'a b', true],
    ['a b', 'a c', false],
    ['$HOME/x', '/home/a/x', true],
    ['$HOME/x', '/home/a/y', false],
    ['a {env:B} c %D% e', 'a 1 c 2 e', true],
    ['a {env:B} c %D% e', 'a 1 d 2 e', false],
    [`a \${{ x }} b`, 'a 1 b', true],
    ['a $B a', 'a a', false],
    ['', '', true],
  ])('%s: %s %s', (template, text, fits) => {
    expect(fillsTemplate(template.split(' '), text)).toBe(fits);
  });

  test('a template without placeholders fits itself alone', () => {
    const word = fc.stringMatching(/^[a-z/.-]{1,8}$/);
    fc.assert(
      fc.property(fc.array(word), fc.array(word), (a, b) => {
        expect(fillsTemplate(a, b.join(' '))).toBe(a.join(' ') === b.join(' '));
      }),
    );
  });

  test('whatever fills the gaps fits', () => {
    const part = fc.stringMatching(/^[a-z ]{0,6}$/);
    fc.assert(
      fc.property(part, part, part, part, part, (a, x, b, y, c) => {
        expect(fillsTemplate([`${a}\${P}${b}\${Q}${c}`], `${a}${x}${b}${y}${c}`)).toBe(true);
      }),
    );
  });
});
