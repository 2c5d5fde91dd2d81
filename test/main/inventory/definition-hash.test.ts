import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hashDefinition } from '../../../main/inventory/definition-hash.ts';

const hashOf = (definition: unknown, source?: string) => {
  const hashed = hashDefinition(definition, source);
  if (!hashed.ok) throw new Error(hashed.problem.message);
  return hashed.value;
};

describe('the hash of a definition', () => {
  test('is SHA-256 over the RFC 8785 form, as another implementation writes it', () => {
    const write = canonicalize as unknown as (value: unknown) => string;
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5, stringUnit: 'grapheme' }), (value) => {
        const text = write(value);
        expect(hashOf(value)).toEqual({
          hash: createHash('sha256').update(text).digest('hex'),
          text,
          repeatedKeys: false,
        });
      }),
      { numRuns: 300 },
    );
  });

  test('writes the example of RFC 8785', () => {
    const source =
      '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}';
    expect(hashOf(JSON.parse(source)).text).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  test('white space, order and spelling of numbers and strings in the source do not matter', () => {
    const plain = hashOf({ a: 1, b: 'é', c: 100, d: 0 });
    for (const source of [
      '{"b":"\\u00e9", "a":1.0,\n "c":1e2,"d":-0}',
      '{"a":1,"b":"é","c":100,"d":0.0}',
    ]) {
      expect(hashOf(JSON.parse(source), source)).toEqual(plain);
    }
  });

  test('two sources that a reader could tell apart never share a hash', () => {
    const sources = [
      '{"a":9007199254740992}',
      '{"a":9007199254740993}',
      '{"a":0.1}',
      '{"a":0.10000000000000000001}',
      '{"a":1,"a":2}',
      '{"a":2}',
      '{"a":2,"a":2}',
      '{"x":{"k":"bad","k":"good"}}',
      '{"x":{"k":"good"}}',
    ];
    const hashes = sources.map((source) => hashOf(JSON.parse(source), source).hash);
    expect(new Set(hashes).size).toBe(sources.length);
  });

  test('a repeated key is told, a rounded number is no repeated key', () => {
    const repeats = (source: string) => hashOf(JSON.parse(source), source).repeatedKeys;
    expect(repeats('{"k":"a","k":"b"}')).toBe(true);
    expect(repeats('{"k":1,"k":1}')).toBe(true);
    expect(repeats('{"k":9007199254740993}')).toBe(false);
    expect(repeats('{"k":"a","l":"a"}')).toBe(false);
    fc.assert(
      fc.property(fc.json(), (source) => {
        fc.pre(!source.includes('__proto__'));
        expect(repeats(JSON.stringify(JSON.parse(source)))).toBe(false);
      }),
    );
  });

  test('a bigint keeps its digits', () => {
    expect(hashOf({ a: 9007199254740993n }).text).toBe('{"a":9007199254740993}');
  });

  test('what cannot be hashed is told, not thrown', () => {
    let deep: unknown = 1;
    for (let level = 0; level < 100_000; level += 1) deep = [deep];
    expect(hashDefinition(deep)).toMatchObject({
      ok: false,
      problem: { code: 'definition-too-deep' },
    });
    for (const value of [Number.NaN, JSON.parse('1e400'), undefined, () => 1, [Symbol('x')]]) {
      expect(hashDefinition(value)).toMatchObject({
        ok: false,
        problem: { code: 'definition-not-json' },
      });
    }
  });
});
