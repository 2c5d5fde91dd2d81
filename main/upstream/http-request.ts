import { type Agent, type IncomingMessage, request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import type { HttpLimits } from './http-ports.ts';
import { errorCode } from './http-problem.ts';

/** One HTTP request, with nothing left to fill in. */
export interface RawRequest {
  readonly url: URL;
  readonly method: 'POST' | 'GET' | 'DELETE';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  readonly signal: AbortSignal;
  /** How long the head of the answer may take, where that is less than `limits.headMs`. */
  readonly headMs?: number;
  /** Called when the last byte of the request was handed to the system. */
  readonly sent?: () => void;
}

/** The head of an answer, whose body is yet to be read; or the code of what went wrong. */
export type RawOutcome =
  | { readonly ok: true; readonly response: IncomingMessage }
  | { readonly ok: false; readonly code: string; readonly sent: boolean; readonly stale: boolean };

/**
 * Sends one request and gives the head of its answer. Follows nothing, repeats nothing. `sent` tells that bytes of it
 * may have reached the server; `stale` that a connection kept from before turned out to be closed.
 */
export function sendRequest(
  raw: RawRequest,
  agent: Agent,
  limits: HttpLimits,
): Promise<RawOutcome> {
  return new Promise((resolve) => {
    const { url, body, signal } = raw;
    let connected = false;
    /** Why we broke it off ourselves. */
    let reason: string | undefined;
    const timers: NodeJS.Timeout[] = [];
    const request = (url.protocol === 'https:' ? tlsRequest : plainRequest)(url, {
      agent,
      method: raw.method,
      headers: {
        ...raw.headers,
        'accept-encoding': 'identity',
        'user-agent': 'Airlock',
        ...(body !== undefined && { 'content-length': String(body.length) }),
      },
      maxHeaderSize: limits.headerBytes,
    });

    function settle(outcome: RawOutcome): void {
      for (const timer of timers) clearTimeout(timer);
      resolve(outcome);
    }
    /** Without an error: the socket may just have gone back to the pool, where nobody would hear it. */
    function breakOff(code: string): void {
      reason ??= code;
      request.destroy();
    }
    function limit(ms: number, code: 'head-timeout' | 'connect-timeout'): void {
      timers.push(setTimeout(() => breakOff(code), ms));
    }
    const abort = () => breakOff('aborted');
    if (signal.aborted) abort();
    // Stays until the answer is read: an abort must reach a body that is still coming.
    signal.addEventListener('abort', abort, { once: true });
    request.once('close', () => {
      signal.removeEventListener('abort', abort);
      // A server that switches protocols has its connection closed without an error.
      settle({ ok: false, code: reason ?? 'ECONNRESET', sent: connected, stale: false });
    });

    limit(raw.headMs ?? limits.headMs, 'head-timeout');
    request.once('socket', (socket) => {
      if (!socket.connecting) {
        connected = true;
        return;
      }
      limit(limits.connectMs, 'connect-timeout');
      const connecting = timers.at(-1);
      socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => {
        connected = true;
        clearTimeout(connecting);
        // A stream may be silent for hours: only this tells that its other end is gone.
        socket.setKeepAlive(true, 30_000);
      });
    });
    request.once('response', (response) => settle({ ok: true, response }));
    // Stays for the request's life: what breaks after the head is told by the body.
    request.on('error', (error) => {
      const code = reason ?? errorCode(error);
      const stale = request.reusedSocket && (code === 'ECONNRESET' || code === 'EPIPE');
      settle({ ok: false, code, sent: connected, stale });
    });
    request.end(body, raw.sent);
  });
}
