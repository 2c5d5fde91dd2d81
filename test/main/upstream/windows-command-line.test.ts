import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { batchArguments, quoteForBatch } from '../../../main/upstream/windows-command-line.ts';

/**
 * Percent expansion of a command line as cmd.exe does it, from left to right, in the worst case: every name is that of
 * a variable. Two signs in a row name none, so the first one stays.
 */
function expandPercents(text: string): string {
  let out = '';
  for (let at = 0; at < text.length; at += 1) {
    const end = text[at] === '%' ? text.indexOf('%', at + 1) : -1;
    if (end <= at + 1) {
      out += text[at];
      continue;
    }
    out += text.slice(at + 1, end) === 'cd:~,' ? '' : 'EXPANDED';
    at = end;
  }
  return out;
}

/** Reads one quoted argument as the Microsoft C runtime does (since 2008: `""` inside quotes is one quote). */
function readArgument(text: string): string {
  let out = '';
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const [slashes = ''] = /^\\*/.exec(text.slice(at)) ?? [];
    if (slashes !== '') {
      const beforeQuote = text[at + slashes.length] === '"';
      out += beforeQuote ? '\\'.repeat(slashes.length >> 1) : slashes;
      at += slashes.length - 1;
      continue;
    }
    if (text[at] !== '"') out += text[at];
    else if (quoted && text[at + 1] === '"') {
      out += '"';
      at += 1;
    } else quoted = !quoted;
  }
  return out;
}

/** True when every character that cmd.exe acts on stands inside quotes. */
function metacharactersAreQuoted(text: string): boolean {
  let quoted = false;
  for (const character of text) {
    if (character === '"') quoted = !quoted;
    else if (!quoted && /[&|<>^()!\s]/.test(character)) return false;
  }
  return !quoted;
}

const argument = fc.string({
  unit: fc.constantFrom('a', ' ', '"', '\\', '%', '&', '|', '^', '<', '!', '(', 'PATH', 'é', '/'),
});

describe('an argument for a batch file', () => {
  test.each([
    ['plain-1.2/x', 'plain-1.2/x'],
    ['', '""'],
    ['a b', '"a b"'],
    ['a&calc', '"a&calc"'],
    ['a"&calc', '"a""&calc"'],
    ['C:\\dir\\', '"C:\\dir\\\\"'],
    ['a\\"b', '"a\\\\""b"'],
    ['%PATH%', '"%%cd:~,%PATH%%cd:~,%"'],
  ])('%j is written %j', (given, written) => {
    expect(quoteForBatch(given)).toBe(written);
  });

  test('leaves no metacharacter for cmd.exe to act on', () => {
    fc.assert(
      fc.property(argument, (text) => metacharactersAreQuoted(expandPercents(quoteForBatch(text)))),
    );
  });

  test('arrives as it was given', () => {
    fc.assert(
      fc.property(argument, (text) => {
        expect(readArgument(expandPercents(quoteForBatch(text)))).toBe(text);
      }),
    );
  });
});

describe('a batch command line', () => {
  test('quotes the script and the whole', () => {
    expect(batchArguments('C:\\100%\\npx.cmd', ['-y', 'a b'])).toEqual({
      ok: true,
      value: ['/d', '/e:ON', '/v:OFF', '/s', '/c', '""C:\\100%%cd:~,%\\npx.cmd" -y "a b""'],
    });
  });

  test.each(['a\nb', 'a\rb', 'a\0b'])('refuses what cmd.exe cannot carry: %j', (bad) => {
    expect(batchArguments('C:\\npx.cmd', [bad])).toMatchObject({
      problem: { code: 'argument-not-passable' },
    });
    expect(batchArguments(bad, [])).toMatchObject({ ok: false });
  });
});
