import type { ClientFacts, EndpointLimits, EndpointPorts } from './endpoint-ports.ts';
import { type LineHeard, type LinePort, makeLinePort } from './line-port.ts';

/** A session as its connection sees it. */
export interface Member {
  /** Somebody waits for it or listens to it. */
  readonly busy: boolean;
  /** When it was last used, in Unix milliseconds. */
  readonly usedAt: number;
  /** Says good-bye to the governed session and forgets it. */
  end(): void;
}

/** What one connection has open; the counters are kept by whoever opens and closes. */
export interface Room {
  readonly connectionId: string;
  readonly members: Set<Member>;
  inFlight: number;
  streams: number;
  /** The revisions its server named in the last answer to `server/discover`. */
  supported: readonly string[] | undefined;
  /** Sessions whose other end is not gone yet, those that were ended included. */
  open: number;
}

/** What the rooms need. */
export interface RoomsPorts {
  readonly limits: Pick<EndpointLimits, 'sessions' | 'idleMs' | 'sweepMs'>;
  readonly accept: EndpointPorts['accept'];
  readonly now: () => number;
}

/** Everything that is open, by connection. */
export interface Rooms {
  of(connectionId: string): Room;
  /**
   * Begins a governed session; the caller adds its member to the room. Undefined where the connection has as many as it
   * may and all are in use: an idle one makes way.
   */
  begin(room: Room, facts: ClientFacts, heard: LineHeard): LinePort | undefined;
  endConnection(connectionId: string): void;
  /** Ends everything; resolves once every governed session is gone. */
  close(): Promise<void>;
}

/** No rooms yet; idle sessions are ended from now on. */
export function makeRooms(ports: RoomsPorts): Rooms {
  const { limits } = ports;
  const rooms = new Map<string, Room>();
  const closing = new Set<Promise<unknown>>();
  const sweep = setInterval(() => {
    for (const room of rooms.values()) {
      for (const member of room.members) {
        if (!member.busy && ports.now() - member.usedAt >= limits.idleMs) member.end();
      }
      tidy(room);
    }
  }, limits.sweepMs);
  sweep.unref();

  function tidy(room: Room): void {
    if (room.members.size + room.inFlight + room.streams + room.open === 0)
      rooms.delete(room.connectionId);
  }

  /** True where one more session may begin. One that is ending may still take a moment to be gone. */
  function makeWay(room: Room): boolean {
    if (room.open >= 2 * limits.sessions) return false;
    if (room.members.size < limits.sessions) return true;
    let oldest: Member | undefined;
    for (const member of room.members) {
      if (!member.busy && member.usedAt < (oldest?.usedAt ?? Number.POSITIVE_INFINITY))
        oldest = member;
    }
    oldest?.end();
    return oldest !== undefined;
  }

  const endAll = (room: Room) => {
    for (const member of [...room.members]) member.end();
  };

  return {
    of(connectionId) {
      const known = rooms.get(connectionId);
      if (known !== undefined) return known;
      const room: Room = {
        connectionId,
        members: new Set(),
        inFlight: 0,
        streams: 0,
        supported: undefined,
        open: 0,
      };
      rooms.set(connectionId, room);
      return room;
    },
    begin(room, facts, heard) {
      if (!makeWay(room)) return undefined;
      const port = makeLinePort(heard);
      const { closed } = ports.accept(room.connectionId, facts, port.streams);
      room.open += 1;
      const gone = Promise.resolve(closed)
        .catch(() => undefined)
        .then(() => {
          room.open -= 1;
          closing.delete(gone);
          // A session that is gone says nothing more, whether or not it remembered to end its stream.
          port.streams.out.destroy();
        });
      closing.add(gone);
      return port;
    },
    endConnection(connectionId) {
      const room = rooms.get(connectionId);
      if (room !== undefined) endAll(room);
    },
    async close() {
      clearInterval(sweep);
      for (const room of rooms.values()) endAll(room);
      await Promise.all(closing);
    },
  };
}
