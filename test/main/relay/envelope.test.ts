import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readEnvelope } from '../../../main/relay/envelope.ts';
import type { Envelope } from '../../../main/relay/message.ts';

const read = (text: string): Envelope => readEnvelope(Buffer.from(text));

/** The problem of a line that is none, else its kind. */
const verdict = (text: string | Buffer): string => {
  const envelope = readEnvelope(Buffer.from(text));
  return envelope.kind === 'invalid' ? envelope.problem : envelope.kind;
};

describe('what a line is', () => {
  test.each([
    ['request', '{"jsonrpc":"2.0","id":1,"method":"ping"}'],
    ['request', ' \t{"method":"x","id":"a","params":[1]}\r\n'],
    ['notification', '{"jsonrpc":"2.0","method":"notifications/initialized"}\n'],
    ['response', '{"jsonrpc":"2.0","id":1,"result":{}}'],
    ['response', '{"jsonrpc":"2.0","id":1,"result":null,"error":null}'],
    ['response', '{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"x"}}'],
    ['response', '{"jsonrpc":"2.0","error":{"code":-32700,"message":"x"}}'],
    ['batch', '[{"method":"a"},{"id":1,"result":1}]'],
    ['not-a-message', '[]'],
    ['not-a-message', '{}'],
    ['not-a-message', '{"airlock":1,"connection":"c","token":"t"}'],
    ['not-a-message', '{"id":1,"method":7}'],
    ['not-a-message', '{"id":null,"method":"tools/call"}'],
    ['not-a-message', '{"id":{},"method":"tools/call"}'],
    ['not-a-message', '{"id":true,"result":1}'],
    ['not-json', 'Listening on stdio'],
    ['not-json', '"text"'],
    ['not-json', '{"method":"x",}'],
    ['not-json', "{'method':'x'}"],
    ['not-json', '{"method":"x"} {"method":"y"}'],
    ['not-json', '{"method":NaN}'],
    ['not-json', '{"method":"x"'],
    ['not-json', '\ufeff{"method":"x"}'],
    ['not-json', '{"method":"a\tb"}'],
  ])('%s: %s', (expected, text) => {
    expect(verdict(text)).toBe(expected);
  });

  test('bytes that are not UTF-8 are no message', () => {
    const bytes = Buffer.from('{"method":"\xff"}', 'latin1');
    expect(verdict(bytes)).toBe('not-utf8');
    // A surrogate coded as UTF-8 and an overlong slash: lenient readers accept both.
    expect(verdict(Buffer.from('7b226d223a22eda08022 7d'.replace(' ', ''), 'hex'))).toBe(
      'not-utf8',
    );
    expect(verdict(Buffer.from('7b226d223a22c0af227d', 'hex'))).toBe('not-utf8');
  });

  test('nesting beyond the limit is refused before a parser sees it', () => {
    const nested = (depth: number) =>
      `{"method":"x","params":{"a":${'['.repeat(depth)}${']'.repeat(depth)}}}`;
    expect(verdict(nested(510))).toBe('notification');
    expect(verdict(nested(511))).toBe('too-deep');
    expect(verdict('['.repeat(100_000))).toBe('too-deep');
    expect(verdict('{"a":'.repeat(100_000))).toBe('too-deep');
    expect(verdict(`{"method":"x","result":${'{"a":'.repeat(100_000)}`)).toBe('too-deep');
  });
});

describe('what it holds', () => {
  test('keeps the id exactly as sent', () => {
    for (const id of ['1', '12345678901234567890', '1.0', '1e2', '"a\\u0062"', '-0']) {
      const envelope = read(`{"id" : ${id} ,"method":"x"}`);
      expect(envelope.kind === 'request' && envelope.idText).toBe(id);
    }
  });

  test('finds the members of params where they stand', () => {
    const text =
      '{"method":"tools/call","id":1,"params":{"x":{"name":1},"arguments":{"b" :2e0} ,"name":"t"}}';
    const envelope = read(text);
    if (envelope.kind !== 'request') throw new Error(envelope.kind);
    const cut = (key: string) => {
      const span = envelope.params?.members.get(key);
      return span && text.slice(span.start, span.end);
    };
    expect(cut('arguments')).toBe('{"b" :2e0}');
    expect(cut('name')).toBe('"t"');
    expect(envelope.params?.value).toEqual({ x: { name: 1 }, arguments: { b: 2 }, name: 't' });
  });

  test('tells an error from a result', () => {
    const failed = (text: string) => {
      const envelope = read(text);
      return envelope.kind === 'response' && envelope.failed;
    };
    expect(failed('{"id":1,"error":{"code":1}}')).toBe(true);
    expect(failed('{"id":1,"result":{},"error":null}')).toBe(false);
    expect(failed('{"id":1,"result":null,"error":{"code":1}}')).toBe(true);
  });

  test('takes an error with a result for neither, since some readers look for the result first', () => {
    for (const result of ['{}', '0', '"x"', '{"inputRequests":{}}'])
      expect(verdict(`{"id":1,"result":${result},"error":{"code":1}}`)).toBe('ambiguous');
  });

  test('takes a request with a result in another case for neither', () => {
    for (const key of ['Result', 'ERROR', 'reſult'])
      expect(verdict(`{"id":1,"method":"x","${key}":{}}`)).toBe('ambiguous');
  });

  test('sees that a result asks for input, whatever the case of its keys', () => {
    const wants = (result: string) => {
      const envelope = read(`{"id":1,"result":${result}}`);
      return envelope.kind === 'response' && envelope.wantsInput;
    };
    expect(wants('{"resultType":"input_required"}')).toBe(true);
    for (const key of ['inputRequests', 'InputRequests', 'INPUTREQUESTS', 'inputRequeſts'])
      expect(wants(`{"resultType":"complete","${key}":{}}`)).toBe(true);
    expect(wants('{"resultType":"complete","inputRequest":{},"inputRequestz":{}}')).toBe(false);
  });

  test('agrees with JSON.parse on every message', () => {
    const value = fc.jsonValue({ maxDepth: 3 });
    const message = fc.record(
      {
        jsonrpc: fc.constant('2.0'),
        id: fc.oneof(fc.integer(), fc.string()),
        method: fc.string(),
        params: fc.oneof(fc.dictionary(fc.string(), value), value),
        more: value,
      },
      { requiredKeys: ['method'] },
    );
    fc.assert(
      fc.property(message, fc.constantFrom(undefined, 1), (object, indent) => {
        const text = JSON.stringify(object, undefined, indent);
        const parsed = JSON.parse(text) as typeof object;
        const envelope = read(text);
        if (envelope.kind === 'invalid') {
          // Only a key of params that differs from a routing member in case, or never.
          expect(envelope.problem).toBe('never');
          return;
        }
        if (envelope.kind !== 'request' && envelope.kind !== 'notification') throw new Error();
        expect(envelope.kind).toBe(parsed.id === undefined ? 'notification' : 'request');
        expect(envelope.method).toBe(parsed.method);
        expect(envelope.value).toEqual(parsed);
        if (envelope.kind === 'request') expect(JSON.parse(envelope.idText)).toEqual(parsed.id);
        for (const [key, { start, end }] of envelope.params?.members ?? [])
          expect(JSON.parse(text.slice(start, end))).toEqual(
            (parsed.params as Record<string, unknown>)[key],
          );
      }),
    );
  });

  test('is JSON exactly where JSON.parse says so', () => {
    const soup = fc.string({ unit: fc.constantFrom(...'{}[]",:\\ 1-e.tnu\n'), maxLength: 30 });
    fc.assert(
      fc.property(fc.oneof(soup, fc.json()), (text) => {
        let json = true;
        try {
          JSON.parse(text);
        } catch {
          json = false;
        }
        const said = verdict(text);
        if (!json) expect(['not-json', 'ambiguous']).toContain(said);
        else if (/^\s*[{[]/.test(text)) expect(said).not.toBe('not-json');
      }),
    );
  });
});

describe('what two readers could read differently', () => {
  test.each([
    ['a method twice', '{"id":1,"method":"ping","method":"tools/call","params":{}}'],
    ['a method twice, once escaped', '{"id":1,"method":"ping","met\\u0068od":"tools/call"}'],
    ['an id twice', '{"id":1,"id":2,"method":"ping"}'],
    ['params twice', '{"id":1,"method":"x","params":{},"params":{}}'],
    ['a result twice', '{"id":1,"result":{},"result":{}}'],
    ['a tool name twice', '{"id":1,"method":"tools/call","params":{"name":"a","name":"b"}}'],
    ['arguments twice', '{"id":1,"method":"x","params":{"arguments":{},"arguments":{}}}'],
    ['a method in another case', '{"id":1,"method":"ping","Method":"tools/call"}'],
    ['params in another case', '{"id":1,"method":"x","PARAMS":{}}'],
    ['params with a long s', '{"id":1,"method":"x","param\u017f":{}}'],
    ['a request that answers', '{"id":1,"method":"ping","result":{}}'],
    ['a result in another case', '{"id":1,"result":{},"Result":{}}'],
    ['a bare carriage return', '{"method":"x","y":\r{"id":1,"method":"tools/call"}\r}'],
    ['a carriage return in a batch', '[{"method":"a"},\r{"method":"b"}]'],
  ])('%s', (_, text) => {
    expect(verdict(text)).toBe('ambiguous');
  });

  test('keys in another case are noted for whoever governs the method', () => {
    for (const params of ['{"Name":"a"}', '{"ARGUMENTS":{}}', '{"_Meta":{}}', '{"UR\\u0049":1}']) {
      const envelope = read(`{"id":1,"method":"x","params":${params}}`);
      expect(envelope.kind === 'request' && envelope.looseKeys).toBe(true);
    }
    const upper = read('{"ID":1,"method":"x"}');
    expect(upper.kind === 'notification' && upper.looseKeys).toBe(true);
    const plain = read('{"id":1,"method":"x","params":{"names":1}}');
    expect(plain.kind === 'request' && plain.looseKeys).toBe(false);
  });

  test('keys that route nothing may repeat: that is between client and server', () => {
    const envelope = read('{"id":1,"method":"x","a":1,"a":2,"params":{"b":1,"b":2}}');
    expect(envelope.kind).toBe('request');
    expect(envelope.kind === 'request' && envelope.params?.repeated).toBe(true);
  });

  test('a carriage return around the message is a line end like any other', () => {
    expect(verdict('\r{"method":"x"}\r\n')).toBe('notification');
  });

  test('an id that is there once is kept for the answer, one that is there twice is not', () => {
    const idOf = (text: string) => {
      const envelope = read(text);
      return envelope.kind === 'invalid' ? envelope.idText : 'none';
    };
    expect(idOf('{"id":7,"method":"a","method":"b"}')).toBe('7');
    expect(idOf('{"id":7,"id":8,"method":"a"}')).toBeUndefined();
  });
});

describe('a batch', () => {
  test('is read element by element, with the place of each', () => {
    const text = ' [ {"id":1,"method":"a"} ,\n7, {"method":"b","method":"c"},{"id":2,"result":[]}]';
    const envelope = read(text.replace('\n', ' '));
    if (envelope.kind !== 'batch') throw new Error(envelope.kind);
    const found = envelope.elements.map(({ message, span }) => [
      message.kind === 'invalid' ? message.problem : message.kind,
      envelope.text.slice(span.start, span.end),
    ]);
    expect(found).toEqual([
      ['request', '{"id":1,"method":"a"}'],
      ['not-a-message', '7'],
      ['ambiguous', '{"method":"b","method":"c"}'],
      ['response', '{"id":2,"result":[]}'],
    ]);
  });
});
