import type { IncomingMessage } from 'node:http';
import { answerCodes } from '../../shared/answers.ts';
import { type BodyEnd, discard, readBody, type StreamEnd } from './http-body.ts';
import { type ErrorAnswer, readError, wantsOtherHeaders } from './http-error-answer.ts';
import { isModern, postHeaders, readSessionId } from './http-headers.ts';
import { asOneLine, isBlank, type SeenLine } from './http-message.ts';
import type { PendingRequest } from './http-pending.ts';
import {
  answerProblem,
  connectionProblem,
  contentProblem,
  type HttpProblem,
  mediaType,
  sessionEnded,
  statusProblem,
} from './http-problem.ts';
import type { HttpSession } from './http-session.ts';
import { readSessionEvents, resume } from './http-streams.ts';

/** A line on its way to the server. */
export interface Posting {
  readonly line: SeenLine;
  /** Its bytes, without the newline. */
  readonly body: Buffer;
  readonly asked: readonly PendingRequest[];
  readonly signal: AbortSignal;
  /** Where the server reads; another address than the entry's in HTTP+SSE (2024-11-05). */
  readonly to: URL;
  /** What the server answers comes by the stream of HTTP+SSE, not here. */
  readonly linked: boolean;
  /** The line has left us, or never will. */
  readonly taken: () => void;
  /** It was rejected once for its header fields. */
  readonly again?: boolean;
}

/** The server knows no POST here: HTTP+SSE is worth a try. If that fails too, `refuse` passes on what was said here. */
interface NotStreamable {
  refuse(): Promise<void>;
}

/** What became of a posting. */
export type Posted = 'done' | NotStreamable;

/** Answers to the first message by which a server of 2024-11-05 is recognised ("Backwards Compatibility"). */
const notStreamable = new Set([400, 404, 405]);

const methodNotFound = -32601;

/** Sends a line of a session by POST and passes on what comes back, until each of its requests has its answer. */
export async function post(session: HttpSession, posting: Posting): Promise<Posted> {
  const { line, body, asked, signal, to, linked, taken } = posting;
  const { learned, who } = session;
  const [message] = line.messages;
  const headers = postHeaders(line, learned);
  const method = asked.length === 1 ? asked[0]?.method : undefined;
  const exchanged = await session.exchange({
    url: to,
    method: 'POST',
    headers,
    body,
    signal,
    sent: taken,
    ...(method !== undefined && { mcpMethod: method }),
  });
  taken();
  if (signal.aborted) {
    if (exchanged.ok) exchanged.value.response.destroy();
    return 'done';
  }
  if (!exchanged.ok) return refuse(session, posting, exchanged.problem);
  const { response } = exchanged.value;
  const status = response.statusCode ?? 0;
  const initializing = !line.batch && message?.method === 'initialize';
  if (status >= 200 && status < 300) {
    if (initializing) {
      learned.sessionId = readSessionId(response.headers['mcp-session-id']);
      learned.version = undefined;
    }
    if (asked.length > 0 && !linked) await takeAnswer(session, posting, response);
    else discard(response);
    return 'done';
  }
  const error = asked.length > 0 ? await readError(session, response) : drop(response);
  const modern = message !== undefined && isModern(message);
  const held = linked || ('mcp-session-id' in headers && !modern);
  if (error !== undefined && isAnswer(session, posting, error, status === 404 && held)) {
    if (!posting.again && (await wantsOtherHeaders(session, posting.line, error, signal)))
      return post(session, { ...posting, again: true });
    await session.deliver(error.line, asked);
    return refuse(session, posting, unanswered(session, 'whole', { spoiled: true }));
  }
  const retryAfter = response.headers['retry-after'] ?? '';
  const problem = statusProblem(who, status, retryAfter, Date.now());
  const say = async (): Promise<void> => {
    if (error !== undefined) await session.deliver(error.line, asked);
    refuse(session, posting, problem);
  };
  if (initializing && notStreamable.has(status) && !linked) return { refuse: say };
  if (held && (status === 404 || status === 410)) {
    session.lose(sessionEnded(who, status));
    return 'done';
  }
  await say();
  return 'done';
}

function drop(response: IncomingMessage): undefined {
  discard(response);
}

/**
 * True where an error is the server's answer, whatever the status. One that names another id or none tells of the
 * transport; where a session may be gone, only an unknown method (2026-07-28: HTTP 404) is an answer.
 */
function isAnswer(
  { pending }: HttpSession,
  { asked, line }: Posting,
  { idText, code }: ErrorAnswer,
  perhapsGone: boolean,
): boolean {
  const request = pending.find(idText);
  const named = request !== undefined && asked.includes(request);
  if (perhapsGone) return named && code === methodNotFound;
  return named || line.messages[0]?.version !== undefined;
}

/** Answers every request of a line in the server's place; what nobody waits for is reported. */
function refuse(session: HttpSession, { line, asked }: Posting, problem: HttpProblem): Posted {
  for (const request of asked) session.fail(request, problem);
  if (asked.length === 0) {
    const what = line.messages[0]?.method ?? 'an answer';
    session.report(`${problem.message} It did not get ${what} from ${session.who.clientName}.`);
  }
  return 'done';
}

async function takeAnswer(
  session: HttpSession,
  posting: Posting,
  response: IncomingMessage,
): Promise<void> {
  const { asked, signal } = posting;
  const { who, limits } = session;
  const contentType = response.headers['content-type'] ?? '';
  const status = response.statusCode ?? 0;
  const packed = response.headers['content-encoding'] ?? 'identity';
  const kind = mediaType(contentType);
  if (status === 202 || status === 204) {
    discard(response);
    refuse(session, posting, unanswered(session, 'whole', {}));
  } else if (packed.toLowerCase() !== 'identity') {
    response.destroy();
    const rest = `sent its answer packed (${packed.slice(0, 40)}) although asked not to. Tell whoever runs it.`;
    refuse(session, posting, answerProblem(who, 'packed', rest, status));
  } else if (kind === 'text/event-stream') {
    await takeStream(session, posting, response);
  } else if (kind === 'application/json') {
    const { end, body } = await readBody(response, limits.lineBytes - 1, limits, session.budget);
    if (signal.aborted) return;
    const line = asOneLine(body);
    const readable = end !== 'whole' || isBlank(line) || (await session.deliver(line, asked));
    const problem = unanswered(session, end, { spoiled: !readable });
    for (const request of asked) session.fail(request, problem);
  } else {
    discard(response);
    refuse(session, posting, contentProblem(who, contentType, status));
  }
}

async function takeStream(
  session: HttpSession,
  { line, asked, signal }: Posting,
  response: IncomingMessage,
): Promise<void> {
  const [message] = line.messages;
  const modern = message !== undefined && isModern(message);
  const listening = message?.method === 'subscriptions/listen';
  const idleMs = listening ? Number.POSITIVE_INFINITY : session.limits.idleMs;
  let end: StreamEnd & { readonly spoiled: boolean };
  end = await readSessionEvents(session, response, idleMs, asked);
  // Streams of 2026-07-28 cannot be resumed: to close one is to cancel.
  if (!modern && !signal.aborted) end = await resume(session, end, asked, signal);
  if (signal.aborted) return;
  const problem = listening ? listenEnded(session) : unanswered(session, end.end, end);
  for (const request of asked) session.fail(request, problem);
}

/** Why requests are still without an answer now that the server has said all it will. */
function unanswered(
  { who }: HttpSession,
  end: BodyEnd,
  how: { readonly leftOut?: boolean; readonly spoiled?: boolean },
): HttpProblem {
  const check = 'It may have carried the request out: check before you repeat it.';
  if (end === 'too-large' || how.leftOut)
    return answerProblem(
      who,
      'too-large',
      `answered with more than Airlock takes at once. ${check}`,
    );
  if (end === 'slow') return connectionProblem(who, 'idle-timeout', true);
  if (end === 'broken') return connectionProblem(who, '', true);
  if (how.spoiled)
    return answerProblem(who, 'unreadable', `answered with something that is not MCP. ${check}`);
  return answerProblem(who, 'no-answer', `took the request and gave no answer to it. ${check}`);
}

const listenEnded = ({ who }: HttpSession): HttpProblem => ({
  code: 'listen-ended',
  message: `The server "${who.name}" ended its stream of notifications. Subscribe again.`,
  answerCode: answerCodes.serverGone,
});
