import type { IncomingMessage } from 'node:http';
import { makeByteStore } from './byte-store.ts';
import type { HttpLimits } from './http-ports.ts';
import { makeSseParser, type SseEvent } from './sse-parser.ts';

/** What all answers of a session may hold together while they are not complete. */
export interface Budget {
  held: number;
}

/** How a body ended: whole, broken off, too slow, or larger than is taken. */
export type BodyEnd = 'whole' | 'broken' | 'slow' | 'too-large';

/** How an event stream went. */
export interface StreamEnd {
  readonly end: BodyEnd;
  /** An event that was too large was left out. */
  readonly leftOut: boolean;
  readonly lastEventId: string | undefined;
  readonly retryMs: number | undefined;
}

/** What a reader knows of its own limits. */
interface Patience {
  readonly idleMs: number;
  /** True once the body was broken off because it was silent too long. */
  lost: boolean;
}

/** The pieces of a body; throws when it breaks off or is silent for `idleMs`. Time its reader takes does not count. */
async function* pieces(response: IncomingMessage, patience: Patience): AsyncGenerator<Buffer> {
  const { idleMs } = patience;
  const chunks: AsyncIterator<Buffer> = response[Symbol.asyncIterator]();
  for (;;) {
    const timer = Number.isFinite(idleMs)
      ? setTimeout(() => giveUp(response, patience), idleMs)
      : undefined;
    let next: IteratorResult<Buffer>;
    try {
      next = await chunks.next();
    } finally {
      clearTimeout(timer);
    }
    if (next.done) return;
    yield next.value;
  }
}

function giveUp(response: IncomingMessage, patience: Patience): void {
  patience.lost = true;
  // Without an error: its socket may just have gone back to the pool, where nobody would hear it.
  response.destroy();
}

/** Reads a body of at most `limit` bytes as a whole. */
export async function readBody(
  response: IncomingMessage,
  limit: number,
  limits: Pick<HttpLimits, 'idleMs' | 'heldBytes'>,
  budget: Budget = { held: 0 },
): Promise<{ readonly end: BodyEnd; readonly body: Buffer }> {
  const store = makeByteStore();
  let held = 0;
  let end: BodyEnd = 'whole';
  // However slowly it trickles, a body that is no stream is whole within this.
  const patience = { idleMs: limits.idleMs, lost: false };
  const late = setTimeout(() => giveUp(response, patience), limits.idleMs);
  try {
    for await (const piece of pieces(response, patience)) {
      if (store.length + piece.length > limit || budget.held + piece.length > limits.heldBytes) {
        end = 'too-large';
        break;
      }
      budget.held += piece.length;
      held += piece.length;
      store.append(piece);
    }
  } catch {
    end = patience.lost ? 'slow' : 'broken';
  } finally {
    clearTimeout(late);
    budget.held -= held;
    if (end !== 'whole') response.destroy();
  }
  return { end, body: store.take() };
}

/**
 * Reads an event stream. `take` gets each event's data as it comes, and reading waits for it: that is what keeps a slow
 * reader from filling our memory.
 */
export async function readEvents(
  response: IncomingMessage,
  limits: Pick<HttpLimits, 'lineBytes' | 'heldBytes'> & { readonly idleMs: number },
  budget: Budget,
  take: (event: Exclude<SseEvent, { readonly tooLarge: true }>) => Promise<void>,
): Promise<StreamEnd> {
  const patience = { idleMs: limits.idleMs, lost: false };
  const parser = makeSseParser(limits.lineBytes - 1);
  let held = 0;
  let leftOut = false;
  let end: BodyEnd = 'whole';
  try {
    for await (const piece of pieces(response, patience)) {
      for (const event of parser.push(piece)) {
        if ('tooLarge' in event) leftOut = true;
        else await take(event);
      }
      budget.held += parser.held - held;
      held = parser.held;
      if (budget.held > limits.heldBytes) {
        end = 'too-large';
        break;
      }
    }
  } catch {
    end = patience.lost ? 'slow' : 'broken';
  } finally {
    budget.held -= held;
    response.destroy();
  }
  const { lastEventId, retryMs } = parser;
  return { end, leftOut, lastEventId, retryMs };
}

/** Reads a body that nobody needs, so that its connection can be used again; a long one is cut off. */
export function discard(response: IncomingMessage): void {
  let seen = 0;
  response.on('data', (chunk: Buffer) => {
    seen += chunk.length;
    if (seen > 64 * 1024) response.destroy();
  });
  response.on('error', () => undefined);
  const timer = setTimeout(() => response.destroy(), 5_000);
  timer.unref();
  response.once('close', () => clearTimeout(timer));
}
