import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makeByteStore } from '../../../main/upstream/byte-store.ts';
import { makeLineSource } from '../../../main/upstream/http-lines.ts';
import { makePendingRequests } from '../../../main/upstream/http-pending.ts';

describe('a store of bytes', () => {
  test('gives back what was put in, in order, and is empty after', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 3_000 })), (pieces) => {
        const store = makeByteStore();
        for (const piece of pieces) store.append(piece);
        expect(store.length).toBe(pieces.reduce((sum, { length }) => sum + length, 0));
        expect(store.take()).toEqual(Buffer.concat(pieces));
        expect(store.length).toBe(0);
        expect(store.take()).toHaveLength(0);
      }),
    );
  });

  test('hands out what later pieces do not change', () => {
    const store = makeByteStore();
    store.append(Buffer.from('abc'));
    const first = store.take();
    store.append(Buffer.from('xyz'));
    expect(first.toString()).toBe('abc');
    store.clear();
    expect(store.length).toBe(0);
  });
});

describe('the lines of a server', () => {
  test('come out with a newline each, small and large', async () => {
    const source = makeLineSource();
    const large = Buffer.alloc(100_000, 0x61);
    source.send('{"é":1}');
    source.send(large);
    source.end();
    source.send('too late');
    const text = Buffer.concat(await source.stream.toArray()).toString('utf8');
    expect(text).toBe(`{"é":1}\n${large.toString()}\n`);
  });

  test('wait for a reader that is full, until it reads or goes away', async () => {
    const source = makeLineSource();
    await source.room();
    source.send(Buffer.alloc(100_000));
    let room = 0;
    const waits = [source.room(), source.room()].map((one) => one.then(() => (room += 1)));
    await new Promise((resolve) => setImmediate(resolve));
    expect(room).toBe(0);
    source.stream.resume();
    await Promise.all(waits);
    source.stream.pause();
    source.send(Buffer.alloc(100_000));
    const last = source.room();
    source.destroy();
    await last;
    await source.room();
  });
});

describe('a request that waits', () => {
  const request = (idText: string) => ({
    idText,
    method: 'x',
    modern: false,
    abort: () => undefined,
    settled: () => undefined,
  });

  test('is found by its id however that is spelt, first by the very text', () => {
    const pending = makePendingRequests();
    const one = request('1');
    const text = request('"1"');
    pending.add(one);
    expect(pending.find('"1"')).toBe(one);
    expect(pending.find('1.0')).toBe(one);
    pending.add(text);
    expect(pending.find('"1"')).toBe(text);
    expect(pending.find('1')).toBe(one);
    for (const other of ['null', '2', '"a"']) expect(pending.find(other)).toBeUndefined();
  });

  test('is struck once, and not by another of the same id', () => {
    const pending = makePendingRequests();
    const first = request('7');
    const second = request('7');
    pending.add(first);
    pending.add(second);
    expect(pending.has(first)).toBe(false);
    expect(pending.remove(first)).toBe(false);
    expect(pending.remove(second)).toBe(true);
    expect(pending.remove(second)).toBe(false);
    expect(pending.size).toBe(0);
    expect(pending.all()).toEqual([]);
  });
});
