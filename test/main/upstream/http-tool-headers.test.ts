import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  headerValue,
  parameterHeaders,
  toolHeaders,
} from '../../../main/upstream/http-tool-headers.ts';

const object = (properties: Record<string, unknown>) => ({ type: 'object', properties });
const marked = (header: unknown, type = 'string') => ({ type, 'x-mcp-header': header });

describe('a tool', () => {
  test('names its mirrored parameters at any depth', () => {
    const schema = object({
      region: marked('Region'),
      where: object({ dry: marked('Dry-Run', 'boolean'), 'a.b': marked('Depth', 'integer') }),
      plain: { type: 'string' },
    });
    const headers = toolHeaders(schema);
    if (!headers.ok) throw new Error(headers.reason);
    const args = { region: 'us', where: { dry: false, 'a.b': 7 }, plain: 'x' };
    expect(parameterHeaders(headers.parameters, args)).toEqual({
      'Mcp-Param-Region': 'us',
      'Mcp-Param-Dry-Run': 'false',
      'Mcp-Param-Depth': '7',
    });
    // Null, absent, of another kind, or not exact: no field.
    for (const other of [
      {},
      { region: null },
      { region: {} },
      { where: { 'a.b': 2 ** 60 } },
      7,
      undefined,
    ])
      expect(parameterHeaders(headers.parameters, other)).toEqual({});
  });

  test('without annotations, or without a schema, has none', () => {
    for (const schema of [undefined, null, 7, {}, object({ a: { type: 'string' } })])
      expect(toolHeaders(schema)).toEqual({ ok: true, parameters: [] });
  });

  test.each<[string, unknown]>([
    ['an empty name', object({ a: marked('') })],
    ['a name that is none', object({ a: marked(7) })],
    ['a blank in the name', object({ a: marked('A B') })],
    ['a line break in the name', object({ a: marked('A\r\nB: c') })],
    ['a name beyond ASCII', object({ a: marked('Größe') })],
    ['a number', object({ a: marked('A', 'number') })],
    ['an object', object({ a: marked('A', 'object') })],
    ['no type', object({ a: { 'x-mcp-header': 'A' } })],
    ['several types', object({ a: { type: ['string'], 'x-mcp-header': 'A' } })],
    ['the same name twice', object({ a: marked('A'), b: object({ c: marked('a') }) })],
    ['the root', { ...marked('A'), properties: {} }],
    ['the items of a list', object({ a: { type: 'array', items: marked('A') } })],
    ['an alternative', object({ a: { oneOf: [marked('A')] } })],
    ['a condition', { if: object({ a: marked('A') }) }],
    ['a definition', { $defs: { x: object({ a: marked('A') }) } }],
    ['any other key', { additionalProperties: marked('A') }],
    ['a pattern of keys', { patternProperties: { '^x': marked('A') } }],
  ])('is unfit with an annotation on %s', (_, schema) => {
    expect(toolHeaders(schema)).toMatchObject({ ok: false, reason: expect.any(String) });
  });

  test('that nests without end is unfit', () => {
    let schema: unknown = object({ a: marked('A') });
    for (let n = 0; n < 5_000; n += 1) schema = object({ a: schema });
    expect(toolHeaders(schema)).toMatchObject({ ok: false });
  });
});

describe('a value', () => {
  // The table of the specification, "Value Encoding".
  test.each([
    ['us-west1', 'us-west1'],
    ['Hello, 世界', '=?base64?SGVsbG8sIOS4lueVjA==?='],
    [' padded ', '=?base64?IHBhZGRlZCA=?='],
    ['line1\nline2', '=?base64?bGluZTEKbGluZTI=?='],
    ['=?base64?literal?=', '=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?='],
    ['a\tb c', 'a\tb c'],
    ['', '=?base64??='],
  ])('%j is carried as %j', (value, field) => {
    expect(headerValue(value)).toBe(field);
  });

  test('comes out of the field as it went in, and never breaks it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        const field = headerValue(value);
        expect(field).toMatch(/^[\t\x20-\x7e]+$/);
        expect(field).toBe(field.trim());
        const packed = /^=\?base64\?(.*)\?=$/.exec(field)?.[1];
        const back = packed === undefined ? field : Buffer.from(packed, 'base64').toString('utf8');
        expect(back).toBe(Buffer.from(value).toString('utf8'));
      }),
    );
  });
});
