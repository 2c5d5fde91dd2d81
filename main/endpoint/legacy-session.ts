import { randomBytes } from 'node:crypto';
import { type Ask, type Asks, makeAsk, makeAsks } from './asks.ts';
import type { EndpointLimits } from './endpoint-ports.ts';
import { type EventStream, openEventStream } from './event-stream.ts';
import { type Exchange, makeExchange } from './exchange.ts';
import { makeLegacyRoutes } from './legacy-routes.ts';
import type { LineHeard, LinePort } from './line-port.ts';
import type { PostedMessage } from './posted-message.ts';
import { replyEmpty } from './reply.ts';
import type { Member, Room } from './rooms.ts';
import { makeTrack, readEventId, type Track } from './track.ts';
import { type Load, sessionGone, type Visit } from './visit.ts';

/** The session header, as Node writes it out. */
export const sessionHeader = 'Mcp-Session-Id';

/** What a legacy session is made of. */
export interface LegacySessionPorts {
  readonly room: Room;
  readonly limits: EndpointLimits;
  readonly now: () => number;
  /** Begins the governed session, or not where there is no room. */
  readonly begin: (heard: LineHeard) => LinePort | undefined;
  /** The session is over; nobody may find it any more. */
  readonly over: () => void;
}

/** A session of protocol version 2025-11-25 or before over HTTP. */
export interface LegacySession extends Member {
  readonly id: string;
  /** What `initialize` agreed on, once it has. */
  readonly version: string | undefined;
  /** Takes a POST. The id of each of its requests must be free. */
  post(visit: Visit, batch: boolean, messages: readonly PostedMessage[], load: Load): void;
  waitsFor(idText: string): boolean;
  /** True where the general stream has a reader. */
  readonly listening: boolean;
  /** Opens the general stream, or goes on with the one a `Last-Event-ID` names; false for an id that names none. */
  listen(visit: Visit, lastEventId: string | undefined): boolean;
}

/** Begins a session, or returns undefined where the connection may have no more. */
export function beginLegacySession(ports: LegacySessionPorts): LegacySession | undefined {
  const { room, limits } = ports;
  const id = randomBytes(24).toString('base64url');
  const asks: Asks = makeAsks();
  const general = makeTrack(0, limits);
  /** Streams whose events are kept, the oldest first; those under way are among them. */
  const tracks = new Map<number, Track>();
  let trackCount = 0;
  let responses = 0;
  let usedAt = ports.now();
  let version: string | undefined;
  let over = false;

  const routes = makeLegacyRoutes({
    asks,
    general,
    settle,
    initialized(negotiated) {
      version = negotiated;
    },
    failed: end,
    reply: (line) => port?.say(line),
  });
  const port = ports.begin({ heard: routes.hear, ended });
  if (port === undefined) return undefined;
  const lines: LinePort = port;

  function settle(ask: Ask): void {
    asks.remove(ask);
    room.inFlight -= 1;
    usedAt = ports.now();
  }

  /** Opens an HTTP response that carries `track`. */
  function carry(visit: Visit, track: Track): EventStream {
    room.streams += 1;
    responses += 1;
    const stream = openEventStream(visit.response, {
      limits,
      headers: { [sessionHeader]: id },
      closed() {
        room.streams -= 1;
        responses -= 1;
        usedAt = ports.now();
        track.detach(stream);
      },
    });
    return stream;
  }

  function openTrack(): Track {
    trackCount += 1;
    const track = makeTrack(trackCount, limits);
    tracks.set(trackCount, track);
    if (tracks.size > limits.storedStreams) {
      const done = [...tracks.values()].find((one) => one.complete);
      tracks.delete((done ?? [...tracks.values()][0])?.number ?? 0);
    }
    return track;
  }

  function post(
    visit: Visit,
    batch: boolean,
    messages: readonly PostedMessage[],
    load: Load,
  ): void {
    usedAt = ports.now();
    const requests = messages.filter(({ kind }) => kind === 'request');
    for (const message of messages) routes.saw(message, limits.cancelledMs);
    if (requests.length === 0) {
      // Only once the session has it is it accepted: a client that floods it has to wait.
      lines.say(load.line, () => {
        load.taken();
        replyEmpty(visit.response, 202, { [sessionHeader]: id });
      });
      return;
    }
    const exchange = makeExchange({
      response: visit.response,
      accepts: visit.accepts,
      batch,
      asks: requests.length,
      limits,
      mayStream: () => room.streams < limits.streams,
      openStream() {
        const track = openTrack();
        track.attach(carry(visit, track));
        // Before 2025-11-25 clients took an event without data for a broken message.
        if ((version ?? '') >= '2025-11-25') track.prime();
        return track;
      },
      headers: () => (over ? {} : { [sessionHeader]: id }),
      // A client that leaves has not cancelled (2025-11-25, "Sending Messages", 6); it may still come back.
      left: () => left(exchange),
    });
    for (const message of requests) asks.add(makeAsk(message, message.idText ?? '', exchange));
    room.inFlight += requests.length;
    lines.say(load.line, load.taken);
    if (visit.response.destroyed) left(exchange);
  }

  /** Requests that are never answered must not use up what the connection may have under way. */
  function left(exchange: Exchange): void {
    usedAt = ports.now();
    const timer = setTimeout(() => {
      for (const ask of asks.all()) {
        if (ask.exchange !== exchange) continue;
        settle(ask);
        exchange.drop();
      }
    }, limits.idleMs);
    timer.unref();
  }

  function listen(visit: Visit, lastEventId: string | undefined): boolean {
    usedAt = ports.now();
    const from = lastEventId === undefined ? undefined : readEventId(lastEventId);
    if (lastEventId !== undefined && from === undefined) return false;
    const track = from === undefined || from.track === 0 ? general : tracks.get(from.track);
    if (track === undefined || (from !== undefined && !track.resumable(from.event))) return false;
    track.attach(carry(visit, track), from?.event);
    return true;
  }

  /** The governed session is gone. */
  function ended(): void {
    for (const ask of asks.all()) {
      settle(ask);
      ask.exchange.fail(sessionGone(ask.idText));
    }
    general.end();
    for (const track of tracks.values()) track.end();
    routes.stop();
    end();
  }

  function end(): void {
    if (over) return;
    over = true;
    room.members.delete(session);
    ports.over();
    lines.end();
  }

  const session: LegacySession = {
    id,
    get version() {
      return version;
    },
    get busy() {
      // Requests whose client left may never be answered: they keep nothing alive.
      return responses > 0 || asks.all().some(({ exchange }) => exchange.attended);
    },
    get usedAt() {
      return usedAt;
    },
    get listening() {
      return general.live;
    },
    post,
    waitsFor: asks.has,
    listen,
    end,
  };
  room.members.add(session);
  return session;
}
