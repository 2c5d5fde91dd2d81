import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerCodes, errorAnswer } from '../../shared/answers.ts';
import type { ClientFacts, EndpointLimits } from './endpoint-ports.ts';
import { type Accepts, fieldOf, type HeaderFields } from './header-fields.ts';
import { isObject } from './posted-message.ts';
import { type Refusal, refuseRequest, wireCodes } from './reply.ts';
import type { Room } from './rooms.ts';

/** One request of a client that came through the door. */
export interface Visit {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly fields: HeaderFields;
  readonly accepts: Accepts;
  readonly room: Room;
}

/** A body on its way into a session. */
export interface Load {
  /** One line, newline included. */
  readonly line: Buffer;
  /** To be called once the session has taken the line or never will. */
  readonly taken: () => void;
}

/** What can be said of the client behind a visit. */
export function factsOf(visit: Visit, era: ClientFacts['era'], clientInfo: unknown): ClientFacts {
  return {
    era,
    remotePort: visit.request.socket.remotePort,
    userAgent: fieldOf(visit.fields, 'user-agent')?.slice(0, 200),
    reported: reportedClient(clientInfo),
    header: (name) => fieldOf(visit.fields, name.toLowerCase()),
  };
}

function reportedClient(info: unknown): ClientFacts['reported'] {
  if (!isObject(info) || typeof info.name !== 'string') return undefined;
  const version = typeof info.version === 'string' ? info.version : '';
  return { name: info.name.slice(0, 200), version: version.slice(0, 100) };
}

/** Too much of something: the client may try again in a moment. */
const busy = (status: number, message: string): Refusal => ({
  status,
  code: wireCodes.invalidRequest,
  message,
  headers: { 'Retry-After': '1' },
});

/** True where `more` requests may wait for answers; else the visit is answered. */
export function roomForRequests(visit: Visit, limits: EndpointLimits, more: number): boolean {
  if (visit.room.inFlight + more <= limits.inFlight) return true;
  refuseRequest(
    visit.response,
    busy(
      429,
      'Too many requests of this entry wait for their answers. Try again when some are answered.',
    ),
  );
  return false;
}

/** True where one more event stream may be open; else the visit is answered. */
export function roomForStream(visit: Visit, limits: EndpointLimits): boolean {
  if (visit.room.streams < limits.streams) return true;
  refuseRequest(
    visit.response,
    busy(429, 'Too many event streams of this entry are open. Close some first.'),
  );
  return false;
}

/** Every session the connection may have is in use. */
export const noSession: Refusal = busy(
  503,
  'Too many sessions of this entry are in use. Close some, then try again.',
);

/** The answer to a request whose governed session ended without one. */
export const sessionGone = (idText: string): string =>
  errorAnswer(
    idText,
    answerCodes.serverGone,
    'The session ended before the request was answered. The server may have carried it out: check before you repeat it.',
  );
