import type { EndpointLimits } from './endpoint-ports.ts';
import { beginModernSession, type ModernSession } from './modern-session.ts';
import { learnTools, type MirroredTools, mirrorProblem } from './param-headers.ts';
import { isObject, metaOf, type PostedMessage } from './posted-message.ts';
import { refuseRequest, replyEmpty, wireCodes } from './reply.ts';
import type { Room, Rooms } from './rooms.ts';
import { factsOf, type Load, noSession, roomForRequests, type Visit } from './visit.ts';

/** What serving modern clients needs. */
export interface ModernPorts {
  readonly rooms: Rooms;
  readonly limits: EndpointLimits;
  readonly now: () => number;
}

/** Streamable HTTP of 2026-07-28: every message a POST of its own, no sessions that a client would know of. */
export interface Modern {
  post(visit: Visit, message: PostedMessage, load: Load): void;
}

const infoKey = 'io.modelcontextprotocol/clientInfo';

/**
 * Serves modern clients. The requests of one client of a connection share a governed session, since nothing in them is
 * rewritten; one whose id or progress token is in use there (two windows of a client both count from 1) goes by another.
 */
export function makeModern({ rooms, limits, now }: ModernPorts): Modern {
  /** The sessions of a room by who the client says it is. */
  const pools = new WeakMap<Room, Map<string, Set<ModernSession>>>();

  /** What the tools of a room mirror into headers, as far as they were listed. */
  const mirrors = new WeakMap<Room, MirroredTools>();

  const poolOf = (room: Room, identity: string): Iterable<ModernSession> =>
    pools.get(room)?.get(identity) ?? [];

  function enter(room: Room, identity: string, session: ModernSession): void {
    const byIdentity = pools.get(room) ?? new Map<string, Set<ModernSession>>();
    pools.set(room, byIdentity);
    const pool = byIdentity.get(identity) ?? new Set();
    byIdentity.set(identity, pool.add(session));
  }

  function leave(room: Room, identity: string, session: ModernSession): void {
    const byIdentity = pools.get(room);
    const pool = byIdentity?.get(identity);
    pool?.delete(session);
    if (pool?.size === 0) byIdentity?.delete(identity);
  }

  function begin(visit: Visit, identity: string, info: unknown): ModernSession | undefined {
    const { room } = visit;
    const session = beginModernSession({
      room,
      limits,
      now,
      begin: (heard) => rooms.begin(room, factsOf(visit, 'modern', info), heard),
      listed(result) {
        const known: MirroredTools = mirrors.get(room) ?? new Map();
        mirrors.set(room, known);
        learnTools(known, result);
      },
      over() {
        if (session !== undefined) leave(room, identity, session);
      },
    });
    if (session !== undefined) enter(room, identity, session);
    return session;
  }

  return {
    post(visit, message, load) {
      const { response, accepts, room } = visit;
      const info = metaOf(message.params)[infoKey];
      const identity = identityOf(info);
      if (message.kind !== 'request' || message.idText === undefined) {
        // Without a session there is nobody whom a notification could concern.
        const [session] = poolOf(room, identity);
        if (session === undefined) {
          load.taken();
          replyEmpty(response, 202);
        } else {
          session.notify({
            line: load.line,
            taken() {
              load.taken();
              replyEmpty(response, 202);
            },
          });
        }
        return;
      }
      const { idText } = message;
      const refused = (status: number, text: string, code: number = wireCodes.invalidRequest) => {
        refuseRequest(response, { status, code, message: text, idText });
        load.taken();
      };
      if (!roomForRequests(visit, limits, 1)) return load.taken();
      if (!accepts.json && !accepts.events)
        return refused(406, 'Accept application/json or text/event-stream.');
      if (message.method === 'subscriptions/listen' && !accepts.events)
        return refused(406, 'Accept text/event-stream to subscribe.');
      const known = message.method === 'tools/call' ? mirrors.get(room) : undefined;
      const problem = known && mirrorProblem(known, message.params, visit.fields);
      if (problem !== undefined) return refused(400, problem, wireCodes.headerMismatch);
      for (const session of poolOf(room, identity)) {
        if (session.fits(message)) return session.request(visit, message, idText, load);
      }
      const session = begin(visit, identity, info);
      if (session !== undefined) return session.request(visit, message, idText, load);
      refuseRequest(response, { ...noSession, idText });
      load.taken();
    },
  };
}

/** Who a client says it is, as one text. */
function identityOf(info: unknown): string {
  if (!isObject(info)) return '';
  return JSON.stringify([info.name, info.version]).slice(0, 400);
}
