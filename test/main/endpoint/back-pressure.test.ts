import { describe, expect, test } from 'vitest';
import type { Streams } from '../../../main/endpoint/endpoint-ports.ts';
import {
  ask,
  beginSession,
  modernAsk,
  modernHeaders,
  obliging,
  type Rig,
  startRig,
  token,
  until,
} from './rig.ts';

const piece = 64 * 1024;

/** Says notifications of 64 KiB until the endpoint takes no more, at most `most`; returns how many it took. */
async function flood(rig: Rig, most: number, text: (index: number) => string): Promise<number> {
  const { out } = rig.sessions[0]?.streams ?? {};
  let taken = 0;
  for (let index = 0; index < most; index += 1) {
    const went = new Promise<boolean>((resolve) => {
      out?.write(text(index), () => resolve(true));
      setTimeout(() => resolve(false), 150);
    });
    if (!(await went)) return taken;
    taken += 1;
  }
  return taken;
}

const note = (index: number) =>
  `{"jsonrpc":"2.0","method":"notifications/message","params":{"n":${index},"data":"${'x'.repeat(piece)}"}}\n`;

describe('a client that does not read its event stream', () => {
  test('pauses its session instead of filling the memory, and misses nothing once it reads', async () => {
    const rig = await startRig({ limits: { unreadBytes: 4 * piece, storedBytes: piece } });
    const headers = await beginSession(rig);
    const stream = await rig.start('GET', { headers });
    stream.pause();
    const taken = await flood(rig, 2_000, note);
    // The kernel's own buffers hold some megabytes on each side; what we hold beyond them is bounded.
    expect(taken).toBeGreaterThan(4);
    expect(taken).toBeLessThan(1_000);
    expect(rig.sessions[0]?.streams.out.writableNeedDrain).toBe(true);
    stream.resume();
    await until(() => stream.data().length >= taken + 1, 'the rest');
    const numbers = stream.data().map((one) => JSON.parse(one).params.n);
    expect(numbers).toEqual(numbers.map((_, index) => index));
  });

  test('loses its stream after a while, so that the rest of its session goes on', async () => {
    const rig = await startRig({
      limits: { unreadBytes: piece, stallMs: 200, storedBytes: piece },
    });
    const headers = await beginSession(rig);
    const stream = await rig.start('GET', { headers });
    stream.pause();
    await flood(rig, 2_000, note);
    const reply = await rig.post(ask('echo', { still: 'here' }), headers);
    expect(reply.text()).toContain('here');
    stream.break();
  });

  test.each(['legacy', 'modern'])(
    'gets no more JSON answers either until it reads those it has (%s)',
    async (era) => {
      const limits = { unreadBytes: piece, stallMs: 60_000 };
      const rig = await startRig({ react: obliging, limits });
      const headers = era === 'legacy' ? await beginSession(rig) : modernHeaders('big');
      const accept = 'application/json';
      const message = (id: number) =>
        era === 'legacy' ? ask('big', {}, id) : modernAsk('big', {}, id);
      const one = await rig.socket();
      one.socket.pause();
      const lines = Object.entries({
        ...headers,
        host: `127.0.0.1:${rig.endpoint.port}`,
        authorization: `Bearer ${token}`,
        accept,
        'content-type': accept,
        'content-length': JSON.stringify(message(1)).length,
      }).map(([name, value]) => `${name}: ${value}\r\n`);
      one.write(`POST /mcp/con_1 HTTP/1.1\r\n${lines.join('')}\r\n${JSON.stringify(message(1))}`);
      await until(() => rig.sessions[0]?.messages().at(-1)?.id === 1);
      const big = 'z'.repeat(16 * 1024 * 1024);
      let taken = false;
      rig.sessions[0]?.streams.out.write(
        `{"jsonrpc":"2.0","id":1,"result":{"big":"${big}"}}\n`,
        () => {
          taken = true;
        },
      );
      const again = message(2);
      const other = rig.post(again, headers);
      await until(() => rig.sessions[0]?.messages().at(-1)?.id === 2);
      rig.sessions[0]?.say({ jsonrpc: '2.0', id: 2, result: {} });
      expect(taken).toBe(false);
      one.socket.resume();
      expect((await other).json().result).toEqual({});
      expect(taken).toBe(true);
      await until(() => one.heard().length > big.length);
    },
  );

  test('does not hold up the sessions of others', async () => {
    const rig = await startRig({ limits: { unreadBytes: piece, storedBytes: piece } });
    const slow = await beginSession(rig);
    const other = await beginSession(rig);
    const stream = await rig.start('GET', { headers: slow });
    stream.pause();
    await flood(rig, 2_000, note);
    expect((await rig.post(ask('echo'), other)).status).toBe(200);
    stream.break();
  });

  test('holds its governed session in 2026-07-28 as well', async () => {
    const rig = await startRig({ react: () => undefined, limits: { unreadBytes: piece } });
    const message = modernAsk('work', {}, 1, { progressToken: 1 });
    const opening = rig.start('POST', {
      headers: modernHeaders('work'),
      body: JSON.stringify(message),
    });
    await until(() => rig.sessions[0]?.messages().length === 1);
    const progress = (index: number) =>
      `{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"n":${index},"message":"${'x'.repeat(piece)}"}}\n`;
    rig.sessions[0]?.streams.out.write(progress(0));
    const stream = await opening;
    stream.pause();
    const taken = await flood(rig, 2_000, progress);
    expect(taken).toBeLessThan(1_000);
    stream.break();
    await until(() => rig.sessions[0]?.messages().at(-1)?.method === 'notifications/cancelled');
  });
});

describe('a session that does not read', () => {
  test('lets its client wait with the next message', async () => {
    let streams: Streams | undefined;
    const rig = await startRig({
      accept(_id, _facts, given) {
        streams = given;
        return { closed: new Promise((resolve) => given.out.once('close', resolve)) };
      },
    });
    const beginning = rig.post(ask('initialize', { protocolVersion: '2025-11-25' }, 1));
    await until(() => streams !== undefined);
    streams?.in.once('data', () => streams?.in.pause());
    await until(() => streams?.in.isPaused() === true);
    streams?.out.write('{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-11-25"}}\n');
    const headers = { 'mcp-session-id': String((await beginning).headers['mcp-session-id']) };
    const big = { jsonrpc: '2.0', method: 'notifications/x', params: { text: 'y'.repeat(piece) } };
    const replies: number[] = [];
    const posts = Array.from({ length: 20 }, () =>
      rig.post(big, headers).then((reply) => replies.push(reply.status)),
    );
    await until(() => (streams?.in.readableLength ?? 0) > 0 && replies.length > 0);
    expect(replies.length).toBeLessThan(5);
    let heard = 0;
    streams?.in.on('data', (chunk: Buffer) => {
      heard += chunk.filter((byte) => byte === 10).length;
    });
    streams?.in.resume();
    await Promise.all(posts);
    expect(new Set(replies)).toEqual(new Set([202]));
    await until(() => heard === 20);
    streams?.out.destroy();
  });
});
