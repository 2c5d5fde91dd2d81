import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jsonIndent } from '../../../renderer/components/json-indent.ts';
import { jsonSpans } from '../../../renderer/components/json-spans.ts';

describe('colouring JSON', () => {
  test('tells keys from strings and literals', () => {
    expect(jsonSpans('{ "a": "b", "n": -1.5e3, "t": true }')).toEqual([
      { kind: 'mark', text: '{ ' },
      { kind: 'key', text: '"a"' },
      { kind: 'mark', text: ': ' },
      { kind: 'string', text: '"b"' },
      { kind: 'mark', text: ', ' },
      { kind: 'key', text: '"n"' },
      { kind: 'mark', text: ': ' },
      { kind: 'literal', text: '-1.5e3' },
      { kind: 'mark', text: ', ' },
      { kind: 'key', text: '"t"' },
      { kind: 'mark', text: ': ' },
      { kind: 'literal', text: 'true' },
      { kind: 'mark', text: ' }' },
    ]);
  });

  test('a quote inside a string does not end it', () => {
    expect(jsonSpans(String.raw`"a\"b"`)).toEqual([{ kind: 'string', text: String.raw`"a\"b"` }]);
  });

  test('no character of any text is lost or moved', () => {
    const text = fc.oneof(
      fc.json(),
      fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
      fc.string({ unit: fc.constantFrom('"', '\\', ':', '{', '1', 'e', '\n', '\u{1f600}') }),
    );
    fc.assert(
      fc.property(text, (any) => {
        expect(
          jsonSpans(any)
            .map((span) => span.text)
            .join(''),
        ).toBe(any);
      }),
    );
  });

  test('a text that is too long to colour is shown plain, at once', () => {
    const text = '"\\'.repeat(500_000);
    expect(jsonSpans(text)).toEqual([{ kind: 'mark', text }]);
  });
});

describe('laying JSON out over lines', () => {
  test('gives what a two-space print gives', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const value: unknown = JSON.parse(text);
        const laid = typeof value === 'object' && value !== null;
        expect(jsonIndent(text)).toBe(laid ? JSON.stringify(value, null, 2) : text);
      }),
    );
  });

  test('keeps numbers no double holds, repeated keys, and escapes as they were sent', () => {
    const text = String.raw`{"id":12345678901234567890,"a":1,"a":2.00,"s":"\u0041, {x}"}`;
    expect(jsonIndent(text)).toBe(
      String.raw`{
  "id": 12345678901234567890,
  "a": 1,
  "a": 2.00,
  "s": "\u0041, {x}"
}`,
    );
  });

  test('is laid out only once', () => {
    const once = jsonIndent('{"a":[1,{"b":[]}],"c":{}}');
    expect(jsonIndent(once)).toBe(once);
  });

  test('text that is no JSON comes back as it is, and broken JSON does no harm', () => {
    expect(jsonIndent('masked: •••')).toBe('masked: •••');
    expect(() => jsonIndent('{"a":"unfinished')).not.toThrow();
    expect(() => jsonIndent('}]}{[')).not.toThrow();
  });
});
