import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { asOneLine, isBlank, readMessages } from '../../../main/upstream/http-message.ts';

const kinds = (text: string | Buffer) =>
  readMessages(Buffer.from(text))?.messages.map(({ kind, idText }) => [kind, idText]);

describe('a line', () => {
  test.each([
    ['{"id":1,"method":"x"}', 'request', '1'],
    [' {"method":"x","id":"a\\u0062"} ', 'request', '"a\\u0062"'],
    ['{"id":12345678901234567890,"method":"x"}', 'request', '12345678901234567890'],
    ['{"method":"x"}', 'notification', undefined],
    ['{"id":1.0,"result":null}', 'answer', '1.0'],
    ['{"id":1,"error":{"code":1}}', 'answer', '1'],
    ['{"id":null,"error":{"code":1}}', 'answer', 'null'],
    ['{"error":{"code":1}}', 'answer', 'null'],
    ['{"id":null,"method":"x"}', 'other', undefined],
    ['{"id":{},"method":"x"}', 'other', undefined],
    ['{"id":1,"id":2,"result":1}', 'other', undefined],
    ['{"id":1,"id":2,"error":{}}', 'other', undefined],
    ['{"id":1,"method":"x","result":1}', 'other', '1'],
    ['{"id":1,"method":7,"result":1}', 'other', '1'],
    ['{"result":1}', 'other', undefined],
    ['{}', 'other', undefined],
  ])('%s is read', (text, kind, idText) => {
    expect(kinds(text)).toEqual([[kind, idText]]);
  });

  test('that holds several is read in order', () => {
    expect(kinds('[ {"id":1,"method":"x"} , 7 ,{"id":"]","result":[{}]}\t]')).toEqual([
      ['request', '1'],
      ['answer', '"]"'],
    ]);
    expect(kinds('[]')).toEqual([]);
  });

  test.each<[string, string | Buffer]>([
    ['no JSON', '{"id":1'],
    ['no object', '7'],
    ['more than one', '{} {}'],
    ['nested too deep', `${'['.repeat(600)}${']'.repeat(600)}`],
    ['nested too deep inside', `{"id":1,"result":${'['.repeat(512)}${']'.repeat(512)}}`],
    ['no UTF-8', Buffer.from('{"id":1,"result":"\xff"}', 'latin1')],
    ['nothing', ''],
  ])('that is %s is none', (_, text) => {
    expect(readMessages(Buffer.from(text))).toBeUndefined();
  });

  test('tells the version that a request names itself', () => {
    const line = {
      id: 1,
      method: 'x',
      params: { _meta: { 'io.modelcontextprotocol/protocolVersion': 'v' } },
    };
    expect(readMessages(Buffer.from(JSON.stringify(line)))?.messages[0]?.version).toBe('v');
    expect(
      readMessages(Buffer.from('{"id":1,"method":"x","params":[]}'))?.messages[0]?.version,
    ).toBeUndefined();
  });

  test('of any JSON is read without a throw, and says what JSON.parse says', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record(
            { id: fc.jsonValue(), method: fc.string(), result: fc.jsonValue() },
            { requiredKeys: [] },
          ),
        ),
        (values) => {
          const read = readMessages(Buffer.from(JSON.stringify(values, undefined, 1)));
          expect(read?.messages.map(({ value }) => value)).toEqual(
            JSON.parse(JSON.stringify(values)),
          );
        },
      ),
    );
    fc.assert(fc.property(fc.uint8Array(), (bytes) => void readMessages(Buffer.from(bytes))));
  });
});

describe('a body', () => {
  test('becomes one line that says the same', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom('\n', '\r\n', '\r'), (value, end) => {
        const pretty = JSON.stringify(value, undefined, 2).replaceAll('\n', end);
        const line = asOneLine(Buffer.from(`\uFEFF${pretty}${end}`)).toString('utf8');
        expect(line).not.toMatch(/[\r\n]/);
        expect(JSON.parse(line)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  test('without line breaks keeps every byte', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), (bytes) => {
        const body = Buffer.from(bytes).map((byte) => (byte === 10 || byte === 13 ? 1 : byte));
        fc.pre(body[0] !== 0xef);
        expect(asOneLine(Buffer.from(body))).toEqual(Buffer.from(body));
      }),
    );
  });

  test('of white space alone says nothing', () => {
    expect(isBlank(Buffer.from(' \t\r\n'))).toBe(true);
    expect(isBlank(Buffer.from(' x '))).toBe(false);
  });
});
