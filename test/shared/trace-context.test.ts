import { describe, expect, test } from 'vitest';
import { traceContext } from '../../shared/trace-context.ts';

const trace = '0af7651916cd43dd8448eb211c80319c';
const parent = 'b7ad6b7169203331';
const traceparent = `00-${trace}-${parent}-01`;

describe('the trace context of a message', () => {
  test('is read with and without a state', () => {
    expect(traceContext({ traceparent })).toEqual({ traceparent });
    const tracestate = 'rojo=00f067aa0ba902b7, congo=t61';
    expect(traceContext({ traceparent, tracestate, baggage: 'k=v' })).toEqual({
      traceparent,
      tracestate,
    });
  });

  test('of a later version is read as far as version 00 goes', () => {
    const later = `cc-${trace}-${parent}-00`;
    expect(traceContext({ traceparent: `${later}-what-the-future-brings` })).toEqual({
      traceparent: later,
    });
    expect(traceContext({ traceparent: later })).toEqual({ traceparent: later });
  });

  test.each([
    undefined,
    null,
    'x',
    {},
    { tracestate: 'a=b' },
    { traceparent: 7 },
    { traceparent: '' },
    { traceparent: `${traceparent}-x` },
    { traceparent: `${traceparent}1` },
    { traceparent: `${traceparent}\n` },
    { traceparent: ` ${traceparent}` },
    { traceparent: traceparent.toUpperCase() },
    { traceparent: `ff-${trace}-${parent}-01` },
    { traceparent: `cc-${trace}-${parent}-01x` },
    { traceparent: `00-${'0'.repeat(32)}-${parent}-01` },
    { traceparent: `00-${trace}-${'0'.repeat(16)}-01` },
  ])('is none in %j', (meta) => {
    expect(traceContext(meta)).toBeUndefined();
  });

  test.each(['', 'a\r\nb', 'é=1', ' a=b', 'a=b ', 'x'.repeat(513), 7])(
    'goes without a state that is none: %j',
    (tracestate) => {
      expect(traceContext({ traceparent, tracestate })).toEqual({ traceparent });
    },
  );
});
