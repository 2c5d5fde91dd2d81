import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { argumentsHash, boundHash } from '../../../main/relay/arguments-hash.ts';
import { scanArguments } from '../../../main/relay/arguments-scan.ts';

const hashOf = (text: string) => argumentsHash(text, JSON.parse(text), scanArguments(text));

/** The same value with keys in reverse and white space between tokens. */
function reordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reordered);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).reverse();
  return Object.fromEntries(entries.map(([key, inner]) => [key, reordered(inner)]));
}

describe('the hash of arguments', () => {
  test('is SHA-256 over the RFC 8785 form', () => {
    const canonical = '{"a":[1,"é"],"b":null}';
    const expected = createHash('sha256').update(canonical).digest('hex');
    expect(hashOf('{ "b":null, "a":[1.0,"\\u00e9"] }')).toBe(expected);
  });

  test('does not depend on key order or white space', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (object) => {
        const text = JSON.stringify(object);
        fc.pre(scanArguments(text).lossless);
        expect(hashOf(JSON.stringify(reordered(object), undefined, 2))).toBe(hashOf(text));
      }),
    );
  });

  test('differs for different values', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        const [left, right] = [JSON.stringify(a), JSON.stringify(b)];
        fc.pre(JSON.stringify(reordered(a)) !== JSON.stringify(reordered(b)) && left !== right);
        expect(hashOf(left)).not.toBe(hashOf(right));
      }),
    );
  });

  test('never takes one big integer for another', () => {
    fc.assert(
      fc.property(fc.bigInt(), fc.bigInt({ min: -3n, max: 3n }), (base, step) => {
        fc.pre(step !== 0n);
        const wide = base * 1_000_003n;
        expect(hashOf(`{"n":${wide}}`)).not.toBe(hashOf(`{"n":${wide + step}}`));
      }),
    );
  });

  test('never takes a long fraction for another', () => {
    expect(hashOf('[0.10000000000000000001]')).not.toBe(hashOf('[0.1]'));
    expect(hashOf('[1e400]')).not.toBe(hashOf('[1e401]'));
    expect(hashOf('[1e-400]')).not.toBe(hashOf('[0]'));
    expect(hashOf('[-0]')).not.toBe(hashOf('[0]'));
  });

  test('keeps apart what JSON.parse would make one', () => {
    expect(hashOf('{"a":1,"a":2}')).not.toBe(hashOf('{"a":2}'));
    expect(hashOf('{"a":1,"a":2}')).not.toBe(hashOf('{"a":2,"a":2}'));
    expect(hashOf('["\\ud800"]')).not.toBe(hashOf('["\\ud801"]'));
  });

  test('is bound to what else is sent with the arguments', () => {
    const plain = hashOf('{}');
    expect(boundHash(plain, [])).toBe(plain);
    const some = boundHash(plain, ['task', '{"ttl":1}']);
    expect(new Set([plain, some, boundHash(plain, ['task', '{"ttl":2}'])]).size).toBe(3);
    expect(boundHash(plain, ['a,b', 'c'])).not.toBe(boundHash(plain, ['a', 'b,c']));
  });
});

describe('the scan of arguments', () => {
  test.each([
    ['{}', false],
    ['{"a":1,"b":{"a":1},"c":[{"a":1},{"a":2}]}', false],
    ['{"a":1,"a":2}', true],
    ['{"path":1,"p\\u0061th":2}', true],
    ['{"x":{"y":[{"k":1,"k":1}]}}', true],
    ['{"path":1,"Path":2}', true],
    ['{"keys":1,"\u212aey\u017f":2}', true],
    ['{"headers":{"A":1,"a":2}}', false],
    ['["a","a"]', false],
    ['{"a":"{\\"a\\":1,\\"a\\":2}"}', false],
    ['"text"', false],
  ])('%s: ambiguous is %s', (text, ambiguous) => {
    expect(scanArguments(text).ambiguous).toBe(ambiguous);
  });

  test.each([
    ['[1,1.5,-2e3,1.0,100000000000000000000,0.1,5e-324]', true],
    ['[9007199254740993]', false],
    ['[0.1234567890123456789]', false],
    ['[1e999999999999999999]', false],
    ['["\\ud83d\\ude00","\\\\ud800"]', true],
    ['["\\ud800"]', false],
    ['{"\\udc00":1}', false],
  ])('%s: lossless is %s', (text, lossless) => {
    expect(scanArguments(text).lossless).toBe(lossless);
  });

  test('agrees with the value model: what JSON.stringify made is clear', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), (list) => {
        expect(scanArguments(JSON.stringify(list)).ambiguous).toBe(false);
      }),
    );
  });

  test('takes deep and wide texts', () => {
    expect(scanArguments('['.repeat(100_000) + ']'.repeat(100_000)).lossless).toBe(true);
    const wide = `{${Array.from({ length: 50_000 }, (_, n) => `"k${n}":${n}`).join(',')}}`;
    expect(scanArguments(wide)).toEqual({ ambiguous: false, lossless: true });
  });
});
