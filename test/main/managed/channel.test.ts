import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openChannel } from '../../../main/managed/channel.ts';
import { type PolicyHost, policyHost } from './policy-host.ts';

let host: PolicyHost;
let streams: ServerResponse[] = [];
let close: (() => void) | undefined;
beforeEach(async () => {
  streams = [];
  host = await policyHost((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(': hello\n\n');
    streams.push(response);
  });
});
afterEach(async () => {
  close?.();
  await host.close();
});

/** A channel to the host; the pauses it takes are handed to the test. */
function open() {
  const pauses: { ms: number; call: () => void }[] = [];
  let events = 0;
  let told: (() => void) | undefined;
  close = openChannel(host.url, {
    host: { allowLoopbackHttp: true, env: {} },
    after(ms, call) {
      pauses.push({ ms, call });
      told?.();
      return () => undefined;
    },
    random: () => 0.5,
    onEvent() {
      events += 1;
      told?.();
    },
  });
  const until = async (done: () => boolean) => {
    while (!done()) {
      await new Promise<void>((resolve) => {
        told = resolve;
      });
    }
  };
  return { pauses, events: () => events, until };
}

describe('the channel', () => {
  test('asks when it is open, and at each event, however the event is cut', async () => {
    const { events, until, pauses } = open();
    await until(() => events() === 1 && pauses.length === 1);
    pauses[0]?.call();
    for (const piece of ['event: policy\nda', 'ta: {}\n', '\n']) streams[0]?.write(piece);
    await until(() => events() === 2);
  });

  test('joins a flood of events within a second in one', async () => {
    const { events, until, pauses } = open();
    await until(() => events() === 1 && pauses.length === 1);
    for (let index = 0; index < 50; index += 1) streams[0]?.write(`data: ${index}\n\n`);
    streams[0]?.end();
    // The stream's end is noticed after its events, with a pause before the next connection.
    await until(() => pauses.length === 2);
    expect(events()).toBe(1);
    pauses[0]?.call();
    expect(events()).toBe(2);
  });

  test('connects again after a pause when the stream ends', async () => {
    const { until, pauses, events } = open();
    await until(() => events() === 1);
    streams[0]?.destroy();
    await until(() => pauses.length === 2);
    expect(pauses[1]?.ms).toBeLessThanOrEqual(30_000);
    pauses[0]?.call();
    pauses[1]?.call();
    await until(() => events() === 2);
    expect(host.asked).toHaveLength(2);
  });

  test('takes something else than an event stream for none', async () => {
    host.answer = (_request, response) =>
      void response.writeHead(200, { 'content-type': 'text/html' }).end('<p>\n\n');
    const { until, pauses, events } = open();
    await until(() => pauses.length === 1);
    expect(events()).toBe(0);
  });
});
