import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonical, type Json } from '../../../main/audit/canonical.ts';

// Its types say default export, its code is CommonJS: `require` gives what is really there.
const canonicalize: (value: unknown) => string = createRequire(import.meta.url)('canonicalize');

/** JSON with the keys that go wrong: index-like ones, `__proto__`, astral and control characters. */
const key = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 4 }),
  fc.constantFrom('10', '9', '1e3', '__proto__', '\u20ac', '\ud83d\ude02', '\ufb33', '\r', ''),
);
const { json } = fc.letrec<{ json: Json; list: Json; record: Json }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4 },
    fc.string({ unit: 'binary' }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    tie('list'),
    tie('record'),
  ),
  list: fc.array(tie('json'), { maxLength: 4 }),
  record: fc
    .array(fc.tuple(key, tie('json')), { maxLength: 5 })
    .map((members) => Object.fromEntries(members)),
}));

describe('the canonical form', () => {
  test('is what the package canonicalize makes', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(canonical(value)).toBe(canonicalize(value));
      }),
      { numRuns: 2_000 },
    );
  });

  test('says the same as the value, and is its own canonical form', () => {
    fc.assert(
      fc.property(json, (value) => {
        const text = canonical(value);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonical(JSON.parse(text))).toBe(text);
      }),
    );
  });

  test('is that of the example in RFC 8785, section 3.2.3', () => {
    const value = {
      '\u20ac': 'Euro Sign',
      '\r': 'Carriage Return',
      '\ufb33': 'Hebrew Letter Dalet With Dagesh',
      '1': 'One',
      '\ud83d\ude00': 'Emoji: Grinning Face',
      '\u0080': 'Control',
      '\u00f6': 'Latin Small Letter O With Diaeresis',
    };
    expect(canonical(value)).toBe(
      '{"\\r":"Carriage Return","1":"One","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis","\u20ac":"Euro Sign","\ud83d\ude00":"Emoji: Grinning Face","\ufb33":"Hebrew Letter Dalet With Dagesh"}',
    );
  });

  test('writes numbers as ECMAScript does', () => {
    expect(canonical([Number('333333333.33333329'), 1e30, 4.5, 2e-3, 1e-27, -0])).toBe(
      '[333333333.3333333,1e+30,4.5,0.002,1e-27,0]',
    );
  });

  test('leaves out what is undefined', () => {
    expect(canonical({ a: undefined, b: 1, c: undefined })).toBe('{"b":1}');
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'does not exist for %s',
    (value) => {
      expect(() => canonical({ a: [value] })).toThrow('no form in JSON');
    },
  );
});
