import { type MessageMaker, messageMaker, type Spelled } from './identity-messages.ts';
import type { Peer } from './identity-peers.ts';

/** A client and a server with the product between them, both of them the test's. */
export interface Way {
  readonly client: Peer;
  readonly server: Peer;
}

/** What a run saw: how many messages went each way, and everything that did not arrive as it was sent. */
export interface Seen {
  readonly toServer: number;
  readonly toClient: number;
  readonly wrong: readonly string[];
}

interface Wanted {
  readonly message: Spelled;
  /** The request it answers. */
  readonly to: Spelled | undefined;
}

const perRound = 64;
const patienceMs = 30_000;
const short = (text: string): string => JSON.stringify(text.slice(0, 400));

/**
 * Sends at least `count` messages both ways and compares every byte that arrives. Each message holds a number of its
 * own, so that each must arrive exactly once, and nothing besides.
 */
export async function runIdentity(way: Way, random: () => number, count: number): Promise<Seen> {
  const make = messageMaker(random);
  const wrong: string[] = [];
  const wanted = { server: new Map<string, Wanted>(), client: new Map<string, Wanted>() };
  const heard = { server: 0, client: 0 };
  let arrived: () => void = () => undefined;

  const said = (by: 'client' | 'server', message: Spelled, to?: Spelled): void => {
    const other = by === 'client' ? 'server' : 'client';
    const { line, send } = way[by].prepare(message, to);
    wanted[other].set(way[other].heardAs(line), { message, to });
    send();
  };

  for (const side of ['client', 'server'] as const) {
    way[side].hear = (text) => {
      const found = wanted[side].get(text);
      if (found === undefined) {
        wrong.push(`the ${side} heard what nobody said: ${short(text)}`);
        return undefined;
      }
      wanted[side].delete(text);
      heard[side] += 1;
      const { message } = found;
      if (message.kind === 'request') answerSoon(side, message);
      if (wanted.client.size + wanted.server.size === 0) arrived();
      return message;
    };
  }

  /** Not at once: a peer has to know the request before it is answered. */
  function answerSoon(side: 'client' | 'server', request: Spelled): void {
    const answer = make.answer(request.idText ?? '', way[side].breaks);
    answering += 1;
    setImmediate(() => {
      answering -= 1;
      said(side, answer, request);
    });
  }
  let answering = 0;

  const done = () => wanted.client.size + wanted.server.size + answering === 0;
  while (heard.client + heard.server < count && wrong.length === 0) {
    for (let n = 0; n < perRound; n += 1) sayOne(make, random, said, way);
    const deadline = Date.now() + patienceMs;
    while (!done() && wrong.length === 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 250);
        arrived = () => {
          clearTimeout(timer);
          setImmediate(resolve);
        };
      });
      if (Date.now() < deadline) continue;
      for (const [text, { message }] of [...wanted.client, ...wanted.server])
        wrong.push(`a ${message.kind} did not arrive: ${short(text)}`);
    }
  }
  return { toServer: heard.server, toClient: heard.client, wrong };
}

function sayOne(
  make: MessageMaker,
  random: () => number,
  said: (by: 'client' | 'server', message: Spelled) => void,
  way: Way,
): void {
  const by = random() < 0.6 ? 'client' : 'server';
  const { breaks } = way[by];
  said(by, random() < 0.65 ? make.request(by, breaks) : make.notification(by, breaks));
}
