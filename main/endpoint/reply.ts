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

/** A body larger than this is not read to its end only to be thrown away. */
const drainBytes = 1024 * 1024;

/** Answers with a refusal, and does not wait for a body that nobody will read. */
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
    ...(leavesBody(response) ? { Connection: 'close' } : {}),
    ...headers,
  });
  response.end(body);
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

function leavesBody({ req }: ServerResponse): boolean {
  if (req.complete) return false;
  return req.headers['transfer-encoding'] !== undefined || lengthOf(req.headers) > drainBytes;
}

const lengthOf = (headers: { readonly 'content-length'?: string | undefined }): number =>
  Number(headers['content-length'] ?? 0);
