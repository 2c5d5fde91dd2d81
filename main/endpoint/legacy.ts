import type { EndpointLimits } from './endpoint-ports.ts';
import { legacyVersionProblem } from './era.ts';
import { fieldOf } from './header-fields.ts';
import { beginLegacySession, type LegacySession } from './legacy-session.ts';
import type { Posted, PostedMessage } from './posted-message.ts';
import { type Refusal, refuseRequest, replyEmpty, wireCodes } from './reply.ts';
import type { Rooms } from './rooms.ts';
import {
  factsOf,
  type Load,
  noSession,
  roomForRequests,
  roomForStream,
  type Visit,
} from './visit.ts';

/** What serving legacy clients needs. */
export interface LegacyPorts {
  readonly rooms: Rooms;
  readonly limits: EndpointLimits;
  readonly now: () => number;
}

/** Streamable HTTP of 2025-03-26, 2025-06-18 and 2025-11-25. */
export interface Legacy {
  post(visit: Visit, posted: Extract<Posted, { ok: true }>, load: Load): void;
  /** GET: opens or resumes an event stream. */
  listen(visit: Visit): void;
  /** DELETE: the client needs its session no more. */
  leave(visit: Visit): void;
}

const bad = (message: string, idText?: string): Refusal => ({
  status: 400,
  code: wireCodes.invalidRequest,
  message,
  ...(idText === undefined ? {} : { idText }),
});

/** Serves legacy clients; every session belongs to the connection whose token began it. */
export function makeLegacy({ rooms, limits, now }: LegacyPorts): Legacy {
  const sessions = new Map<
    string,
    { readonly session: LegacySession; readonly connectionId: string }
  >();

  /** The session a request names, or undefined once the request is answered. */
  function named(visit: Visit, idText?: string): LegacySession | undefined {
    const id = fieldOf(visit.fields, 'mcp-session-id');
    const answer = (refusal: Refusal) => {
      refuseRequest(visit.response, idText === undefined ? refusal : { ...refusal, idText });
      return undefined;
    };
    if (id === undefined)
      return answer(bad('The request lacks the header Mcp-Session-Id. Send initialize first.'));
    const found = sessions.get(id);
    // One of another connection is as unknown as any: an id alone opens nothing.
    if (found === undefined || found.connectionId !== visit.room.connectionId) {
      return answer({
        status: 404,
        code: wireCodes.sessionNotFound,
        message: 'Session not found. It ended or expired: send initialize again.',
      });
    }
    const problem = legacyVersionProblem(visit.fields, found.session.version);
    return problem === undefined ? found.session : answer(problem);
  }

  /** Begins a session for `initialize`, or returns undefined once the request is answered. */
  function begin(visit: Visit, message: PostedMessage): LegacySession | undefined {
    const { room } = visit;
    const problem = legacyVersionProblem(visit.fields, undefined);
    if (problem !== undefined) {
      refuseRequest(visit.response, problem);
      return undefined;
    }
    const session = beginLegacySession({
      room,
      limits,
      now,
      begin: (heard) =>
        rooms.begin(room, factsOf(visit, 'legacy', message.params.clientInfo), heard),
      over() {
        if (session !== undefined) sessions.delete(session.id);
      },
    });
    if (session === undefined) refuseRequest(visit.response, noSession);
    else sessions.set(session.id, { session, connectionId: room.connectionId });
    return session;
  }

  /** What is wrong with the messages of a POST, as far as its session matters. */
  function unfit(
    session: LegacySession,
    posted: Extract<Posted, { ok: true }>,
  ): Refusal | undefined {
    const { batch, messages } = posted;
    if (batch && session.version !== '2025-03-26')
      return bad('Only protocol version 2025-03-26 knows batches: send every message alone.');
    if (messages.length > limits.batch) return bad(`A batch may hold ${limits.batch} messages.`);
    const ids = new Set<string>();
    for (const { kind, idText, method } of messages) {
      if (kind !== 'request' || idText === undefined) continue;
      if (batch && method === 'initialize') return bad('A batch must not hold initialize.');
      if (ids.has(idText) || session.waitsFor(idText))
        return bad(
          'A request with this id still waits for its answer. Use a fresh id for every request.',
          batch ? undefined : idText,
        );
      ids.add(idText);
    }
    return undefined;
  }

  return {
    post(visit, posted, load) {
      const [first] = posted.messages;
      const requests = posted.messages.filter(({ kind }) => kind === 'request').length;
      const idText = posted.batch ? undefined : first?.idText;
      const handshake = !posted.batch && first?.kind === 'request' && first.method === 'initialize';
      const known = handshake
        ? undefined
        : named(visit, first?.kind === 'request' ? idText : undefined);
      if (!handshake && known === undefined) return load.taken();
      if (requests > 0 && !roomForRequests(visit, limits, requests)) return load.taken();
      if (requests > 0 && !visit.accepts.json && !visit.accepts.events) {
        refuseRequest(visit.response, {
          ...bad('Accept application/json or text/event-stream.', idText),
          status: 406,
        });
        return load.taken();
      }
      const session = handshake && first !== undefined ? begin(visit, first) : known;
      if (session === undefined) return load.taken();
      const problem = unfit(session, posted);
      if (problem !== undefined) {
        refuseRequest(visit.response, problem);
        return load.taken();
      }
      session.post(visit, posted.batch, posted.messages, load);
    },

    listen(visit) {
      const session = named(visit);
      if (session === undefined || !roomForStream(visit, limits)) return;
      if (!visit.accepts.events) {
        refuseRequest(visit.response, { ...bad('Accept text/event-stream.'), status: 406 });
        return;
      }
      const lastEventId = fieldOf(visit.fields, 'last-event-id');
      if (lastEventId === undefined && session.listening) {
        const message = 'This session has its event stream open already.';
        refuseRequest(visit.response, { ...bad(message), status: 409 });
      } else if (!session.listen(visit, lastEventId)) {
        refuseRequest(
          visit.response,
          bad('Last-Event-ID names no event that can be resumed from.'),
        );
      }
    },

    leave(visit) {
      const session = named(visit);
      if (session === undefined) return;
      session.end();
      replyEmpty(visit.response, 204);
    },
  };
}
