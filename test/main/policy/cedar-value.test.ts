import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { argumentRisk } from '../../../main/policy/argument-risk.ts';
import { cedar } from '../../../main/policy/cedar.ts';
import { cedarText, mappingBounds, toCedarRecord } from '../../../main/policy/cedar-value.ts';
import { adasPlaces } from './a-policy.ts';

/** Own properties only, so that a prototype cannot hide or add one. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
const map = (value: unknown) => plain(toCedarRecord(value).record);

describe('JSON maps to Cedar', () => {
  test.each([
    [
      { a: 'x', b: true, c: 3 },
      { a: 'x', b: true, c: 3 },
    ],
    [{ a: { b: [1, 'x'] } }, { a: { b: [1, 'x'] } }],
    [{ a: null }, { a: 'null:' }],
    [{ a: 1.5 }, { a: 'num:1.5' }],
    [{ a: 1e21 }, { a: 'num:1e+21' }],
    [{ a: 2 ** 53 }, { a: 'num:9007199254740992' }],
    [{ a: 2 ** 53 - 1 }, { a: 9_007_199_254_740_991 }],
    [{ a: -0 }, { a: 0 }],
    [{ a: 'num:1.5' }, { a: 'str:num:1.5' }],
    [{ a: 'null:' }, { a: 'str:null:' }],
    [{ a: 'str:x' }, { a: 'str:str:x' }],
    [
      { __entity: { type: 'Group', id: 'admins' } },
      { 'key:__entity': { type: 'Group', id: 'admins' } },
    ],
    [
      { a: { __extn: { fn: 'ip', arg: '::1' } } },
      { a: { 'key:__extn': { fn: 'ip', arg: '::1' } } },
    ],
    [{ 'key:a': 1 }, { 'key:key:a': 1 }],
    [[1, 2], { 'key:value': [1, 2] }],
    ['text', { 'key:value': 'text' }],
    [null, { 'key:value': 'null:' }],
    [
      { '': 1, constructor: 2, toString: 3 },
      { '': 1, constructor: 2, toString: 3 },
    ],
    [{ a: '\ud800' }, { a: '\ufffd' }],
  ])('%j', (value, mapped) => {
    expect(map(value)).toEqual(mapped);
  });

  test('a key __proto__ stays a key', () => {
    const { record } = toCedarRecord(JSON.parse('{"__proto__":{"admin":true}}'));
    expect(Object.keys(record)).toEqual(['key:__proto__']);
    expect(({} as { admin?: true }).admin).toBeUndefined();
  });
});

describe('too large', () => {
  const { depth, values, text, total } = mappingBounds;
  const nest = (levels: number) => JSON.parse(`${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`);
  const wide = (count: number) => ({ list: Array.from({ length: count - 1 }, () => 1) });
  const long = (length: number) => ({ a: 'x'.repeat(length) });
  const much = (length: number) =>
    Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`${i}`, 'x'.repeat(length / 8 - 1)]));

  test.each([
    ['depth', nest(depth), nest(depth + 1)],
    ['values', wide(values), wide(values + 1)],
    ['one text', long(text), long(text + 1)],
    ['all text', much(total), { ...much(total), b: '' }],
  ])('%s: at the bound not, beyond it yes', (_, at, beyond) => {
    expect(toCedarRecord(at).tooLarge).toBe(false);
    expect(toCedarRecord(beyond).tooLarge).toBe(true);
    expect(argumentRisk(at, true, adasPlaces).tooLarge).toBe(false);
    expect(argumentRisk(beyond, true, adasPlaces).tooLarge).toBe(true);
  });

  test('deep padding does not push a shallow member out', () => {
    const padded = { pad: [wide(10_000)], path: '/etc/x' };
    expect(toCedarRecord(padded).record.path).toBe('/etc/x');
  });

  test('a long text keeps its head', () => {
    const { record } = toCedarRecord({ a: `/etc/${'x'.repeat(1_000_000)}` });
    expect(String(record.a)).toMatch(/^\/etc\/x/);
    expect(String(record.a).length).toBe(text);
  });
});

/** Puts a mapped value before Cedar and asks whether it is what it is compared with. */
function cedarSees(left: unknown, right: unknown): boolean {
  const name = 'cedar-value-test';
  cedar.preparsePolicySet(name, {
    staticPolicies: {
      same: 'permit (principal, action, resource) when { context.a == context.b };',
    },
  });
  const entity = { type: 'X', id: 'x' };
  const answer = cedar.statefulIsAuthorized({
    principal: entity,
    action: { type: 'Action', id: 'x' },
    resource: entity,
    context: { a: toCedarRecord(left).record, b: toCedarRecord(right).record },
    entities: [],
    preparsedPolicySetId: name,
  });
  if (answer.type === 'failure') throw new Error(JSON.stringify(answer.errors));
  expect(answer.response.diagnostics.errors).toEqual([]);
  return answer.response.decision === 'allow';
}

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('num:1', 'null:', 'str:', '__extn', 'key:a', '\ud800'),
);
const anyNumber = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(-0, 2 ** 53),
);

describe('whatever a client sends', () => {
  test('Cedar takes the mapping, and a value equals itself', () => {
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        anyText,
        anyNumber,
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('value')),
        fc.dictionary(anyText, tie('value')),
      ),
    }));
    fc.assert(
      fc.property(value, (json) => {
        expect(cedarSees(json, json)).toBe(true);
        expect(argumentRisk(json, true, adasPlaces).tooLarge).toBe(toCedarRecord(json).tooLarge);
      }),
      { numRuns: 200 },
    );
  });

  test('two values are one for Cedar only where they are one, arrays and lone surrogates aside', () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 2 }),
      fc.constantFrom('num:1.5', 'null:', 'str:num:1.5', '__a', 'key:__a'),
    );
    const leaf = fc.oneof(text, fc.constantFrom(1.5, 1, 0, null, true, 2 ** 53));
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof({ maxDepth: 2 }, leaf, fc.dictionary(text, tie('value'), { maxKeys: 2 })),
    }));
    fc.assert(
      fc.property(value, value, (left, right) => {
        expect(cedarSees(left, right)).toBe(isDeepStrictEqual(plain(left), plain(right)));
      }),
      { numRuns: 300 },
    );
  });

  test('values like 1, "1" and "num:1" stay apart', () => {
    const values = [
      1,
      '1',
      'num:1',
      1.5,
      'num:1.5',
      'str:num:1.5',
      null,
      'null:',
      'null',
      true,
      'true',
      {},
      '',
    ];
    for (const [i, left] of values.entries()) {
      for (const [j, right] of values.entries()) {
        expect(cedarSees({ v: left }, { v: right })).toBe(i === j);
      }
    }
  });
});

test('a text without a form in UTF-8 is made to have one', () => {
  expect(cedarText('a\udc00b')).toBe('a\ufffdb');
});
