import type { ServerResponse } from 'node:http';
import type { EndpointLimits } from './endpoint-ports.ts';
import type { Accepts } from './header-fields.ts';
import { replyEmpty, replyJson } from './reply.ts';
import { untilRead } from './slow-reader.ts';

/** Where the messages of a streamed answer go. */
export interface Sink {
  send(data: Uint8Array): Promise<void> | undefined;
  end(): void;
}

/** What the HTTP answer to one POST is made of. */
export interface ExchangePorts {
  readonly response: ServerResponse;
  readonly accepts: Accepts;
  /** The POST holds a batch, so that what answers it may come in one array or in several. */
  readonly batch: boolean;
  /** Requests of the POST, each of which will be answered. */
  readonly asks: number;
  readonly limits: Pick<EndpointLimits, 'streamAfterMs' | 'unreadBytes' | 'stallMs'>;
  /** True where one more event stream may be open. */
  readonly mayStream: () => boolean;
  /** Opens the answer as an event stream. */
  readonly openStream: () => Sink;
  /** Headers of an answer in JSON. */
  readonly headers: () => Readonly<Record<string, string>>;
  /** The client left before its answer was complete. */
  readonly left: () => void;
}

/** The HTTP answer to one POST with requests: JSON where only answers come, else an event stream. */
export interface Exchange {
  readonly batch: boolean;
  /** True where a message that belongs to the request can still reach its client this way. */
  readonly carries: boolean;
  /** True while the client that asked waits for this very answer. */
  readonly attended: boolean;
  /** Sends a message that belongs to the request but does not answer it. */
  tell(data: Uint8Array): Promise<void> | undefined;
  /** Sends what answers `count` of the requests; `status` holds where the answer is JSON. */
  answer(data: Uint8Array, count: number, status: number): Promise<void> | undefined;
  /** One of the requests will not be answered any more; after the last the answer ends. */
  drop(): void;
  /** What is left of an answer that will not become complete: an error where nothing was sent yet, else its end. */
  fail(error: string): void;
}

const openBracket = 0x5b;

/** Starts an answer. */
export function makeExchange(ports: ExchangePorts): Exchange {
  const { response, accepts, batch } = ports;
  let open = ports.asks;
  let state: 'waiting' | 'streaming' | 'over' = 'waiting';
  let sink: Sink | undefined;
  /** Answers of a batch for a client that takes no stream. */
  const gathered: Uint8Array[] = [];
  let worst = 200;
  const timer = setTimeout(stream, accepts.json ? ports.limits.streamAfterMs : 0);
  timer.unref();

  response.on('close', () => {
    if (state === 'over') return;
    if (state === 'waiting') finish();
    ports.left();
  });

  function finish(): void {
    state = 'over';
    clearTimeout(timer);
  }

  function stream(): boolean {
    if (state !== 'waiting') return state === 'streaming';
    if (!accepts.events || response.destroyed || !ports.mayStream()) return false;
    sink = ports.openStream();
    state = 'streaming';
    clearTimeout(timer);
    return true;
  }

  function end(): void {
    const last = sink;
    finish();
    last?.end();
  }

  return {
    batch,
    get carries() {
      return state === 'streaming' || (state === 'waiting' && accepts.events && ports.mayStream());
    },
    get attended() {
      return state !== 'over' && !response.destroyed;
    },
    tell: (data) => (stream() ? sink?.send(data) : undefined),
    answer(data, count, status) {
      open -= count;
      if (state === 'over') return undefined;
      if (state === 'waiting' && (open > 0 || !accepts.json)) stream();
      if (state === 'streaming') {
        const slow = sink?.send(data);
        if (open <= 0) end();
        return slow;
      }
      gathered.push(data);
      worst = Math.max(worst, status);
      if (open > 0) return undefined;
      finish();
      const body = gathered.length === 1 ? data : joined(gathered);
      replyJson(response, batch ? 200 : worst, body, ports.headers());
      return untilRead(response, ports.limits);
    },
    drop() {
      open -= 1;
      if (open > 0 || state === 'over') return;
      if (state === 'streaming') end();
      else {
        finish();
        if (gathered.length > 0) replyJson(response, 200, joined(gathered), ports.headers());
        else replyEmpty(response, 202, ports.headers());
      }
    },
    fail(error) {
      if (state === 'streaming') end();
      else if (state === 'waiting') {
        finish();
        replyJson(response, 200, error, ports.headers());
      }
    },
  };
}

/** The answers of a batch as one: arrays lose their brackets, nothing else changes. */
function joined(parts: readonly Uint8Array[]): Buffer {
  const pieces: Uint8Array[] = [Buffer.from('[')];
  for (const part of parts) {
    const text = Buffer.from(part.buffer, part.byteOffset, part.byteLength).toString('utf8').trim();
    const inner = text.charCodeAt(0) === openBracket ? text.slice(1, -1) : text;
    if (pieces.length > 1) pieces.push(Buffer.from(','));
    pieces.push(Buffer.from(inner));
  }
  pieces.push(Buffer.from(']'));
  return Buffer.concat(pieces);
}
