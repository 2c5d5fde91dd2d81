import { discard } from './http-body.ts';
import { sessionHeaders } from './http-headers.ts';
import type { HttpSession } from './http-session.ts';

/** How the end of a session went. `confirmed` is undefined where there was none to end. */
export interface SessionEnding {
  readonly confirmed: boolean | undefined;
  readonly detail: string;
}

/** Tells the server that the session is over (2025-11-25 "Session Management"), and waits a moment for its word. */
export async function endSession(session: HttpSession, used: boolean): Promise<SessionEnding> {
  const { learned, limits, url } = session;
  const closed = 'Airlock closed every connection to it';
  if (learned.sessionId === undefined || session.lost)
    return used ? { confirmed: true, detail: `${closed}.` } : { confirmed: undefined, detail: '' };
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), limits.stopMs);
  const { signal } = late;
  const request = { url, method: 'DELETE' as const, headers: sessionHeaders(learned), signal };
  const overdue = new Promise<undefined>((resolve) =>
    signal.addEventListener('abort', () => resolve(undefined), { once: true }),
  );
  const answered = await Promise.race([session.exchange(request), overdue]);
  clearTimeout(timer);
  if (answered === undefined || !answered.ok)
    return { confirmed: false, detail: `${closed}; it did not confirm the end of the session.` };
  const { response } = answered.value;
  const status = response.statusCode ?? 0;
  discard(response);
  if ((status >= 200 && status < 300) || status === 404)
    return { confirmed: true, detail: `${closed}, and it confirmed the end of the session.` };
  const word = status === 405 ? 'it lets no client end its session' : `it answered HTTP ${status}`;
  return { confirmed: false, detail: `${closed}; ${word}.` };
}
