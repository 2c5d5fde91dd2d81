import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readEnvelope } from '../../../main/relay/envelope.ts';
import { judgeList, type ListedTool, type ListPage } from '../../../main/relay/list-answer.ts';
import { rig, until } from './rig.ts';

/** Judges the answer `text` and withholds the tools whose name is in `names`. */
function judged(text: string, names: readonly string[] = [], fromStart = true) {
  const envelope = readEnvelope(Buffer.from(text));
  if (envelope.kind !== 'response') throw new Error(`not a response: ${text}`);
  const seen: ListedTool[] = [];
  let page: ListPage | undefined;
  const result = judgeList(envelope.whole(), fromStart, (tools, at) => {
    seen.push(...tools);
    page = at;
    return tools.flatMap(({ name }, index) =>
      names.includes(name) ? [{ index, name, reason: 'held' }] : [],
    );
  });
  return { result, seen, page };
}

const filteredText = (text: string, names: readonly string[]) => {
  const { result } = judged(text, names);
  return result.kind === 'filtered' ? result.text : result.kind;
};

describe('a list of tools', () => {
  test('is shown whole: names, definitions and their text', () => {
    const text = '{"id":1,"result":{"tools":[{"name":"a", "x":1.0},{"title":"none"},7]}}';
    expect(judged(text).seen).toEqual([
      { name: 'a', definition: { name: 'a', x: 1 }, text: '{"name":"a", "x":1.0}' },
      { name: '', definition: { title: 'none' }, text: '{"title":"none"}' },
      { name: '', definition: 7, text: '7' },
    ]);
  });

  test.each([
    ['["a","b","c"]', ['a'], '["b","c"]'],
    ['["a","b","c"]', ['b'], '["a","c"]'],
    ['["a","b","c"]', ['c'], '["a","b"]'],
    ['["a","b","c"]', ['a', 'c'], '["b"]'],
    ['["a","b","c"]', ['a', 'b'], '["c"]'],
    ['["a","b","c"]', ['b', 'c'], '["a"]'],
    ['["a","b","c"]', ['a', 'b', 'c'], '[]'],
    ['["a"]', ['a'], '[]'],
    ['[ "a" , "b" ,\t"c" ]', ['a'], '[ "b" ,\t"c" ]'],
    ['[ "a" , "b" ,\t"c" ]', ['b'], '[ "a" ,\t"c" ]'],
    ['[ "a" , "b" ,\t"c" ]', ['c'], '[ "a" , "b" ]'],
  ])('%s without %j is %s', (list, names, expected) => {
    const full = (text: string) =>
      `{"id": 1,"result":{"a":[1],"tools" :${text.replace(/"(\w)"/g, '{"name":"$1"}')},"n":1.0}}`;
    expect(filteredText(full(list), names)).toBe(full(expected));
  });

  test('loses the withheld ones and not a byte else', () => {
    const tool = fc
      .tuple(fc.uuid(), fc.json({ maxDepth: 2 }))
      .map(([name, more]) => [name, `{"name":"${name}","é":${more}}`] as const);
    const gaps = fc.array(fc.constantFrom('', ' ', '\t '), { minLength: 2, maxLength: 2 });
    fc.assert(
      fc.property(
        fc.uniqueArray(tool, { selector: ([name]) => name, maxLength: 6 }),
        fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }),
        gaps,
        fc.json({ maxDepth: 2 }),
        (tools, held, [before = '', after = ''], more) => {
          const line = (some: typeof tools) =>
            `{"id":1,"x":${more},"result":{"y":${more},"tools":[${some
              .map(([, text]) => `${before}${text}${after}`)
              .join(',')}],"nextCursor":"é"}}`;
          const names = tools.filter((_, n) => held[n]).map(([name]) => name);
          const kept = tools.filter(([name]) => !names.includes(name));
          const text = filteredText(line(tools), names);
          if (names.length === 0) {
            expect(text).toBe('as-it-is');
            return;
          }
          expect(JSON.parse(text)).toEqual(JSON.parse(line(kept)));
          const strip = (some: string) => some.replaceAll(/[ \t]/g, '');
          expect(strip(text)).toBe(strip(line(kept)));
          for (const [, one] of kept) expect(text).toContain(one);
        },
      ),
    );
  });

  test('says whether it is the whole', () => {
    const text = '{"id":1,"result":{"tools":[],"nextCursor":"2"}}';
    expect(judged(text, [], false).page).toEqual({ first: false, last: false });
    expect(judged(text.replace(',"nextCursor":"2"', '')).page).toEqual({ first: true, last: true });
  });

  test.each([
    '{"id":1,"result":{"tools":[],"tools":[{"name":"evil"}]}}',
    '{"id":1,"result":{"tools":[],"Tools":[{"name":"evil"}]}}',
    '{"id":1,"result":{"TOOLS":[{"name":"evil"}]}}',
  ])('that can be read in two ways is no list: %s', (text) => {
    expect(judged(text).result.kind).toBe('ambiguous');
  });

  test('loses a tool whose definition can be read in two ways', () => {
    const text =
      '{"id":1,"result":{"tools":[{"name":"a"},{"name":"b","description":"ok","description":"evil"},{"name":"c","Name":"a"}]}}';
    const { result } = judged(text);
    expect(result.kind === 'filtered' && result.text).toBe(
      '{"id":1,"result":{"tools":[{"name":"a"}]}}',
    );
    expect(result.kind === 'filtered' && result.withheld.map(({ name }) => name)).toEqual([
      'b',
      'c',
    ]);
    expect(judged(text, ['b']).result).toMatchObject({ withheld: [{ name: 'b' }, { name: 'c' }] });
  });

  test.each(['{"id":1,"result":{}}', '{"id":1,"result":[]}', '{"id":1,"result":{"tools":{}}}'])(
    'of another shape passes: %s',
    (text) => {
      expect(judged(text).result.kind).toBe('as-it-is');
    },
  );
});

describe('in a session', () => {
  const answer = '{"id":1,"result":{"tools":[{"name":"a"},{"name":"evil"}]}}\r\n';

  test('an answer is filtered and the fact told', async () => {
    const r = rig({
      onToolList: (tools) =>
        tools.flatMap(({ name }, index) =>
          name === 'evil' ? [{ index, name, reason: 'It looks poisoned.' }] : [],
        ),
    });
    r.clientSays('{"id":1,"method":"tools/list"}\n');
    r.serverSays(answer);
    await until(() => r.clientHears.text() === '{"id":1,"result":{"tools":[{"name":"a"}]}}\n');
    expect(r.filtered).toEqual([{ index: 1, name: 'evil', reason: 'It looks poisoned.' }]);
  });

  test('an answer without anything to withhold passes as it is', async () => {
    const r = rig();
    r.clientSays('{"id":1,"method":"tools/list"}\n');
    r.serverSays(answer);
    await until(() => r.clientHears.text() === answer);
  });

  test('an ambiguous one is withheld with an error', async () => {
    const r = rig();
    r.clientSays('{"id":1,"method":"tools/list"}\n');
    r.serverSays('{"id":1,"result":{"tools":[],"tools":[]}}\n');
    await until(() => r.clientHears.lines().length === 1);
    expect(r.clientHears.messages()).toMatchObject([{ id: 1, error: { code: -31004 } }]);
  });
});
