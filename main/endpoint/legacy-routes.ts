import { answerCodes, errorAnswer } from '../../shared/answers.ts';
import type { Ask, Asks } from './asks.ts';
import type { Exchange } from './exchange.ts';
import { isObject, type PostedMessage, tokenKey } from './posted-message.ts';
import { lineContent, readServerLine, type ServerMessage } from './server-line.ts';
import type { Track } from './track.ts';

/** What the routing of a legacy session needs. */
export interface LegacyRoutesPorts {
  readonly asks: Asks;
  /** The stream a client opens with GET. */
  readonly general: Track;
  /** A request is answered or given up. */
  readonly settle: (ask: Ask) => void;
  readonly initialized: (version: string) => void;
  /** `initialize` was answered with an error: there is no session. */
  readonly failed: () => void;
  /** Says a line to the server in the client's place. */
  readonly reply: (line: string) => void;
}

/** Finds the stream for everything a server says in a legacy session, where the spec leaves that to the relay. */
export interface LegacyRoutes {
  /** Takes a line of the server; a promise means that a reader is slow. */
  hear(line: Buffer): Promise<void> | undefined;
  /** Looks at what the client says: a request it calls off may never be answered. */
  saw(message: PostedMessage, cancelledMs: number): void;
  stop(): void;
}

/** What belongs to no request: it waits for the stream that a client opens for it. */
const unasked = new Set([
  'notifications/tools/list_changed',
  'notifications/prompts/list_changed',
  'notifications/resources/list_changed',
  'notifications/resources/updated',
  'notifications/elicitation/complete',
  'notifications/tasks/status',
]);

const unheard =
  'The client does not listen to its server: it has no event stream open, and too much waits for it already.';

/** Routing without anything under way. */
export function makeLegacyRoutes(ports: LegacyRoutesPorts): LegacyRoutes {
  const { asks, general } = ports;
  const timers = new Set<NodeJS.Timeout>();

  function hear(line: Buffer): Promise<void> | undefined {
    const read = readServerLine(line);
    if (read === undefined) return undefined;
    const content = lineContent(line);
    if (!read.batch) return read.messages[0] && take(read.messages[0], content);
    const whole = soleExchange(read.messages);
    if (whole !== undefined) {
      for (const ask of whole.asks) ports.settle(ask);
      return whole.exchange.answer(content, whole.asks.length, 200);
    }
    return together(read.messages.map((message) => take(message, lineContent(message.bytes))));
  }

  /** The batch that all messages of a line answer, where they do. */
  function soleExchange(
    messages: readonly ServerMessage[],
  ): { readonly exchange: Exchange; readonly asks: readonly Ask[] } | undefined {
    const found = new Set<Ask>();
    for (const { kind, idText } of messages) {
      const ask = kind === 'response' && idText !== undefined ? asks.find(idText) : undefined;
      if (ask === undefined) return undefined;
      found.add(ask);
    }
    const [first, ...rest] = found;
    if (first === undefined || found.size < messages.length) return undefined;
    const same = first.exchange.batch && rest.every(({ exchange }) => exchange === first.exchange);
    return same ? { exchange: first.exchange, asks: [...found] } : undefined;
  }

  function take(message: ServerMessage, content: Buffer): Promise<void> | undefined {
    if (message.kind === 'response') return answer(message, content);
    const exchange = exchangeFor(message);
    if (exchange !== undefined) return exchange.tell(content);
    const { kind, idText } = message;
    // Whoever asks a client that does not listen must not wait for ever.
    const lost =
      kind === 'request' && idText !== undefined
        ? () => ports.reply(`${errorAnswer(idText, answerCodes.clientSilent, unheard)}\n`)
        : undefined;
    return general.send(content, lost);
  }

  function answer(message: ServerMessage, content: Buffer): Promise<void> | undefined {
    const ask = message.idText === undefined ? undefined : asks.find(message.idText);
    // An answer to nothing, or to a message whose id could not be read: on stdio, too, a client drops that.
    if (ask === undefined) return undefined;
    ports.settle(ask);
    if (ask.method === 'initialize') {
      const result = message.result();
      if (isObject(result))
        ports.initialized(typeof result.protocolVersion === 'string' ? result.protocolVersion : '');
      else ports.failed();
    }
    return ask.exchange.answer(content, 1, 200);
  }

  /**
   * The request under way that a message belongs to, as far as that shows: by its progress token; else, where a single
   * request is under way, that one; else, where nobody listens to the general stream, the newest.
   */
  function exchangeFor({ method, params }: ServerMessage): Exchange | undefined {
    if (unasked.has(method)) return undefined;
    const waiting = asks.all().filter(({ exchange }) => exchange.carries);
    if (method === 'notifications/progress') {
      const key = tokenKey(params().progressToken);
      const ask = key === undefined ? undefined : asks.byProgress(key);
      if (ask !== undefined) return ask.exchange.carries ? ask.exchange : undefined;
    }
    if (waiting.length === 1 || !general.live) return waiting.at(-1)?.exchange;
    return undefined;
  }

  return {
    hear,
    saw({ kind, method, params }, cancelledMs) {
      if (kind !== 'notification' || method !== 'notifications/cancelled') return;
      const key = tokenKey(params.requestId);
      const ask = key === undefined ? undefined : asks.find(key);
      if (ask === undefined || ask.abandoned) return;
      ask.abandoned = true;
      const timer = setTimeout(() => {
        timers.delete(timer);
        if (asks.find(ask.idText) !== ask) return;
        ports.settle(ask);
        ask.exchange.drop();
      }, cancelledMs);
      timer.unref();
      timers.add(timer);
    },
    stop() {
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

/** Waits for all of those that have to wait. */
function together(slow: readonly (Promise<void> | undefined)[]): Promise<void> | undefined {
  const waiting = slow.filter((one) => one !== undefined);
  return waiting.length === 0 ? undefined : Promise.all(waiting).then(() => undefined);
}
