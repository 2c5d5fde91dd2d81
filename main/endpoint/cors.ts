import type { IncomingMessage, ServerResponse } from 'node:http';
import { fieldOf, type HeaderFields } from './header-fields.ts';
import { replyEmpty } from './reply.ts';

/** What a page of an allowed origin may send beside the fields that every page may, and `Mcp-Param-*`. */
const fields = new Set([
  'accept',
  'authorization',
  'content-type',
  'last-event-id',
  'mcp-protocol-version',
  'mcp-session-id',
  'mcp-method',
  'mcp-name',
  'traceparent',
  'tracestate',
]);

/** True for the question that a browser asks before it sends a request of a page (Fetch, "CORS-preflight request"). */
export const isPreflight = ({ method }: IncomingMessage, sent: HeaderFields): boolean =>
  method === 'OPTIONS' && sent.has('origin') && sent.has('access-control-request-method');

/** Lets pages of `origin`, an allowed one, read what is answered. */
export function openTo(response: ServerResponse, origin: string): void {
  response.setHeader('Access-Control-Allow-Origin', origin);
  response.setHeader('Access-Control-Expose-Headers', 'Mcp-Session-Id, WWW-Authenticate');
  response.setHeader('Vary', 'Origin');
}

/** Answers a browser's question: what is asked for is allowed as far as the endpoint knows it. Carries no token. */
export function replyPreflight(response: ServerResponse, sent: HeaderFields): void {
  const asked = (fieldOf(sent, 'access-control-request-headers') ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => fields.has(name) || /^mcp-param-[!#$%&'*+.^_`|~0-9a-z-]{1,100}$/.test(name));
  const local = fieldOf(sent, 'access-control-request-private-network') === 'true';
  replyEmpty(response, 204, {
    'Access-Control-Allow-Methods': 'GET, POST, DELETE',
    ...(asked.length > 0 && { 'Access-Control-Allow-Headers': asked.join(', ') }),
    ...(local && { 'Access-Control-Allow-Private-Network': 'true' }),
    'Access-Control-Max-Age': '600',
  });
}
