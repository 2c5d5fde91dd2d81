import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makeSseParser, type SseEvent } from '../../../main/upstream/sse-parser.ts';

const large = 1024 * 1024;

const plain = (event: SseEvent) =>
  'tooLarge' in event ? 'too large' : [event.event, event.data.toString('latin1')];

/** Everything a parser says of a text, fed at once or in pieces. */
function parsed(text: string | Buffer, cuts: readonly number[] = [], limit = large) {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  const parser = makeSseParser(limit);
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), 0, bytes.length].sort(
    (a, b) => a - b,
  );
  const seen = ends
    .slice(1)
    .flatMap((end, n) => parser.push(Buffer.from(bytes.subarray(ends[n], end))));
  const { lastEventId, retryMs } = parser;
  return { events: seen.map(plain), lastEventId, retryMs };
}

describe('an event', () => {
  test.each([
    ['line feeds', 'event: x\ndata: 1\nid: 7\n\n'],
    ['carriage returns', 'event: x\rdata: 1\rid: 7\r\r'],
    ['both', 'event: x\r\ndata: 1\r\nid: 7\r\n\r\n'],
    ['a mixture', 'event: x\r\ndata: 1\nid: 7\r\r\n'],
    ['a byte order mark', '\uFEFFevent: x\ndata: 1\nid: 7\n\n'],
    ['comments and unknown fields', ':hi\nfoo: bar\nevent: x\ndata: 1\n:\nid: 7\n\n'],
    ['no blank after the colon', 'event:x\ndata:1\nid:7\n\n'],
  ])('is read with %s', (_, text) => {
    expect(parsed(text)).toEqual({ events: [['x', '1']], lastEventId: '7', retryMs: undefined });
  });

  test('of several data lines is one line, joined by spaces', () => {
    expect(parsed('data: {"a":\ndata:1,\ndata\ndata:   2}\n\n').events).toEqual([
      ['message', '{"a": 1,    2}'],
    ]);
  });

  test('loses one blank after the colon and no more', () => {
    expect(parsed('data:  x \n\n').events).toEqual([['message', ' x ']]);
  });

  test('without data tells where to resume, and nothing else', () => {
    expect(parsed('id: 5\nretry: 250\ndata:\n\n')).toEqual({
      events: [],
      lastEventId: '5',
      retryMs: 250,
    });
  });

  test('that was cut off is none, and its id does not count', () => {
    expect(parsed('id: 1\ndata: a\n\nid: 2\ndata: b\n')).toEqual({
      events: [['message', 'a']],
      lastEventId: '1',
      retryMs: undefined,
    });
  });

  test('keeps its name for itself, and an id holds on', () => {
    expect(parsed('id: 1\nevent: x\ndata: a\n\ndata: b\n\n')).toMatchObject({
      events: [
        ['x', 'a'],
        ['message', 'b'],
      ],
      lastEventId: '1',
    });
  });

  test('with an empty id cannot be resumed after, and one with NUL changes nothing', () => {
    expect(parsed('id: 1\ndata: a\n\nid\ndata: b\n\n').lastEventId).toBeUndefined();
    expect(parsed('id: 1\ndata: a\n\nid: 2\0\ndata: b\n\n').lastEventId).toBe('1');
  });

  test('with an id that fits no header cannot be resumed after', () => {
    expect(
      parsed(`id: 1\ndata: a\n\nid: ${'x'.repeat(3000)}\ndata: b\n\n`).lastEventId,
    ).toBeUndefined();
  });

  test.each(['-1', '1.5', 'soon', '', '9'.repeat(30)])('asks for no wait of "%s"', (retry) => {
    expect(parsed(`retry: ${retry}\ndata: a\n\n`).retryMs).toBeUndefined();
  });

  test('comes out with the bytes it had, also where they are not UTF-8', () => {
    const data = Buffer.from([0x7b, 0xff, 0xfe, 0xc3, 0x28, 0x00, 0xef, 0xbb, 0xbf, 0x7d]);
    const text = Buffer.concat([Buffer.from('data: '), data, Buffer.from('\n\n')]);
    expect(parsed(text).events).toEqual([['message', data.toString('latin1')]]);
  });

  test('begins after what only looked like a byte order mark', () => {
    const text = Buffer.concat([
      Buffer.from([0xef, 0xbb]),
      Buffer.from('data: no\n\ndata: yes\n\n'),
    ]);
    expect(parsed(text).events).toEqual([['message', 'yes']]);
    expect(parsed('\uFEFF\uFEFFdata: no\n\ndata: yes\n\n').events).toEqual([['message', 'yes']]);
  });
});

describe('an event beyond the limit', () => {
  test('is named, its rest dropped, and the next one read', () => {
    expect(parsed('data: 12345\n\ndata: 123456\n\ndata: 1\n\n', [], 5).events).toEqual([
      ['message', '12345'],
      'too large',
      ['message', '1'],
    ]);
    expect(parsed('data: 123\ndata: 456\n\ndata: 1\n\n', [], 5).events).toEqual([
      'too large',
      ['message', '1'],
    ]);
  });

  test('of another kind than data is not kept', () => {
    const parser = makeSseParser(large);
    parser.push(Buffer.from(':'));
    for (let n = 0; n < 1000; n += 1) parser.push(Buffer.alloc(10_000, 0x78));
    expect(parser.held).toBeLessThan(10_000);
    expect(parser.push(Buffer.from('\ndata: a\n\n')).map(plain)).toEqual([['message', 'a']]);
  });
});

/** Texts made of what streams are made of, so that every corner is met. */
const streams = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        'data: ',
        'data',
        'data:',
        'id: ',
        'event: ',
        'retry: ',
        ':',
        ' ',
        '\n',
        '\r',
        '\r\n',
        '\n\n',
        '\uFEFF',
        '\0',
        '{"a":1}',
        '12',
        'é',
      ),
      fc.string({ maxLength: 8 }),
    ),
    { maxLength: 60 },
  )
  .map((parts) => parts.join(''));

describe('however the stream is cut', () => {
  test('the events are the same', () => {
    fc.assert(
      fc.property(streams, fc.array(fc.nat(), { maxLength: 12 }), (text, cuts) => {
        expect(parsed(text, cuts)).toEqual(parsed(text));
      }),
      { numRuns: 1000 },
    );
  });

  test('also with a small limit, and byte by byte', () => {
    fc.assert(
      fc.property(streams, fc.integer({ min: 1, max: 12 }), (text, limit) => {
        const every = [...Array(Buffer.byteLength(text)).keys()];
        expect(parsed(text, every, limit)).toEqual(parsed(text, [], limit));
      }),
      { numRuns: 500 },
    );
  });

  test('they are what the rules of HTML say', () => {
    fc.assert(
      fc.property(streams, fc.array(fc.nat(), { maxLength: 6 }), (text, cuts) => {
        expect(parsed(text, cuts).events).toEqual(byTheBook(text));
      }),
      { numRuns: 1000 },
    );
  });
});

/** WHATWG HTML 9.2.6, written down as it stands there, on text. */
function byTheBook(text: string): unknown[] {
  const seen: unknown[] = [];
  let data: string[] = [];
  let name = '';
  const lines = Buffer.from(text.replace(/^\uFEFF/, ''))
    .toString('latin1')
    .split(/\r\n|\n|\r/);
  for (const line of lines.slice(0, -1)) {
    if (line === '') {
      const joined = data.join(' ');
      if (joined !== '') seen.push([name || 'message', joined]);
      data = [];
      name = '';
      continue;
    }
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'data') data.push(value);
    if (field === 'event') name = value;
  }
  return seen;
}

test('many small lines in one chunk take time in proportion', () => {
  const few = Buffer.from('data: x\n\n'.repeat(20_000));
  const parser = makeSseParser(large);
  const begun = performance.now();
  expect(parser.push(few)).toHaveLength(20_000);
  expect(performance.now() - begun).toBeLessThan(5_000);
});
