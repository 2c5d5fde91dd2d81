import { describe, expect, test } from 'vitest';
import { endsOf } from '../../../main/relay/too-long.ts';
import { rig, toolCall, until } from './rig.ts';

const x = 'x'.repeat(5_000);
const ends = (line: string) => {
  const bytes = Buffer.from(line);
  return endsOf({ tooLong: true, head: bytes.subarray(0, 1024), tail: bytes.subarray(-1024) });
};

describe('the ends of a line', () => {
  test.each([
    [`{"jsonrpc":"2.0","id":7,"result":{"a":"${x}"}}\n`, 'answer', '7'],
    [`{"result":{"a":"${x}","id":1},"jsonrpc":"2.0","id":7}\r\n`, 'answer', '7'],
    [`{"result":{"a":"${x}"} , "id" : "a\\"b" , "jsonrpc":"2.0"} \n`, 'answer', '"a\\"b"'],
    [`{"result":{"a":"${x}"},"id":-1.5e3}`, 'answer', '-1.5e3'],
    [`{"id":12345678901234567890,"error":{"a":"${x}"}}`, 'answer', '12345678901234567890'],
    [`{"result":{"a":"${x}","id":1}}`, 'answer', undefined],
    [`{"result":{"a":"${x}"},"id":1,"x":2}`, 'answer', undefined],
    [`{"result":{"a":"${x}"},"id":null}`, 'answer', undefined],
    [`{"id":"${x}","result":1}`, 'answer', undefined],
    [`{"result":"${x}","id":01}`, 'answer', undefined],
    [`[{"id":1,"result":"${x}"}]`, 'answer', undefined],
    [`{"jsonrpc":"2.0","id":7,"method":"a","params":{"a":"${x}"}}`, 'asking', '7'],
    [`{"method":"a","params":{"a":"${x}"},"jsonrpc":"2.0","id":7}`, 'asking', '7'],
    [`{"method":"${x}"}`, 'asking', undefined],
    [`listening on port ${x}`, 'junk', undefined],
  ])('%s', (line, kind, idText) => {
    expect(ends(line)).toEqual({ kind, idText });
  });
});

describe('an answer that is too long', () => {
  const start = () => rig({ limits: { lineBytes: 2_000 } });

  test.each([
    ['at the beginning', `{"jsonrpc":"2.0","id":1,"result":{"content":"${x}"}}\n`],
    ['at the end', `{"result":{"content":"${x}"},"jsonrpc":"2.0","id":1}\n`],
  ])('is told to the caller whose id stands %s, and the session goes on', async (_, line) => {
    const r = start();
    r.clientSays(`${toolCall(1)}{"jsonrpc":"2.0","id":2,"method":"tools/list"}\n`);
    await until(() => r.serverHears.lines().length === 2);
    r.serverSays(line);
    await until(() => r.clientHears.lines().length === 1);
    expect(r.clientHears.messages()[0]).toMatchObject({ id: 1, error: { code: -31004 } });
    expect(r.clientHears.text()).toContain('Ask for less at a time.');
    expect(r.ends[0]?.outcome).toBe('protocol-error');
    r.serverSays(`{"result":{"tools":["${x}"]},"jsonrpc":"2.0","id":2}\n`);
    await until(() => r.clientHears.lines().length === 2);
    expect(r.clientHears.messages()[1]).toMatchObject({ id: 2, error: { code: -31004 } });
    r.clientSays(toolCall(3));
    await until(() => r.serverHears.lines().length === 3);
  });

  test('ends the session where nobody can say whose it is, and everybody who waits is told', async () => {
    const r = start();
    r.clientSays(`${toolCall(1)}{"jsonrpc":"2.0","id":2,"method":"tools/list"}\n`);
    await until(() => r.serverHears.lines().length === 2);
    r.serverSays(`{"result":{"content":"${x}"}}\n`);
    const end = await r.session.closed;
    expect(end).toMatchObject({ reason: 'server-gone' });
    expect(end.sentence).toContain('it cannot be told to what');
    expect(r.clientHears.messages().map(({ id }) => id)).toEqual([2, 1]);
  });

  test('and what nobody waits for, or is no message, ends nothing', async () => {
    const r = start();
    r.serverSays(`{"result":{"content":"${x}"}}\n`);
    r.clientSays(toolCall(1));
    await until(() => r.serverHears.lines().length === 1);
    r.serverSays(`${x}\n{"method":"n","params":{"a":"${x}"}}\n{"method":"after"}\n`);
    await until(() => r.clientHears.text() === '{"method":"after"}\n');
    expect(r.stopped.map(({ problem }) => problem)).toEqual(['too-long', 'too-long', 'too-long']);
  });

  test('a request that is too long is answered to whoever sent it', async () => {
    const r = start();
    r.serverSays(`{"method":"sampling/createMessage","params":{"a":"${x}"},"id":"q"}\n`);
    await until(() => r.serverHears.lines().length === 1);
    expect(r.serverHears.messages()[0]).toMatchObject({ id: 'q', error: { code: -32700 } });
    r.clientSays(`{"method":"tools/call","params":{"a":"${x}"},"jsonrpc":"2.0","id":9}\n`);
    await until(() => r.clientHears.lines().length === 1);
    expect(r.clientHears.messages()[0]).toMatchObject({ id: 9, error: { code: -32700 } });
  });
});
