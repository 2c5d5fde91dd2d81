import type { IncomingMessage } from 'node:http';
import { askPolicyHost, type PolicyHostPorts } from './policy-request.ts';
import { waitAfter } from './poll.ts';

/** What a channel needs. */
export interface ChannelPorts {
  readonly host: PolicyHostPorts;
  /** Calls once after so many milliseconds; gives how to stop that. */
  after(ms: number, call: () => void): () => void;
  random(): number;
  /** Something changed at the policy host: ask for the bundle. At most once a second. */
  onEvent(): void;
}

/** The stream says something, if only a comment, at least this often. Milliseconds. */
const silenceMs = 90_000;
const gapMs = 1_000;
const longestWait = 5 * 60_000;

/** Where events end: a blank line (WHATWG HTML, 9.2). What they hold does not matter, as only the bundle is signed. */
const eventEnds = /(?:\r\n|\n|\r)(?:\r\n|\n|\r)/;

async function follow(response: IncomingMessage, onEvent: () => void): Promise<void> {
  let said = '';
  for await (const chunk of response as AsyncIterable<Buffer>) {
    said = (said + chunk.toString('latin1')).slice(-65_536);
    const parts = said.split(eventEnds);
    said = parts.pop() ?? '';
    // A comment keeps the stream alive and is no event.
    if (parts.some((part) => /^(?!:)./m.test(part))) onEvent();
  }
}

/**
 * Listens to an event stream on the policy host and connects again, with full jitter, whenever it ends. Each event
 * only says "look now"; nothing in it is believed. Returns how to stop.
 */
export function openChannel(address: string, ports: ChannelPorts): () => void {
  const stopped = new AbortController();
  let failures = 0;
  let cancelRetry: (() => void) | undefined;
  let cancelGap: (() => void) | undefined;
  let again = false;

  /** The first event counts at once; those within a second after it count as one more. */
  function event(): void {
    if (cancelGap !== undefined) {
      again = true;
      return;
    }
    ports.onEvent();
    cancelGap = ports.after(gapMs, () => {
      cancelGap = undefined;
      if (!again) return;
      again = false;
      event();
    });
  }

  async function connect(): Promise<void> {
    const host = { ...ports.host, idleMs: silenceMs };
    const headers = { accept: 'text/event-stream' };
    const asked = await askPolicyHost(address, headers, host, stopped.signal);
    if (asked.ok) {
      const { statusCode, headers: answered } = asked.value;
      const streams = /^text\/event-stream\b/i.test(answered['content-type'] ?? '');
      if (statusCode === 200 && streams) {
        failures = 0;
        // Something may have changed while nobody listened.
        event();
        // A stream that breaks ends as one that is closed: both connect again.
        await follow(asked.value, event).catch(() => undefined);
      }
      asked.value.destroy();
    }
    if (stopped.signal.aborted) return;
    failures += 1;
    const wait = waitAfter(failures, longestWait, () => ports.random());
    cancelRetry = ports.after(wait, () => void connect());
  }

  void connect();
  return () => {
    stopped.abort();
    cancelRetry?.();
    cancelGap?.();
  };
}
