import { randomUUID } from 'node:crypto';
import { discard, readBody, readEvents } from './http-body.ts';
import { postHeaders } from './http-headers.ts';
import { isObject, type JsonObject, readMessages, type Seen } from './http-message.ts';
import { mediaType } from './http-problem.ts';
import type { HttpSession } from './http-session.ts';

/** A server with more pages of tools than this is asked no further. */
const mostPages = 50;

/**
 * Reads the server's list of tools for ourselves, because a call was rejected for missing header fields (2026-07-28
 * "Client Behavior"). The request carries the `_meta` of that call; nothing of it reaches the client.
 */
export async function listTools(
  session: HttpSession,
  call: Seen,
  signal: AbortSignal,
): Promise<void> {
  const meta = isObject(call.value.params) ? call.value.params._meta : undefined;
  let cursor: unknown;
  for (let page = 0; page < mostPages; page += 1) {
    const params = { _meta: meta, ...(cursor !== undefined && { cursor }) };
    const request = { jsonrpc: '2.0', id: `airlock-${randomUUID()}`, method: 'tools/list', params };
    const result = await ask(session, Buffer.from(JSON.stringify(request)), request.id, signal);
    if (result === undefined) return;
    session.learnTools(result.tools);
    cursor = result.nextCursor;
    if (typeof cursor !== 'string') return;
  }
}

async function ask(
  session: HttpSession,
  body: Buffer,
  id: string,
  signal: AbortSignal,
): Promise<JsonObject | undefined> {
  const line = readMessages(body);
  if (line === undefined) return undefined;
  const { url, limits, budget } = session;
  const exchanged = await session.exchange({
    url,
    method: 'POST',
    headers: postHeaders(line, session.learned),
    body,
    signal,
    mcpMethod: 'tools/list',
  });
  if (!exchanged.ok) return undefined;
  const { response } = exchanged.value;
  const kind = mediaType(response.headers['content-type'] ?? '');
  let result: JsonObject | undefined;
  const look = (bytes: Buffer) => {
    const [message] = readMessages(bytes)?.messages ?? [];
    if (message?.value.id === id && isObject(message.value.result)) result = message.value.result;
  };
  if (response.statusCode === 200 && kind === 'application/json')
    look((await readBody(response, limits.lineBytes, limits, budget)).body);
  else if (response.statusCode === 200 && kind === 'text/event-stream')
    await readEvents(response, limits, budget, async ({ data }) => look(data));
  else discard(response);
  return result;
}
