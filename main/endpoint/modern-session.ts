import { errorAnswer } from '../../shared/answers.ts';
import { type Ask, makeAsk, makeAsks } from './asks.ts';
import type { EndpointLimits } from './endpoint-ports.ts';
import { openEventStream } from './event-stream.ts';
import { type Exchange, makeExchange } from './exchange.ts';
import type { LineHeard, LinePort } from './line-port.ts';
import { isObject, metaOf, type PostedMessage, tokenKey } from './posted-message.ts';
import { wireCodes } from './reply.ts';
import type { Member, Room } from './rooms.ts';
import { lineContent, readServerLine, type ServerMessage } from './server-line.ts';
import { type Load, sessionGone, type Visit } from './visit.ts';

/** What a modern client's governed session is made of. */
export interface ModernSessionPorts {
  readonly room: Room;
  readonly limits: EndpointLimits;
  readonly now: () => number;
  readonly begin: (heard: LineHeard) => LinePort | undefined;
  readonly over: () => void;
  /** A page of tools was listed: the result of `tools/list`. */
  readonly listed: (result: unknown) => void;
}

/** A governed session that carries the requests of a client of protocol version 2026-07-28, each a POST of its own. */
export interface ModernSession extends Member {
  /** True where a request can go this way with its own id and progress token, without being taken for another. */
  fits(message: PostedMessage): boolean;
  request(visit: Visit, message: PostedMessage, idText: string, load: Load): void;
  notify(load: Load): void;
}

const subscriptionKey = 'io.modelcontextprotocol/subscriptionId';
const noQuestions = 'A client of this protocol version takes no requests.';
const listenMethod = 'subscriptions/listen';

/** The spec's HTTP statuses for answers that say the request itself cannot be served (2026-07-28). */
const statusByCode = new Map<number, number>([
  [wireCodes.methodNotFound, 404],
  [wireCodes.headerMismatch, 400],
  [wireCodes.missingCapability, 400],
  [wireCodes.unsupportedVersion, 400],
]);

/** Begins a session, or returns undefined where the connection may have no more. */
export function beginModernSession(ports: ModernSessionPorts): ModernSession | undefined {
  const { room, limits } = ports;
  const asks = makeAsks();
  let usedAt = ports.now();
  let over = false;
  const port = ports.begin({ heard: hear, ended });
  if (port === undefined) return undefined;
  const lines = port;

  function settle(ask: Ask): void {
    asks.remove(ask);
    room.inFlight -= 1;
    usedAt = ports.now();
  }

  function hear(line: Buffer): Promise<void> | undefined {
    const read = readServerLine(line);
    if (read === undefined) return undefined;
    // The revision knows no batches; a server that sends one all the same means its messages.
    const slow = read.messages.map((message) =>
      take(message, lineContent(read.batch ? message.bytes : line)),
    );
    return slow.length === 1 ? slow[0] : Promise.all(slow).then(() => undefined);
  }

  function take(message: ServerMessage, content: Buffer): Promise<void> | undefined {
    const { kind, idText } = message;
    switch (kind) {
      case 'response':
        return answer(message, content);
      case 'notification':
        return notified(message, content);
      case 'request':
        // The revision lets no server ask its client; one that does must not wait for ever.
        lines.say(`${errorAnswer(idText ?? 'null', wireCodes.methodNotFound, noQuestions)}\n`);
        return undefined;
      default:
        return kind satisfies never;
    }
  }

  function answer(message: ServerMessage, content: Buffer): Promise<void> | undefined {
    const ask = message.idText === undefined ? undefined : asks.find(message.idText);
    if (ask === undefined) return undefined;
    settle(ask);
    const code = message.errorCode();
    if (ask.method === 'tools/list' && code === undefined) ports.listed(message.result());
    if (ask.method === 'server/discover') room.supported = supportedIn(message.result());
    const slow = ask.exchange.answer(content, 1, statusByCode.get(code ?? 0) ?? 200);
    // A server of an earlier era was only asked which one it is of: its client goes on with another session.
    if (ask.method === 'server/discover' && code !== undefined && asks.size === 0) end();
    return slow;
  }

  function notified(message: ServerMessage, content: Buffer): Promise<void> | undefined {
    const params = message.params();
    if (message.method === 'notifications/cancelled') {
      const key = tokenKey(params.requestId);
      const ask = key === undefined ? undefined : asks.find(key);
      // The server takes a subscription down; over HTTP the end of its stream says so.
      if (ask !== undefined && ask.method === listenMethod) {
        settle(ask);
        ask.exchange.drop();
      }
      return undefined;
    }
    const exchange = exchangeFor(message.method, params);
    return exchange?.carries ? exchange.tell(content) : undefined;
  }

  /** The request a notification belongs to: by subscription or progress token, else the only one it can belong to. */
  function exchangeFor(method: string, params: PostedMessage['params']): Exchange | undefined {
    const subscription = tokenKey(metaOf(params)[subscriptionKey]);
    if (subscription !== undefined) {
      const ask = asks.find(subscription);
      return ask?.method === listenMethod && !ask.abandoned ? ask.exchange : undefined;
    }
    const waiting = asks.all().filter((ask) => !ask.abandoned && ask.method !== listenMethod);
    if (method === 'notifications/progress') {
      const key = tokenKey(params.progressToken);
      return key === undefined
        ? undefined
        : waiting.find(({ progress }) => progress === key)?.exchange;
    }
    // Lines do not say whose a log message is: rather nobody's than another request's.
    const fitting =
      method === 'notifications/message' ? waiting.filter(({ logs }) => logs) : waiting;
    return fitting.length === 1 ? fitting[0]?.exchange : undefined;
  }

  function request(visit: Visit, message: PostedMessage, idText: string, load: Load): void {
    usedAt = ports.now();
    const exchange = makeExchange({
      response: visit.response,
      accepts: visit.accepts,
      batch: false,
      asks: 1,
      limits,
      mayStream: () => room.streams < limits.streams,
      openStream() {
        room.streams += 1;
        const stream = openEventStream(visit.response, {
          limits,
          closed() {
            room.streams -= 1;
          },
        });
        return { send: (data) => stream.send({ data }), end: () => stream.end() };
      },
      headers: () => ({}),
      left: () => cancel(ask),
    });
    const ask = makeAsk(message, idText, exchange);
    asks.add(ask);
    room.inFlight += 1;
    lines.say(load.line, load.taken);
  }

  /** A client that closes its answer has cancelled the request (2026-07-28, "Cancellation"). */
  function cancel(ask: Ask): void {
    if (ask.abandoned || asks.find(ask.idText) !== ask) return;
    ask.abandoned = true;
    lines.say(
      `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":${ask.idText},"reason":"The client closed the request."}}\n`,
    );
    // The id stays taken while a late answer may come: another request must not get it.
    const timer = setTimeout(() => {
      if (asks.find(ask.idText) === ask) settle(ask);
    }, limits.cancelledMs);
    timer.unref();
  }

  function ended(): void {
    for (const ask of asks.all()) {
      settle(ask);
      ask.exchange.fail(sessionGone(ask.idText));
    }
    end();
  }

  function end(): void {
    if (over) return;
    over = true;
    room.members.delete(session);
    ports.over();
    lines.end();
  }

  const session: ModernSession = {
    get busy() {
      return asks.size > 0;
    },
    get usedAt() {
      return usedAt;
    },
    fits(message) {
      const progress = tokenKey(metaOf(message.params).progressToken);
      return (
        !asks.has(message.idText ?? '') &&
        (progress === undefined || asks.byProgress(progress) === undefined)
      );
    },
    request,
    notify(load) {
      usedAt = ports.now();
      lines.say(load.line, load.taken);
    },
    end,
  };
  room.members.add(session);
  return session;
}

/** The revisions a result of `server/discover` names. */
function supportedIn(result: unknown): readonly string[] | undefined {
  if (!isObject(result) || !Array.isArray(result.supportedVersions)) return undefined;
  const named: readonly unknown[] = result.supportedVersions;
  return named.filter((one) => typeof one === 'string').slice(0, 50);
}
