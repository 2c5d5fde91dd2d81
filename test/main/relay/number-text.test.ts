import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decimalForm, roundTrips } from '../../../main/relay/number-text.ts';

describe('the decimal form', () => {
  test.each([
    [['1', '1.0', '10e-1', '0.1e1', '1E+0']],
    [['100', '1e2', '100.00']],
    [['0', '0.0', '0e5']],
    [['-0', '-0.0e3']],
    [['-1.5', '-15e-1']],
  ])('is one for %j', (spellings) => {
    expect(new Set(spellings.map(decimalForm)).size).toBe(1);
  });

  test('tells different big integers apart', () => {
    fc.assert(
      fc.property(fc.bigInt(), fc.bigInt(), (a, b) => {
        expect(decimalForm(String(a)) === decimalForm(String(b))).toBe(a === b);
      }),
    );
  });

  test('stays linear on a million digits', () => {
    expect(decimalForm(`1${'0'.repeat(1_000_000)}`)).toBe('1e1000000');
  });
});

describe('a round trip through a double', () => {
  test('holds for every double', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        fc.pre(!Object.is(value, -0));
        expect(roundTrips(String(value))).toBe(true);
      }),
    );
  });

  test('holds for an integer exactly where BigInt agrees', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }), (value) => {
        // What counts is the shortest text of the double, as RFC 8785 writes it.
        const shortest = String(Number(value));
        const same = /e/.test(shortest) ? undefined : BigInt(shortest) === value;
        if (same !== undefined) expect(roundTrips(String(value))).toBe(same);
      }),
    );
  });
});
