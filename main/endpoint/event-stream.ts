import type { ServerResponse } from 'node:http';
import type { EndpointLimits } from './endpoint-ports.ts';
import { commonHeaders } from './reply.ts';
import { untilRead } from './slow-reader.ts';

/** One event: its id where it can be resumed from, and one message. No data makes it a mere cursor. */
export interface StreamEvent {
  readonly id?: string | undefined;
  readonly data: Uint8Array | undefined;
}

/** A live event stream (text/event-stream) to a client. */
export interface EventStream {
  /** Sends an event; a promise means that the reader is slow, and settles once it has caught up or is gone. */
  send(event: StreamEvent): Promise<void> | undefined;
  /** Ends the stream after what was sent. */
  end(): void;
  /** Breaks the stream off. */
  destroy(): void;
  readonly over: boolean;
}

/** What a stream is opened with. */
export interface EventStreamPorts {
  readonly limits: Pick<EndpointLimits, 'pingMs' | 'unreadBytes' | 'stallMs'>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Told once, when the stream is over, whoever ended it. */
  readonly closed?: () => void;
}

const head = Buffer.from('event: message\ndata: ');
const tail = Buffer.from('\n\n');
const ping = Buffer.from(':\n\n');

/** Answers with an event stream. */
export function openEventStream(response: ServerResponse, ports: EventStreamPorts): EventStream {
  const { limits } = ports;
  let over = false;
  response.writeHead(200, {
    ...commonHeaders,
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-store, no-transform',
    'X-Accel-Buffering': 'no',
    ...ports.headers,
  });
  response.flushHeaders();
  const pings = setInterval(() => {
    // A reader that does not read what it has needs no sign of life.
    if (!over && response.writableLength === 0) response.write(ping);
  }, limits.pingMs);
  pings.unref();
  response.on('close', close);
  if (response.destroyed) close();

  function close(): void {
    if (over) return;
    over = true;
    clearInterval(pings);
    ports.closed?.();
  }

  return {
    send({ id, data }) {
      if (over || response.writableEnded) return undefined;
      response.cork();
      if (id !== undefined) response.write(`id: ${id}\n`);
      if (data === undefined) response.write('data:\n\n');
      else {
        response.write(head);
        response.write(data);
        response.write(tail);
      }
      response.uncork();
      return untilRead(response, limits);
    },
    end() {
      if (!response.writableEnded) response.end();
    },
    destroy: () => response.destroy(),
    get over() {
      return over || response.writableEnded;
    },
  };
}
