import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { asLine, readPosted } from '../../../main/endpoint/posted-message.ts';
import { lineContent, readServerLine } from '../../../main/endpoint/server-line.ts';
import { ask, beginSession, type PlayedSession, startRig, until } from './rig.ts';

const gap = fc.stringMatching(/^[ \t\r\n]{0,3}$/);
const text = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 40 })
  .map((units) => JSON.stringify(String.fromCharCode(...units).toWellFormed()));
const number = fc.oneof(
  fc.integer().map(String),
  fc.bigInt().map(String),
  fc.constantFrom('1.0', '-0', '1e400', '12345678901234567890', '0.1e-7'),
);

/** JSON in every spelling: white space anywhere, repeated keys, big numbers, escapes. */
const { json } = fc.letrec<{ json: string }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.oneof(text, number, fc.constantFrom('true', 'false', 'null', '"\\u0041\\/"')),
    fc
      .tuple(fc.array(tie('json'), { maxLength: 4 }), gap)
      .map(([all, space]) => `[${all.join(`${space},`)}${space}]`),
    fc
      .tuple(fc.array(fc.tuple(text, tie('json')), { maxLength: 4 }), gap)
      .map(
        ([all, space]) =>
          `{${space}${all.map(([key, value]) => `${key}${space}:${value}`).join(`,${space}`)}}`,
      ),
  ),
}));
const outside = fc.tuple(gap, gap, gap, json);

describe('a message of the client', () => {
  test('reaches the session as it was sent, but for line breaks between its tokens', async () => {
    const rig = await startRig();
    const headers = await beginSession(rig);
    const [session] = rig.sessions;
    await fc.assert(
      fc.asyncProperty(outside, async ([a, b, c, params]) => {
        const body = `${a}{"jsonrpc"${b}:"2.0",${c}"x":${params},"method":"notifications/x"${a}}${b}`;
        const before = session?.lines.length ?? 0;
        const reply = await rig.send('POST', { headers, body });
        expect(reply.status).toBe(202);
        await until(() => session?.lines.length === before + 1);
        expect(session?.lines.at(-1)?.toString('utf8')).toBe(body.replace(/[\r\n]/g, ' '));
      }),
      { numRuns: 150 },
    );
  });

  test('keeps its meaning as one line', () => {
    fc.assert(
      fc.property(outside, ([a, b, _, value]) => {
        const body = Buffer.from(`${a}${value}${b}`);
        const before: unknown = JSON.parse(body.toString());
        const line = asLine(body);
        expect(line.indexOf(10)).toBe(line.length - 1);
        expect(line.includes(13)).toBe(false);
        expect(JSON.parse(line.toString())).toEqual(before);
      }),
    );
  });

  test('is read without an exception, whatever the bytes are', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 60 }),
          json.map((one) => Buffer.from(one)),
        ),
        (bytes) => {
          const posted = readPosted(Buffer.from(bytes));
          if (posted.ok) expect(posted.messages.length).toBeGreaterThan(0);
          else expect([-32700, -32600]).toContain(posted.code);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('a message of the server', () => {
  test('reaches the client byte for byte, as JSON and on a stream', async () => {
    let next = '';
    const react = (session: PlayedSession, { id, method }: { id?: unknown; method?: string }) => {
      if (method === 'initialize')
        session.say({ jsonrpc: '2.0', id, result: { protocolVersion: '2025-11-25' } });
      else if (method === 'get') session.sayRaw(`${next.replace('ID', JSON.stringify(id))}\r`);
    };
    const rig = await startRig({ react });
    const headers = await beginSession(rig);
    await fc.assert(
      fc.asyncProperty(json, fc.boolean(), async (value, streamed) => {
        next = `{"result":${value.replace(/[\r\n]/g, ' ')}, "id" :ID,"jsonrpc":"2.0"}`;
        const message = ask('get');
        const accept = streamed ? 'text/event-stream' : 'application/json';
        const reply = await rig.post(message, { ...headers, accept });
        const expected = next.replace('ID', JSON.stringify(message.id));
        expect(streamed ? reply.events().at(-1)?.data : reply.text()).toBe(expected);
      }),
      { numRuns: 150 },
    );
  });

  test('of a mebibyte and more passes whole', async () => {
    const big = 'ä'.repeat(3 * 1024 * 1024);
    const rig = await startRig();
    const headers = await beginSession(rig);
    for (const accept of ['application/json', 'text/event-stream']) {
      const reply = await rig.post(ask('echo', { big }), { ...headers, accept });
      const answer =
        accept === 'application/json' ? reply.text() : (reply.events().at(-1)?.data ?? '');
      expect(JSON.parse(answer).result.echoed.big === big).toBe(true);
    }
  });

  test('is found in any JSON without an exception, and stays on one line', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 60 }),
          json.map((one) => Buffer.from(one)),
        ),
        (bytes) => {
          const line = Buffer.from(bytes);
          for (const message of readServerLine(line)?.messages ?? []) {
            message.params();
            message.result();
            message.errorCode();
          }
          const content = lineContent(line.filter((byte) => byte !== 10) as Buffer);
          expect(content.includes(13)).toBe(false);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('is told apart by where its members stand, not by text that looks alike', () => {
    const line = Buffer.from(
      '{"params":{"id":1,"result":2,"ü":"\\"id\\":9"},"method":"a","id":"ö"}',
    );
    expect(readServerLine(line)?.messages[0]).toMatchObject({
      kind: 'request',
      idText: '"ö"',
      method: 'a',
    });
    const answer = Buffer.from(
      '[{"id":1,"error":{"code":-32601,"data":{"code":1}}} , 5,{"id":2,"result":{}}]',
    );
    const read = readServerLine(answer);
    expect(read?.batch).toBe(true);
    expect(read?.messages.map(({ idText, errorCode }) => [idText, errorCode()])).toEqual([
      ['1', -32601],
      ['2', undefined],
    ]);
  });
});
