import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defaultLineLimit, type Frame, makeLineFramer } from '../../../main/relay/line-framer.ts';

/** Feeds `bytes` in pieces cut at `cuts` and returns every frame. */
function frames(bytes: Buffer, cuts: readonly number[] = [], limit?: number): Frame[] {
  const framer = makeLineFramer(limit);
  const at = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  const out: Frame[] = [];
  let from = 0;
  for (const to of [...at, bytes.length]) {
    out.push(...framer.push(bytes.subarray(from, to)));
    from = to;
  }
  return [...out, ...framer.end()];
}

const text = (list: readonly Frame[]) =>
  list.map((frame) => ('tooLong' in frame ? 'too long' : frame.toString('latin1')));

describe('the line framer', () => {
  test('finds the same lines however the stream is cut', () => {
    const stream = fc.array(fc.constantFrom('a', '{', '\r', '\n', 'é', '"'), { maxLength: 60 });
    fc.assert(
      fc.property(stream, fc.array(fc.nat(), { maxLength: 12 }), (characters, cuts) => {
        const bytes = Buffer.from(characters.join(''));
        const expected = bytes.toString('latin1').match(/[^\n]*\n|[^\n]+$/g) ?? [];
        expect(text(frames(bytes, cuts))).toEqual(expected);
      }),
    );
  });

  test('keeps a carriage return: it is part of the line', () => {
    expect(text(frames(Buffer.from('{}\r\n\n[]')))).toEqual(['{}\r\n', '\n', '[]']);
  });

  test('hands out views of a chunk, not copies', () => {
    const chunk = Buffer.from('one\ntwo\n');
    const [one] = makeLineFramer().push(chunk);
    expect(Buffer.isBuffer(one) && one.buffer === chunk.buffer).toBe(true);
  });

  test('gives each gathered line memory of its own', () => {
    const framer = makeLineFramer();
    framer.push(Buffer.from('fi'));
    const [first] = framer.push(Buffer.from('rst\n'));
    framer.push(Buffer.from('SEC'));
    framer.push(Buffer.from('OND\n'));
    expect(text(first === undefined ? [] : [first])).toEqual(['first\n']);
  });

  test('joins small and large pieces in order', () => {
    const sizes = fc.array(fc.constantFrom(1, 7, 4_095, 4_096, 20_000), { maxLength: 20 });
    fc.assert(
      fc.property(sizes, (lengths) => {
        const framer = makeLineFramer();
        const parts = lengths.map((length, n) => Buffer.alloc(length, 97 + (n % 26)));
        for (const part of parts) expect(framer.push(part)).toEqual([]);
        const [line] = framer.push(Buffer.from('\n'));
        const expected = Buffer.concat([...parts, Buffer.from('\n')]);
        expect(Buffer.isBuffer(line) && line.equals(expected)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  test('reports a line over the limit once and goes on after it', () => {
    const bytes = Buffer.from(`ok\n${'x'.repeat(50)}\nalso ok\n`);
    for (const cuts of [[], [5, 9, 30], Array.from({ length: 60 }, (_, n) => n)]) {
      expect(text(frames(bytes, cuts, 20))).toEqual(['ok\n', 'too long', 'also ok\n']);
    }
  });

  test('lets a line of exactly the limit through', () => {
    expect(text(frames(Buffer.from(`${'x'.repeat(9)}\n`), [4], 10))).toEqual(['xxxxxxxxx\n']);
    expect(text(frames(Buffer.from(`${'x'.repeat(10)}\n`), [4], 10))).toEqual(['too long']);
  });

  test('shows both ends of what was too long, however it came', () => {
    const bytes = Buffer.from(`${Array.from({ length: 700 }, (_, n) => `n${n}`).join(' ')}\n`);
    const cut = fc.array(fc.nat(bytes.length), { maxLength: 30 });
    fc.assert(
      fc.property(cut, fc.integer({ min: 1, max: bytes.length - 1 }), (cuts, limit) => {
        const [frame, ...more] = frames(bytes, cuts, limit);
        expect(more).toEqual([]);
        if (frame === undefined || !('tooLong' in frame)) throw new Error('It was not too long.');
        expect(frame.head.toString()).toBe(bytes.toString('utf8', 0, frame.head.length));
        expect(frame.tail.toString()).toBe(bytes.subarray(-1024).toString());
        expect(frame.head.length).toBeGreaterThanOrEqual(Math.min(1024, limit));
      }),
    );
  });

  test('tells of one that was not ended by a newline', () => {
    const [frame] = frames(Buffer.from('secret-ish beginning and more'), [3, 7], 10);
    expect(frame).toMatchObject({ tooLong: true });
    const { head, tail } = frame as { head: Buffer; tail: Buffer };
    expect([head.toString(), tail.toString()]).toEqual([
      'secret-ish beginning and more',
      'secret-ish beginning and more',
    ]);
  });

  test('takes 10 MiB in pieces in time linear in its length', () => {
    const piece = Buffer.alloc(1024, 0x61);
    const time = (pieces: number) => {
      const framer = makeLineFramer();
      const start = process.hrtime.bigint();
      for (let n = 0; n < pieces; n += 1) framer.push(piece);
      const [line] = framer.push(Buffer.from('\n'));
      expect(line).toHaveLength(pieces * 1024 + 1);
      return Number(process.hrtime.bigint() - start) / 1e6;
    };
    time(1024);
    // Quadratic time would need 10 GiB of copies and many seconds.
    expect(time(10 * 1024)).toBeLessThan(1500);
  });

  test('takes a trickle of single bytes', () => {
    const framer = makeLineFramer();
    const byte = Buffer.from('z');
    for (let n = 0; n < 200_000; n += 1) framer.push(byte);
    expect(framer.push(Buffer.from('\n'))[0]).toHaveLength(200_001);
  });

  test('has a limit of 64 MiB unless told otherwise', () => {
    expect(defaultLineLimit).toBe(67_108_864);
  });
});
