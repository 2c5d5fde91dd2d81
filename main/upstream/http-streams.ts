import { setTimeout as pause } from 'node:timers/promises';
import { discard, readEvents, type StreamEnd } from './http-body.ts';
import { sessionHeaders } from './http-headers.ts';
import type { PendingRequest } from './http-pending.ts';
import { mediaType, sessionEnded } from './http-problem.ts';
import type { HttpSession } from './http-session.ts';

/** Waits at least this long, whatever the server asks for: a loop without a pause would burn the machine. */
const shortestWaitMs = 50;

/** Waits; false where the session ended meanwhile. */
async function wait(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await pause(Math.max(shortestWaitMs, ms), undefined, { signal, ref: false });
    return true;
  } catch {
    // Only the abort ends a pause early.
    return false;
  }
}

/** Full jitter: a random part of a time that doubles with each try, never less than a quarter of it. */
export function backoffMs(
  tries: number,
  { retryMs, retryCapMs }: { readonly retryMs: number; readonly retryCapMs: number },
  random: () => number,
): number {
  const most = Math.min(retryCapMs, retryMs * 2 ** Math.min(tries, 16));
  return most * (0.25 + 0.75 * random());
}

/** What the server asks for counts, but nobody waits longer for it than for an answer. */
const pauseBefore = (
  tries: number,
  retryMs: number | undefined,
  { limits, random }: HttpSession,
): number =>
  retryMs === undefined ? backoffMs(tries, limits, random) : Math.min(retryMs, limits.idleMs);

/** Reads an event stream of a session, and passes on what it says. */
export async function readSessionEvents(
  session: HttpSession,
  response: Parameters<typeof readEvents>[0],
  idleMs: number,
  asked: readonly PendingRequest[] = [],
): Promise<StreamEnd & { readonly spoiled: boolean }> {
  let spoiled = false;
  const end = await readEvents(
    response,
    { ...session.limits, idleMs },
    session.budget,
    async ({ event, data }) => {
      if (event !== 'message') return;
      if (!(await session.deliver(data, asked))) spoiled = true;
    },
  );
  return { ...end, spoiled };
}

/** Opens a stream by GET (2025-03-26 to 2025-11-25), from the beginning or after an event. */
function openStream(session: HttpSession, lastEventId: string | undefined, signal: AbortSignal) {
  return session.exchange({
    url: session.url,
    method: 'GET',
    headers: {
      accept: 'text/event-stream',
      ...sessionHeaders(session.learned),
      ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
    },
    signal,
  });
}

/**
 * Goes on with the stream of a POST that broke off before every answer came, as long as the server says by event ids
 * that it can be resumed (2025-11-25 "Resumability", and polling where the server closes on purpose). Returns the last
 * end, when all is answered or nothing more can be hoped for.
 */
export async function resume(
  session: HttpSession,
  first: StreamEnd & { readonly spoiled: boolean },
  asked: readonly PendingRequest[],
  signal: AbortSignal,
): Promise<StreamEnd & { readonly spoiled: boolean }> {
  const { limits } = session;
  const waits = () => asked.some((request) => session.pending.has(request));
  let end = first;
  let tries = 0;
  let progressAt = performance.now();
  while (waits() && end.lastEventId !== undefined && end.end !== 'too-large') {
    const silent = performance.now() - progressAt > limits.idleMs;
    if (tries >= limits.resumeTries || silent) return { ...end, end: silent ? 'slow' : 'broken' };
    if (!(await wait(pauseBefore(tries, end.retryMs, session), signal))) return end;
    if (!waits()) return end;
    const opened = await openStream(session, end.lastEventId, signal);
    tries += 1;
    if (!opened.ok) continue;
    const { response } = opened.value;
    if (!isEventStream(response)) {
      const { statusCode = 0 } = response;
      discard(response);
      // It will not be otherwise next time.
      if (statusCode < 500 && statusCode !== 429) return { ...end, end: 'broken' };
      continue;
    }
    const next = await readSessionEvents(session, response, limits.idleMs, asked);
    if (next.lastEventId !== undefined) {
      tries = 0;
      progressAt = performance.now();
    } else if (next.end === 'whole') {
      tries = 0;
    }
    end = {
      ...next,
      lastEventId: next.lastEventId ?? end.lastEventId,
      retryMs: next.retryMs ?? end.retryMs,
      leftOut: end.leftOut || next.leftOut,
      spoiled: end.spoiled || next.spoiled,
    };
  }
  return end;
}

/** A server that answers so has no stream of its own, and will have none. */
const noStream = (status: number): boolean =>
  status >= 400 && status < 500 && ![401, 403, 408, 425, 429].includes(status);

/**
 * Keeps a stream open for what the server says unasked, for as long as the session lasts. A server without one (405)
 * is as good.
 */
export async function listen(session: HttpSession): Promise<void> {
  const { learned, limits, over, report, who } = session;
  let lastEventId: string | undefined;
  let retryMs: number | undefined;
  let tries = 0;
  let told = false;
  let worked = false;
  const tell = (sentence: string) => {
    if (!told) report(sentence);
    told = true;
  };
  while (!over.aborted) {
    const opened = await openStream(session, lastEventId, over);
    if (over.aborted) return;
    if (!opened.ok) {
      tell(
        `Messages that the server "${who.name}" sends unasked do not arrive: ${opened.problem.message}`,
      );
    } else if (isEventStream(opened.value.response)) {
      worked = true;
      const since = performance.now();
      const end = await readSessionEvents(session, opened.value.response, Number.POSITIVE_INFINITY);
      lastEventId = end.lastEventId ?? lastEventId;
      retryMs = end.retryMs ?? retryMs;
      // One that lived, or said where it stands, worked: the next wait is a short one again.
      if (end.lastEventId !== undefined || performance.now() - since > limits.retryCapMs) tries = 0;
    } else {
      const { response } = opened.value;
      const status = response.statusCode ?? 0;
      discard(response);
      // The id that a stream was opened with before is one no more.
      if (status === 404 && worked && learned.sessionId !== undefined)
        return session.lose(sessionEnded(who, status));
      if (status === 405 || status === 404) return;
      tell(
        `The server "${who.name}" did not open the stream for messages it sends unasked (HTTP ${status}).`,
      );
      if (noStream(status) || status < 400) return;
    }
    if (!(await wait(pauseBefore(tries, retryMs, session), over))) return;
    tries += 1;
  }
}

const isEventStream = (response: Parameters<typeof readEvents>[0]): boolean =>
  response.statusCode === 200 &&
  mediaType(response.headers['content-type'] ?? '') === 'text/event-stream';
