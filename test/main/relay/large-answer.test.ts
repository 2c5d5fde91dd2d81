import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readEnvelope } from '../../../main/relay/envelope.ts';
import { readLargeAnswer } from '../../../main/relay/large-answer.ts';
import { rig, toolCall, until } from './rig.ts';

const quick = (text: string) => readLargeAnswer(Buffer.from(text));

/** What the full reader makes of the same line, in the same form; undefined for what is no answer to it. */
function full(text: string) {
  const envelope = readEnvelope(Buffer.from(text));
  if (envelope.kind !== 'response' || envelope.idText === 'null') return undefined;
  const { idText, failed, toolError } = envelope;
  return { idText, failed, toolError };
}

describe('the reader of large answers', () => {
  test.each([
    '{"jsonrpc":"2.0","id":1,"result":{"content":[],"isError":true}}\n',
    '{"result":{},"jsonrpc":"2.0","id":"a\\"b"}\r\n',
    ' {\t"id" : 12345678901234567890 , "error" : {"code":1} } ',
    '{"id":1,"result":null,"error":null}',
    '{"id":1,"result":[[],{},[{}],"",-0.5e+10,true,false,null,"\\u00e9\\n😀"]}',
    '{"id":1,"result":{"isError":true,"isError":false}}',
    '{"id":1,"result":{"x":{"isError":true}}}',
    '{"id":1,"error":{"isError":true}}',
  ])('knows what the full reader knows: %s', (text) => {
    expect(quick(text)).toBeDefined();
    expect(quick(text)).toEqual(full(text));
  });

  test.each([
    '{"id":1,"result":{},"x":1}',
    '{"id":1,"result":{},"Result":{}}',
    '{"id":1,"result":{},"result":{}}',
    '{"id":1,"res\\u0075lt":{}}',
    '{"id":1,"method":"x"}',
    '{"id":1,"result":{},"error":{}}',
    '{"id":1,"result":{"InputRequests":{}}}',
    '{"id":1,"result":{"inputRequeſts":{}}}',
    '{"id":1}',
    '{"id":null,"error":{}}',
    '{"id":{},"result":1}',
    '{"id":1,"result":{"isErr\\u006fr":true}}',
    '{"id":1,"result":\r1}',
    '[{"id":1,"result":1}]',
    '{"id":1,"result":01}',
    '{"id":1,"result":"\\x"}',
    '{"id":1,"result":"\\u12g4"}',
    '{"id":1,"result":"a\tb"}',
    '{"id":1,"result":tru}',
    '{"id":1,"result":[1,]}',
    '{"id":1,"result":[1}}',
    '{"id":1,"result":{"a"}}',
    '{"id":1,"result":{}} {}',
    '{"id":1,"result":{}',
    '{"id":1,,"result":{}}',
    '{"id":1,"result":{},}',
    '',
  ])('leaves to the full reader: %s', (text) => {
    expect(quick(text)).toBeUndefined();
  });

  test('leaves what is not UTF-8', () => {
    expect(readLargeAnswer(Buffer.from('{"id":1,"result":"\xff"}', 'latin1'))).toBeUndefined();
  });

  test('takes no more depth than the full reader, and no stack', () => {
    const nested = (depth: number) => `{"id":1,"result":${'['.repeat(depth)}${']'.repeat(depth)}}`;
    expect(quick(nested(511))).toBeDefined();
    expect(full(nested(511))).toBeDefined();
    expect(quick(nested(512))).toBeUndefined();
    expect(quick(nested(100_000))).toBeUndefined();
  });

  test('never takes for an answer what the full reader does not, and never reads it otherwise', () => {
    const soup = fc
      .array(
        fc.constantFrom(
          ...[
            '{',
            '}',
            '[',
            ']',
            ',',
            ':',
            ' ',
            '\n',
            '\r',
            '"id"',
            '"result"',
            '"error"',
            '"isError"',
          ],
          ...[
            '"x"',
            '1',
            '-',
            '.5',
            'e1',
            'true',
            'null',
            '"',
            '\\',
            'u00e9',
            '"jsonrpc":"2.0"',
            'é',
          ],
        ),
        { maxLength: 14 },
      )
      .map((parts) => parts.join(''));
    const line = fc.oneof(
      soup,
      soup.map((more) => `{"id":1,"result":${more}}`),
      soup.map((more) => `{"id":1,"result":{"a":1${more}}}`),
      fc.json({ maxDepth: 4 }).map((json) => `{"jsonrpc":"2.0","result":${json},"id":"é"}`),
    );
    let taken = 0;
    fc.assert(
      fc.property(line, (text) => {
        const found = quick(text);
        if (found === undefined) return;
        taken += 1;
        expect(found).toEqual(full(text));
      }),
      { numRuns: 3_000 },
    );
    expect(taken).toBeGreaterThan(300);
  });

  test('takes every plain answer that JSON.stringify makes', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(undefined, 1), (content, indent) => {
        const result = { content };
        expect(
          quick(JSON.stringify({ jsonrpc: '2.0', id: 7, result }, undefined, indent)),
        ).toBeDefined();
      }),
    );
  });
});

describe('a large answer in a session', () => {
  const big = 'x'.repeat(100_000);

  test('is judged like any other', async () => {
    const r = rig();
    r.clientSays(toolCall(1) + toolCall(2) + toolCall(3));
    const answers = [
      `{"id":1,"result":{"content":["${big}"],"isError":true}}\n`,
      `{"id":2,"error":{"code":1,"message":"${big}"}}\n`,
      `{"id":3,"result":{"content":["${big}"]}}\n`,
    ];
    r.serverSays(answers.join(''));
    await until(() => r.ends.length === 3);
    expect(r.ends.map(({ outcome }) => outcome)).toEqual(['tool-error', 'protocol-error', 'ok']);
    await until(() => r.clientHears.text() === answers.join(''));
  });

  test('that is a list of tools is filtered all the same', async () => {
    const r = rig({ onToolList: () => [{ index: 0, name: 'é', reason: 'held' }] });
    r.clientSays('{"id":1,"method":"tools/list"}\n');
    r.serverSays(`{"id":1,"result":{"x":"${big}","tools":[{"name":"é"},{"name":"b"}]}}\n`);
    await until(() => r.clientHears.text().endsWith('"tools":[{"name":"b"}]}}\n'));
  });

  test('that can be read in two ways is withheld all the same', async () => {
    const r = rig();
    r.clientSays(toolCall(1));
    r.serverSays(`{"id":1,"result":{"a":"${big}"},"Result":{}}\n`);
    await until(() => r.ends.length === 1);
    expect(r.ends[0]?.outcome).toBe('protocol-error');
  });
});
