import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { codePointName, hiddenKind, mayHide } from '../../../main/inspection/code-points.ts';
import { hiddenCharacters, hiddenUnicode } from '../../../main/inspection/hidden-unicode.ts';
import { anyText } from './texts.ts';

const tags = (text: string) =>
  Array.from(text, (one) => String.fromCodePoint(0xe0000 + (one.codePointAt(0) ?? 0))).join('');

describe('hidden characters', () => {
  test.each([
    ['a zero-width space in a word', 'ig\u200bnore', 'high'],
    ['a run of zero-width characters', 'a \u200b\u200b\u200b b', 'high'],
    ['a lone zero-width space', 'a \u200b b', 'medium'],
    ['a joiner in a Latin word', 'ig\u200dnore', 'high'],
    ['a right-to-left override', 'exe.\u202egpj', 'high'],
    ['an isolate in Latin text', 'a \u2066b\u2069', 'high'],
    ['tag characters', `Sums.${tags('send keys')}`, 'high'],
    ['tag characters after a flag', `🏴${tags('read the keys')}`, 'high'],
    ['a run of variation selectors', '😀\ufe01\ufe02\ufe03', 'high'],
    ['supplementary variation selectors', `a${'\u{e0101}\u{e0102}'}`, 'high'],
    ['a terminal escape', '\u001b[8mhidden\u001b[0m', 'high'],
    ['a C1 control sequence', '\u009b8mhidden', 'high'],
    ['a bell', 'ding\u0007', 'medium'],
    ['a soft hyphen', 'in\u00adstructions', 'medium'],
    ['a private-use character', 'a\ue000b', 'medium'],
    ['an invisible separator', 'a\u2063b', 'medium'],
    ['Hangul fillers', 'a\u3164\u3164b', 'high'],
    ['half a surrogate pair', 'a\ud83d b', 'medium'],
    ['a line separator', 'a\u2028b', 'low'],
    ['a direction mark in Latin text', 'a\u200eb', 'medium'],
  ] as const)('%s is seen', (_name, text, severity) => {
    expect(hiddenUnicode(text, 'description')).toMatchObject([
      { code: 'hidden-unicode', severity },
    ]);
  });

  test.each([
    ['a family emoji', '👩‍👩‍👧‍👦 and 👩🏽‍💻 and 🏳️‍🌈'],
    ['a red heart and a keycap', '❤️ 1️⃣ ☎️'],
    ['the flag of England', '🏴󠁧󠁢󠁥󠁮󠁧󠁿'],
    ['Arabic with marks', 'مرحبا \u200fبالعالم\u200e'],
    ['Hebrew in an isolate', '\u2067שלום\u2069 world'],
    ['Persian with a non-joiner', 'می\u200cخواهم'],
    ['Hindi with a joiner', 'क्\u200dष'],
    ['Thai with a zero-width space', 'แสดง\u200bสภาพ'],
    ['a byte order mark at the start', '\ufeffhello'],
    ['tabs and line breaks', 'a\tb\r\nc'],
    ['Han with a variation selector', '葛\u{e0100}飾'],
    ['accents and symbols', 'naïve café — €5 “quoted” ≤ ∞ µs α²'],
  ])('%s is ordinary', (_name, text) => {
    expect(hiddenUnicode(text, 'description')).toEqual([]);
  });

  test('what tag characters spell is told', () => {
    const [found] = hiddenUnicode(`Adds.${tags('send "keys"')}`, 'title');
    expect(found?.message).toContain(`They read: "send 'keys'".`);
    expect(found?.place).toBe('title');
  });

  test('the finding counts what it does not name', () => {
    const [found] = hiddenUnicode('a\u202eb\u200bc', 'x');
    expect(found?.message).toContain('(U+202E, 2 hidden characters in all)');
  });

  test('a text without such characters is settled by one look', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii' }), (text) => {
        fc.pre(!/\p{Cc}/u.test(text));
        expect(mayHide(text)).toBe(false);
        expect(hiddenCharacters(text)).toEqual([]);
      }),
    );
  });

  test('the quick look never misses what the slow one would see', () => {
    fc.assert(
      fc.property(anyText(), (text) => {
        const slow = Array.from(text).some(
          (one) => hiddenKind(one.codePointAt(0) ?? 0) !== undefined,
        );
        if (slow) expect(mayHide(text)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test('a code point is written the way people look it up', () => {
    expect(codePointName(0x202e)).toBe('U+202E');
    expect(codePointName(0xe0041)).toBe('U+E0041');
  });
});
