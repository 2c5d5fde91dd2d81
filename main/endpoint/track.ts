import type { EndpointLimits } from './endpoint-ports.ts';
import type { EventStream } from './event-stream.ts';

/**
 * A stream of a legacy session in the spec's sense: its events have numbers and are kept, so that a client whose
 * connection broke goes on where it was (Last-Event-ID). It outlives the HTTP responses that carry it.
 */
export interface Track {
  readonly number: number;
  /** True while a client reads it. */
  readonly live: boolean;
  /** Sends a message, or keeps it until somebody reads. `lost` is called when it is dropped unread. */
  send(data: Uint8Array, lost?: () => void): Promise<void> | undefined;
  /** Sends an event without data, which only tells the client where to resume from. */
  prime(): void;
  /**
   * Lets a new response carry the track on: after event `after` where the client names one, else with what nobody has
   * read yet. A response that carried it before is ended.
   */
  attach(stream: EventStream, after?: number): void;
  /** A response carries the track no more. */
  detach(stream: EventStream): void;
  /** True where there may be something to read after event `after`. */
  resumable(after: number): boolean;
  /** Nothing more will come. */
  end(): void;
  readonly complete: boolean;
}

interface Kept {
  readonly seq: number;
  readonly data: Uint8Array;
  readonly lost: (() => void) | undefined;
  sent: boolean;
}

/** Which track, and which event of it, an event id names; undefined for an id that is not ours. */
export function readEventId(
  id: string,
): { readonly track: number; readonly event: number } | undefined {
  const found = /^(\d{1,9})-(\d{1,12})$/.exec(id);
  return found === null ? undefined : { track: Number(found[1]), event: Number(found[2]) };
}

/** A track without a reader. */
export function makeTrack(
  number: number,
  limits: Pick<EndpointLimits, 'storedEvents' | 'storedBytes'>,
): Track {
  const events: Kept[] = [];
  let bytes = 0;
  let last = 0;
  let stream: EventStream | undefined;
  let complete = false;

  function keep(event: Kept): void {
    if (event.data.length > limits.storedBytes) {
      if (!event.sent) event.lost?.();
      return;
    }
    // What is kept outlives the chunk that it is a part of.
    events.push({ ...event, data: Buffer.from(event.data) });
    bytes += event.data.length;
    while (events.length > limits.storedEvents || bytes > limits.storedBytes) {
      const oldest = events.shift();
      if (oldest === undefined) break;
      bytes -= oldest.data.length;
      if (!oldest.sent) oldest.lost?.();
    }
  }

  function write(event: Kept): Promise<void> | undefined {
    if (stream === undefined || stream.over) return undefined;
    event.sent = true;
    return stream.send({ id: `${number}-${event.seq}`, data: event.data });
  }

  return {
    number,
    get live() {
      return stream !== undefined && !stream.over;
    },
    send(data, lost) {
      last += 1;
      const event: Kept = { seq: last, data, lost, sent: false };
      const slow = write(event);
      keep(event);
      return slow;
    },
    prime() {
      last += 1;
      void stream?.send({ id: `${number}-${last}`, data: undefined });
    },
    attach(next, after) {
      const before = stream;
      stream = next;
      if (before !== next) before?.end();
      for (const event of events) {
        if (after === undefined ? !event.sent : event.seq > after) void write(event);
      }
      if (complete) next.end();
    },
    detach(gone) {
      if (stream === gone) stream = undefined;
    },
    resumable: (after) => after <= last && (!complete || events.some(({ seq }) => seq > after)),
    end() {
      complete = true;
      stream?.end();
    },
    get complete() {
      return complete;
    },
  };
}
