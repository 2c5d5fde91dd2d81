import type { Result } from '../../shared/outcome.ts';
import { discard, readEvents } from './http-body.ts';
import {
  answerProblem,
  connectionProblem,
  contentProblem,
  type HttpProblem,
  mediaType,
  statusProblem,
} from './http-problem.ts';
import type { HttpSession } from './http-session.ts';

const headMs = 30_000;

/**
 * Opens the stream of a server that speaks HTTP+SSE (2024-11-05), and gives the address that messages are posted to,
 * which must lie in the same origin. From then on the stream carries everything the server says; when it ends, the
 * session is lost, since that transport knows no resumption.
 */
export async function openSseLink(session: HttpSession): Promise<Result<URL, HttpProblem>> {
  const { who, limits, over } = session;
  const opening = new AbortController();
  const abort = () => opening.abort();
  if (over.aborted) abort();
  over.addEventListener('abort', abort, { once: true });
  const opened = await session.exchange({
    url: session.url,
    method: 'GET',
    headers: { accept: 'text/event-stream' },
    signal: opening.signal,
    // A stream is opened at once or not at all.
    headMs: Math.min(limits.headMs, headMs),
  });
  if (!opened.ok) return opened;
  const { response, url } = opened.value;
  const contentType = response.headers['content-type'] ?? '';
  const status = response.statusCode ?? 0;
  if (status !== 200 || mediaType(contentType) !== 'text/event-stream') {
    const retryAfter = response.headers['retry-after'] ?? '';
    discard(response);
    return {
      ok: false,
      problem:
        status === 200
          ? contentProblem(who, contentType, status)
          : statusProblem(who, status, retryAfter, Date.now()),
    };
  }
  return new Promise((resolve) => {
    let linked = false;
    const late = setTimeout(abort, limits.connectMs);
    const settle = (outcome: Result<URL, HttpProblem>) => {
      clearTimeout(late);
      linked ||= outcome.ok;
      if (!outcome.ok) abort();
      resolve(outcome);
    };
    const read = readEvents(
      response,
      { ...limits, idleMs: Number.POSITIVE_INFINITY },
      session.budget,
      async ({ event, data }) => {
        if (event === 'endpoint' && !linked) settle(endpointOf(session, url, data));
        else if (event === 'message' && linked) await session.deliver(data);
      },
    );
    void read.then(() => {
      settle({ ok: false, problem: connectionProblem(who, 'head-timeout', false) });
      if (linked)
        session.lose(
          `The server "${who.name}" closed its stream, and with it the session. Connect again from ${who.clientName}.`,
        );
    });
  });
}

function endpointOf(session: HttpSession, base: URL, data: Buffer): Result<URL, HttpProblem> {
  const text = data.toString('utf8').trim();
  const url = URL.canParse(text, base.href) ? new URL(text, base) : undefined;
  if (url !== undefined && url.origin === base.origin) return { ok: true, value: url };
  const { who } = session;
  return {
    ok: false,
    problem: answerProblem(
      who,
      'endpoint-elsewhere',
      `wants its messages sent to ${url === undefined ? 'an address that is none' : url.origin}, which is not where it is reached; nothing was sent there. Tell whoever runs it, or correct the entry in ${who.clientName}.`,
    ),
  };
}
