import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  brokenText,
  elementSpans,
  maxDepth,
  memberSpans,
  skipSpace,
  skipValue,
  tooDeep,
} from '../../shared/json-members.ts';

/** JSON text with white space strewn between its tokens. */
const spacedJson = fc
  .tuple(fc.json({ maxDepth: 4 }), fc.constantFrom('', ' ', '\n\t', '\r\n'))
  .map(([text, space]) =>
    text.replace(/"(?:[^"\\]|\\.)*"|[{}[\],:]/g, (token) => `${space}${token}${space}`),
  );

describe('skipValue', () => {
  test('ends where JSON ends', () => {
    fc.assert(
      fc.property(spacedJson, fc.constantFrom('', ',1', ']', ' x'), (json, rest) => {
        const start = skipSpace(json, 0);
        const end = skipValue(json + rest, start, 0);
        expect(JSON.parse(json.slice(start, end))).toEqual(JSON.parse(json));
      }),
    );
  });

  test('never loops, throws or runs past the end on what is not JSON', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'{}[]",:\\ 1atn') }), (text) => {
        const end = skipValue(text, 0, 0);
        expect(end === brokenText || (end > 0 && end <= text.length)).toBe(true);
      }),
    );
  });

  test('counts backslashes before a quote', () => {
    for (const text of ['"a\\"b"', '"\\\\"', '"\\\\\\""', '""'])
      expect(skipValue(`${text},"x"`, 0, 0)).toBe(text.length);
  });

  test('stops at the depth limit without using the stack', () => {
    const nest = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
    expect(skipValue(nest(maxDepth), 0, 0)).toBe(maxDepth * 2);
    expect(skipValue(nest(maxDepth), 0, 1)).toBe(tooDeep);
    expect(skipValue('['.repeat(100_000), 0, 0)).toBe(tooDeep);
  });
});

describe('memberSpans and elementSpans', () => {
  test('cut an object into what JSON.parse finds', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (object) => {
        const text = JSON.stringify(object);
        const found = [...memberSpans(text, 0)].map(([key, { start, end }]) => [
          key,
          JSON.parse(text.slice(start, end)),
        ]);
        expect(found).toEqual(Object.entries(JSON.parse(text)));
      }),
    );
  });

  test('cut an array into its elements', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), (list) => {
        const text = JSON.stringify(list, undefined, 1);
        const found = elementSpans(text, 0).map(({ start, end }) => text.slice(start, end));
        expect(found.map((element) => JSON.parse(element))).toEqual(JSON.parse(text));
      }),
    );
  });

  test('see through escapes in keys', () => {
    expect([...memberSpans('{"met\\u0068od":1,"\\"":2}', 0).keys()]).toEqual(['method', '"']);
  });
});
