import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bearerChallenge, parseChallenges } from '../../../main/oauth/challenge.ts';

const plain = (header: string) =>
  parseChallenges(header).map(({ scheme, token68, parameters }) => ({
    scheme,
    ...(token68 === undefined ? {} : { token68 }),
    ...Object.fromEntries(parameters),
  }));

describe('a WWW-Authenticate header', () => {
  test.each([
    ['', []],
    ['Bearer', [{ scheme: 'bearer' }]],
    [' ,, Bearer ,', [{ scheme: 'bearer' }]],
    ['BEARER Realm="x"', [{ scheme: 'bearer', realm: 'x' }]],
    ['Bearer a=1,b="2" , c = 3', [{ scheme: 'bearer', a: '1', b: '2', c: '3' }]],
    ['Negotiate YWJj==', [{ scheme: 'negotiate', token68: 'YWJj==' }]],
    [
      'Basic realm="a, Bearer x=1", Bearer scope="s"',
      [
        { scheme: 'basic', realm: 'a, Bearer x=1' },
        { scheme: 'bearer', scope: 's' },
      ],
    ],
    ['Negotiate abc=, Bearer', [{ scheme: 'negotiate', token68: 'abc=' }, { scheme: 'bearer' }]],
    ['Bearer a="\\"q\\" \\\\"', [{ scheme: 'bearer', a: '"q" \\' }]],
    ['Bearer a=1, a=2', [{ scheme: 'bearer', a: '1' }]],
    ['Bearer __proto__="x"', [{ scheme: 'bearer', ['__proto__']: 'x' }]],
  ])('%j is read', (header, challenges) => {
    expect(plain(header)).toEqual(challenges);
  });

  test.each([
    ['Bearer a="open', [{ scheme: 'bearer' }]],
    ['Bearer a=1 b=2', [{ scheme: 'bearer' }]],
    ['Bearer a=', [{ scheme: 'bearer', token68: 'a=' }]],
    ['Bearer a=1, b="x"y, c=3', [{ scheme: 'bearer', a: '1' }]],
    ['Bearer a b=1', [{ scheme: 'bearer' }]],
    ['Basic abc Bearer scope=a', [{ scheme: 'basic' }]],
    ['a=1, Bearer', []],
    ['@, Bearer', []],
  ])('%j is read up to where it breaks', (header, challenges) => {
    expect(plain(header)).toEqual(challenges);
  });

  const token = fc.stringMatching(/^[A-Za-z][A-Za-z0-9!#$&+.^_`|~-]{0,12}$/);
  const value = fc.string({ unit: 'grapheme-ascii', maxLength: 30 });
  const challenge = fc.record({
    scheme: token,
    parameters: fc.dictionary(
      token.map((name) => name.toLowerCase()),
      value,
      { maxKeys: 4 },
    ),
  });
  const gap = fc.constantFrom(',', ', ', ' ,\t', ',,');

  test('that is written by the rules is read as it was meant', () => {
    fc.assert(
      fc.property(
        fc.array(challenge, { maxLength: 4 }),
        gap,
        fc.boolean(),
        (given, comma, bare) => {
          const written = given.map(({ scheme, parameters }) => {
            const pairs = Object.entries(parameters).map(([name, text]) => {
              const asToken = bare && /^[A-Za-z0-9._-]+$/.test(text);
              return `${name}=${asToken ? text : `"${text.replace(/["\\]/g, '\\$&')}"`}`;
            });
            return [scheme, pairs.join(comma)].join(' ').trim();
          });
          const read = parseChallenges(written.join(comma));
          expect(read.map(({ scheme, parameters }) => [scheme, [...parameters]])).toEqual(
            given.map(({ scheme, parameters }) => [
              scheme.toLowerCase(),
              Object.entries(parameters),
            ]),
          );
        },
      ),
    );
  });

  test('that is hostile neither throws nor takes long, whatever its bytes', () => {
    const pieces = [
      '"',
      '\\',
      '=',
      ',',
      ' ',
      '\t',
      'Bearer',
      'scope',
      'a',
      '"\\',
      '\u0000',
      'é',
      '\ud800',
    ];
    const hostile = fc.string({ unit: fc.constantFrom(...pieces), maxLength: 120 });
    fc.assert(
      fc.property(hostile, (header) => {
        expect(parseChallenges(header).every(({ scheme }) => /^[!-~]+$/.test(scheme))).toBe(true);
        bearerChallenge(header);
      }),
    );
  });

  test.each([
    'Bearer a="'.concat('\\'.repeat(100_000)),
    ', '.repeat(50_000),
    'a='.repeat(50_000),
    'x '.repeat(50_000),
    `Bearer ${'=,'.repeat(50_000)}`,
  ])('of a hundred thousand characters is done in a moment', (header) => {
    const started = performance.now();
    parseChallenges(header);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

describe('a Bearer challenge', () => {
  test('gives error, scopes and metadata', () => {
    const header =
      'Basic realm="x", Bearer error="insufficient_scope", scope="a b a", resource_metadata="https://a.example/m"';
    expect(bearerChallenge(header)).toEqual({
      error: 'insufficient_scope',
      scopes: ['a', 'b'],
      resourceMetadata: 'https://a.example/m',
    });
  });

  test('is absent where there is none', () => {
    expect(bearerChallenge('Basic realm="x"')).toBeUndefined();
    expect(bearerChallenge(undefined)).toBeUndefined();
  });

  test('with an empty scope names none', () => {
    expect(bearerChallenge('Bearer scope=" "')).toMatchObject({ scopes: undefined });
  });

  test('that says something counts before one that says nothing', () => {
    expect(bearerChallenge('Bearer, Bearer scope=a')).toMatchObject({ scopes: ['a'] });
  });
});
