import type { IncomingMessage, ServerResponse } from 'node:http';
import type { EndpointLimits, TurnedAway } from './endpoint-ports.ts';
import { type Refusal, wireCodes } from './reply.ts';

/** The memory for bodies that nobody has taken yet. */
export interface Budget {
  /** False where there is no room; nothing is taken then. */
  take(bytes: number): boolean;
  give(bytes: number): void;
}

/** A budget of so many bytes. */
export function makeBudget(most: number): Budget {
  let held = 0;
  return {
    take(bytes) {
      if (held + bytes > most) return false;
      held += bytes;
      return true;
    },
    give(bytes) {
      held -= bytes;
    },
  };
}

/** A body that was read, or why it was not; `gone` when the client left meanwhile. */
export type Body =
  | { readonly kind: 'read'; readonly bytes: Buffer; readonly release: () => void }
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly why: TurnedAway['code'] }
  | { readonly kind: 'gone' };

/** What reading a body needs. */
export interface BodyPorts {
  readonly limits: Pick<EndpointLimits, 'bodyBytes' | 'bodyIdleMs'>;
  readonly budget: Budget;
}

/**
 * Reads the body of a request. What it holds counts against the budget until `release` is called, so that clients that
 * write faster than a session reads are told to wait instead of filling the memory.
 */
export function readBody(
  request: IncomingMessage,
  response: ServerResponse,
  { limits, budget }: BodyPorts,
): Promise<Body> {
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > limits.bodyBytes) return Promise.resolve(tooLarge(limits.bodyBytes));
  if (!budget.take(declared)) return Promise.resolve(noRoom());
  if (request.headers.expect !== undefined) response.writeContinue();

  return new Promise((resolve) => {
    const pieces: Buffer[] = [];
    let length = 0;
    let taken = declared;
    let timer = idle();

    const release = () => {
      budget.give(taken);
      taken = 0;
    };

    function idle(): NodeJS.Timeout {
      return setTimeout(
        () => done(refused(408, 'too-slow', 'The body of the request came too slowly.')),
        limits.bodyIdleMs,
      );
    }

    function done(body: Body): void {
      clearTimeout(timer);
      request.off('data', read);
      request.off('end', ended);
      request.off('close', left);
      request.off('error', left);
      // What still comes is thrown away; an error of it is nobody's crash.
      request.on('error', () => undefined);
      if (body.kind !== 'read') {
        release();
        request.resume();
      }
      resolve(body);
    }

    function read(piece: Buffer): void {
      clearTimeout(timer);
      timer = idle();
      length += piece.length;
      const short = length - taken;
      if (length > limits.bodyBytes) {
        done(tooLarge(limits.bodyBytes));
      } else if (short > 0 && !budget.take(short)) {
        done(noRoom());
      } else {
        taken += Math.max(short, 0);
        pieces.push(piece);
      }
    }

    function ended(): void {
      const [first] = pieces;
      const bytes =
        pieces.length === 1 && first !== undefined ? first : Buffer.concat(pieces, length);
      done({ kind: 'read', bytes, release });
    }

    const left = () => done({ kind: 'gone' });

    request.on('data', read);
    request.on('end', ended);
    request.on('close', left);
    request.on('error', left);
  });
}

const refused = (
  status: number,
  why: TurnedAway['code'],
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Body => ({
  kind: 'refused',
  why,
  refusal: { status, code: wireCodes.invalidRequest, message, headers },
});

const tooLarge = (most: number): Body =>
  refused(413, 'too-large', `The message is longer than the ${most} bytes that Airlock takes.`);

const noRoom = (): Body =>
  refused(503, 'too-many', 'Too many messages wait for their servers. Try again in a moment.', {
    'Retry-After': '1',
  });
