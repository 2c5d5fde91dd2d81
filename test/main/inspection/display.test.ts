import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hiddenKind } from '../../../main/inspection/code-points.ts';
import { showJson, showText } from '../../../main/inspection/display.ts';
import { maskerFor } from '../../../main/inspection/mask.ts';
import { anyText } from './texts.ts';

/** Kinds that may be shown raw, where hidden-unicode explains them. */
const explained = new Set(['joiner', 'variation', 'tag', 'zero-width']);

describe('showing text', () => {
  test('nothing that controls or reorders is left in any text', () => {
    fc.assert(
      fc.property(anyText(80), fc.boolean(), (text, lines) => {
        for (const one of showText(text, { lines })) {
          const kind = hiddenKind(one.codePointAt(0) ?? 0);
          expect(kind === undefined || explained.has(kind), JSON.stringify(one)).toBe(true);
          if (!lines) expect(one).not.toBe('\n');
          expect(one).not.toBe('\r');
        }
      }),
      { numRuns: 1000 },
    );
  });

  test.each([
    ['a\u202eb', 'a⟨U+202E⟩b'],
    ['\u001b[31mred', '⟨U+001B⟩[31mred'],
    ['a\u200bb', 'a⟨U+200B⟩b'],
    ['a\u0000b\u0085c', 'a⟨U+0000⟩b⟨U+0085⟩c'],
    ['x\ud83dy', 'x⟨U+D83D⟩y'],
    ['a\rb', 'a⟨U+000D⟩b'],
    ['a\u200fb שלום \u200f', 'a⟨U+200F⟩b שלום ⟨U+200F⟩'],
    ['fake ⟨U+202E⟩', 'fake ⟨U+27E8⟩U+202E⟨U+27E9⟩'],
    ['a\u2003b\u3000c', 'a⟨U+2003⟩b\u3000c'],
    ['\u{e0041}'.repeat(10), `${'⟨U+E0041⟩'.repeat(8)}⟨2 more⟩`],
    [`a${' '.repeat(40)}b`, 'a ⟨40 blanks⟩ b'],
    [`a${'\u0301'.repeat(20)}`, `a${'\u0301'.repeat(8)}⟨12 marks⟩`],
  ])('%j reads %s', (text, shown) => {
    expect(showText(text)).toBe(shown);
  });

  test('line breaks are kept where lines are asked for, and visible elsewhere', () => {
    expect(showText('a\r\nb\nc', { lines: true })).toBe('a\nb\nc');
    expect(showText('a\r\nb\nc')).toBe('a⟨U+000A⟩b⟨U+000A⟩c');
    expect(showText(`a${'\n'.repeat(9)}b`, { lines: true })).toBe('a\n⟨8 empty lines⟩\nb');
  });

  test('ordinary text is left alone', () => {
    for (const text of [
      'naïve café “quoted” — €5',
      '👩‍👩‍👧‍👦 ❤️ 🏴󠁧󠁢󠁥󠁮󠁧󠁿',
      'می\u200cخواهم',
      '天気と気温',
      'क्\u200dष',
      'a\tb',
    ]) {
      expect(showText(text)).toBe(text);
    }
  });

  test('the middle of a long text is left out, and said so', () => {
    const text = `start ${'x'.repeat(5000)} end`;
    const shown = showText(text, { most: 100 });
    expect(shown).toMatch(/^start x+ ⟨… 4,910 characters not shown …⟩ x+ end$/);
    expect(showText('short', { most: 100 })).toBe('short');
  });

  test('a cut never splits a character', () => {
    fc.assert(
      fc.property(fc.integer({ min: 4, max: 60 }), (most) => {
        expect(showText('😀'.repeat(100), { most })).not.toContain('U+D83D');
      }),
    );
  });

  test('the result stays bounded whatever comes in', () => {
    fc.assert(
      fc.property(anyText(400), (text) => {
        expect(showText(text, { most: 100 }).length).toBeLessThanOrEqual(100 * 12 + 60);
      }),
    );
  });
});

describe('showing JSON', () => {
  test('order, repeated keys, large numbers and odd literals stay as sent', () => {
    expect(
      showJson(
        '{"b":1,"a":12345678901234567890,"b":1.0,"c":-0,"d":1E2,"e":[],"f":{},"g":[true,null]}',
      ),
    ).toBe(
      [
        '{',
        '  "b": 1,',
        '  "a": 12345678901234567890,',
        '  "b": 1.0,',
        '  "c": -0,',
        '  "d": 1E2,',
        '  "e": [],',
        '  "f": {},',
        '  "g": [',
        '    true,',
        '    null',
        '  ]',
        '}',
      ].join('\n'),
    );
  });

  test('what it shows means what was sent', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), (text) => {
        fc.pre(!/[⟨⟩]| {17}/.test(text) && showText(text) === text && !/\\u/.test(text));
        expect(JSON.parse(showJson(text, {}, (same) => ({ text: same, kinds: [] })))).toEqual(
          JSON.parse(text),
        );
      }),
    );
  });

  test('an escape does not hide a word or a character', () => {
    expect(showJson('{"cmd":"\\u0072\\u006d -rf","x":"a\\u202eb\\u200b"}')).toBe(
      '{\n  "cmd": "rm -rf",\n  "x": "a⟨U+202E⟩b⟨U+200B⟩"\n}',
    );
    expect(showJson('{"x":"\\u001b[31m\\n"}')).toBe('{\n  "x": "\\u001b[31m\\n"\n}');
  });

  test('secrets are masked, those of the connection too', () => {
    expect(showJson('{"password":"hunter2","note":"ghp_aB3aB3aB3aB3aB3aB3aB3aB3"}')).toBe(
      '{\n  "password": "[masked]",\n  "note": "ghp_…[masked]"\n}',
    );
    expect(showJson('["the value s3cr3t!"]', {}, maskerFor(['s3cr3t!']))).toBe(
      '[\n  "the value [masked]"\n]',
    );
  });

  test('what is no JSON is shown as text, still masked', () => {
    expect(showJson('{"password":"hunter2", \u202e')).toBe('{"password":"[masked]", ⟨U+202E⟩');
  });

  test('deep nesting neither throws nor grows without bound', () => {
    const deep = `${'['.repeat(3000)}${']'.repeat(3000)}`;
    const shown = showJson(deep, { most: 5000 });
    expect(shown).toContain('characters not shown');
    expect(shown.length).toBeLessThan(6000);
  });
});
