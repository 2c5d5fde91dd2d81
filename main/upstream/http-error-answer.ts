import type { IncomingMessage } from 'node:http';
import { discard, readBody } from './http-body.ts';
import { postHeaders } from './http-headers.ts';
import { asOneLine, isObject, readMessages, type SeenLine } from './http-message.ts';
import { mediaType } from './http-problem.ts';
import type { HttpSession } from './http-session.ts';
import { listTools } from './http-tool-list.ts';

/** `HeaderMismatch` (2026-07-28). */
const headerMismatch = -32020;

/** An error in JSON-RPC that came with a status that says no. */
export interface ErrorAnswer {
  readonly line: Buffer;
  /** The id it answers, `null` for none. */
  readonly idText: string;
  readonly code: unknown;
}

/** Reads an answer whose status says no, where it is one error in JSON-RPC. */
export async function readError(
  { limits, budget }: HttpSession,
  response: IncomingMessage,
): Promise<ErrorAnswer | undefined> {
  if (mediaType(response.headers['content-type'] ?? '') !== 'application/json') {
    discard(response);
    return undefined;
  }
  const { end, body } = await readBody(response, limits.errorBytes, limits, budget);
  const line = asOneLine(body);
  const read = end === 'whole' ? readMessages(line) : undefined;
  const [answer] = read?.messages ?? [];
  if (read?.batch !== false || answer?.kind !== 'answer' || !isObject(answer.value.error))
    return undefined;
  return { line, idText: answer.idText ?? 'null', code: answer.value.error.code };
}

/** The server misses header fields of a call: true where its list of tools, read anew, asks for other ones. */
export async function wantsOtherHeaders(
  session: HttpSession,
  line: SeenLine,
  { code }: ErrorAnswer,
  signal: AbortSignal,
): Promise<boolean> {
  const [message] = line.messages;
  if (code !== headerMismatch || line.batch || message?.method !== 'tools/call') return false;
  const before = JSON.stringify(postHeaders(line, session.learned));
  await listTools(session, message, signal);
  return !signal.aborted && JSON.stringify(postHeaders(line, session.learned)) !== before;
}
