import { describe, expect, test } from 'vitest';
import { showJson, showText } from '../../../main/inspection/display.ts';
import { hiddenUnicode } from '../../../main/inspection/hidden-unicode.ts';
import { maskSecrets } from '../../../main/inspection/mask.ts';
import { inspectDefinition } from '../../../main/inspection/tool-definition.ts';

/** Pieces that make careless patterns slow when repeated: prefixes without an end, quotes, half-open structures. */
const pieces = [
  'a',
  ' ',
  '\t',
  '\n',
  '"',
  '\\"',
  '\\',
  'sk-',
  'Ask-1',
  'eyJ',
  'eyJ.',
  'ghp_',
  'AKIA',
  '-----BEGIN PRIVATE KEY-----',
  '-----BEGIN ',
  '://a:',
  '://x@',
  '://a:b',
  'password=',
  'password="',
  'password=\\"',
  'password: ',
  'key',
  'a_key ',
  'api key ',
  'token tok',
  'bearer ',
  'basic A',
  '{"a":',
  '[',
  '{',
  '<',
  '<!--',
  '<important ',
  '![a](https://b?',
  '%41',
  '&#65;',
  '\\u0061',
  'i ',
  'i.',
  '1a',
  'a1',
  'аa',
  'do not ',
  'ignore previous ',
  'before ',
  'curl ',
  'a|',
  '| sh ',
  'base64 -d ',
  'system: ',
  '\u200b',
  '\u{e0041}',
  '👩\u200d',
  '\u0301',
  'שa',
  '一',
  'ー',
  'a/',
  '~/.ssh/',
  'QUJD',
  '41 ',
];

/** Processor time of this process, in milliseconds: other load on the machine does not count. */
const milliseconds = (act: () => void): number => {
  const from = process.cpuUsage();
  act();
  const { user, system } = process.cpuUsage(from);
  return (user + system) / 1000;
};

/** How many times longer sixteen times the input takes: about 16 where linear, 256 where quadratic. */
function growth(act: (text: string) => void, piece: string, size: number): number {
  const small = piece.repeat(Math.ceil(size / piece.length));
  const large = small.repeat(16);
  act(small);
  const best = (text: string) => Math.min(...[1, 2].map(() => milliseconds(() => act(text))));
  return best(large) / Math.max(best(small), 1);
}

const tooSteep = 80;

describe('every inspection is linear in what a server can send', () => {
  test.each([
    ['masking', (text: string) => maskSecrets(text), 20_000],
    [
      'masking in JSON',
      (text: string) => maskSecrets(JSON.stringify({ x: text, token: 'y' })),
      20_000,
    ],
    ['showing', (text: string) => showText(text, { most: 10_000_000, lines: true }), 20_000],
    [
      'showing JSON',
      (text: string) => showJson(JSON.stringify([text]), { most: 10_000_000 }),
      20_000,
    ],
    ['looking for hidden characters', (text: string) => hiddenUnicode(text, 'x'), 20_000],
    ['a description', (text: string) => inspectDefinition({ name: 'a', description: text }), 4000],
  ] as const)(
    '%s',
    (_name, act, size) => {
      const steep = (piece: string) => growth(act, piece, size) > tooSteep;
      expect(pieces.filter(steep).filter(steep).filter(steep)).toEqual([]);
    },
    120_000,
  );

  test('what is slow would be seen', () => {
    const quadratic = (text: string) => /[^b]*b/.test(text);
    expect(growth(quadratic, 'a', 2000)).toBeGreaterThan(tooSteep);
  });
});
