import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { readArguments } from '../../../main/bridge/arguments.ts';
import { answerAll, answerLine } from '../../../main/bridge/unreachable.ts';
import { until } from '../relay/rig.ts';

const sentence = 'Airlock is not running: start Airlock Desktop, then try again.';
const answer = (line: string) => {
  const text = answerLine(line, sentence);
  return text === undefined ? undefined : JSON.parse(text);
};

describe('without the app', () => {
  test('a request gets an error that says what to do', () => {
    expect(answer('{"jsonrpc":"2.0","id":0,"method":"initialize","params":{}}')).toEqual({
      jsonrpc: '2.0',
      id: 0,
      error: { code: -31005, message: sentence },
    });
  });

  test('a tool call gets it as a result, for the model to read', () => {
    expect(answer('{"id":"a","method":"tools/call","params":{"name":"x"}}')).toEqual({
      jsonrpc: '2.0',
      id: 'a',
      result: { content: [{ type: 'text', text: sentence }], isError: true },
    });
    const modern = '{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}';
    expect(answer(`{"id":"a","method":"tools/call","params":${modern}}`).result.resultType).toBe(
      'complete',
    );
    expect(answer('{"id":1,"method":"tools/call","params":null}').result.isError).toBe(true);
  });

  test('the id comes back digit for digit', () => {
    const text = answerLine('{"id":12345678901234567890,"method":"ping"}', sentence);
    expect(text).toContain('"id":12345678901234567890,');
  });

  test.each([
    '{"method":"notifications/initialized"}',
    '',
    '  \r',
    '7',
    '{"id":1,"result":{}}',
    '[]',
    '[{"method":"n"}]',
  ])('what asks nothing gets nothing: %s', (line) => {
    expect(answerLine(line, sentence)).toBeUndefined();
  });

  test('a batch is answered as one', () => {
    expect(
      answer('[{"id":1,"method":"ping"}, {"method":"n"},{"id":2,"method":"tools/call"}]'),
    ).toMatchObject([
      { id: 1, error: {} },
      { id: 2, result: { isError: true } },
    ]);
  });

  test('garbage is answered as such', () => {
    expect(answer('hello')).toMatchObject({ id: null, error: { code: -32700 } });
    expect(answer('too long')).toMatchObject({ error: { code: -32700 } });
  });

  test('lines may come in pieces, and be too long', async () => {
    const input = new PassThrough();
    const output = new PassThrough();
    let heard = '';
    output.on('data', (chunk) => {
      heard += String(chunk);
    });
    answerAll(input, output, sentence);
    input.write('{"id":1,"meth');
    input.write('od":"é"}\n{"id":2,"method":"x"}\n');
    await until(() => heard.split('\n').length === 3);
    for (let mib = 0; mib < 17; mib += 1) {
      if (!input.write('x'.repeat(1024 * 1024)))
        await new Promise((resolve) => input.once('drain', resolve));
    }
    input.write('\n{"id":3,"method":"x"}\n');
    await until(() => heard.split('\n').length === 5);
    const ids = heard
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).id);
    expect(ids).toEqual([1, 2, null, 3]);
  });
});

describe('the arguments of the bridge', () => {
  test.each([
    [['c1'], { connection: 'c1', env: [], argv: [] }],
    [['c1', '--env', 'A,B'], { connection: 'c1', env: ['A', 'B'], argv: [] }],
    [
      ['c1', '--', 'npx', '--env', 'x', '--'],
      { connection: 'c1', env: [], argv: ['npx', '--env', 'x', '--'] },
    ],
    [['c1', '--env', 'A', '--', 'npx'], { connection: 'c1', env: ['A'], argv: ['npx'] }],
    [['c1', '--'], { connection: 'c1', env: [], argv: [] }],
    [[], undefined],
    [[''], undefined],
    [['--env', 'A'], undefined],
    [['c1', '--env'], undefined],
    [['c1', 'npx'], undefined],
    [['c1', '--env', 'A', 'B'], undefined],
  ])('%j', (words, expected) => {
    expect(readArguments(words)).toEqual(expected);
  });
});
