import type { ServerResponse } from 'node:http';

/** Error codes that MCP gives a meaning (2026-07-28, "Error Codes"), beside those of JSON-RPC. */
export const wireCodes = {
  parseError: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internalError: -32603,
  /** What the SDKs say with a 404 for a session they do not know; clients look for the status, some for this. */
  sessionNotFound: -32001,
  headerMismatch: -32020,
  missingCapability: -32021,
  unsupportedVersion: -32022,
} as const;

/** An HTTP answer that says no: a status, and a JSON-RPC error whose `id` is that of the request where one is known. */
export interface Refusal {
  readonly status: number;
  readonly code: number;
  readonly message: string;
  readonly idText?: string;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The headers of every answer: it belongs to one client and one moment. */
export const commonHeaders = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
} as const;

/** How long the rest of a body is read whose request was answered before its end. */
const lingerMs = 1_000;

/** Answers with a refusal. */
export function refuseRequest(response: ServerResponse, refusal: Refusal): void {
  const { code, message, idText = 'null', data } = refusal;
  const error = JSON.stringify(data === undefined ? { code, message } : { code, message, data });
  replyJson(
    response,
    refusal.status,
    `{"jsonrpc":"2.0","id":${idText},"error":${error}}`,
    refusal.headers,
  );
}

/** Answers with a JSON body. */
export function replyJson(
  response: ServerResponse,
  status: number,
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, {
    ...commonHeaders,
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    ...headers,
  });
  response.end(body);
  if (!response.req.complete) linger(response);
}

/** Answers with a status alone. */
export function replyEmpty(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, { ...commonHeaders, 'Content-Length': 0, ...headers });
  response.end();
}

/**
 * Somebody who was refused may still be sending a body. It is read and dropped for a moment, because a socket closed at
 * once would be reset under the client before it has read why.
 */
function linger({ req }: ServerResponse): void {
  const timer = setTimeout(() => req.destroy(), lingerMs);
  timer.unref();
  const done = () => clearTimeout(timer);
  req.on('end', done);
  req.on('close', done);
  req.resume();
}
