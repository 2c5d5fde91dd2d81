import type { EraFact, EraFront, EraLimits, EraPorts } from '../../../main/era/era-ports.ts';

/** A message as a test reads it. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into messages of any shape.
export type Said = any;

interface Timer {
  readonly at: number;
  readonly call: () => void;
}

/** A front with both its sides and its clock in the test's hand. */
export function frontRig(make: (ports: EraPorts) => EraFront, limits: Partial<EraLimits> = {}) {
  const toClient: string[] = [];
  const toServer: string[] = [];
  const facts: EraFact[] = [];
  const timers = new Set<Timer>();
  let now = 0;
  let tokens = 0;
  const front = make({
    toClient: (line) => void toClient.push(line.toString()),
    toServer: (line) => void toServer.push(line.toString()),
    after(ms, call) {
      const timer = { at: now + ms, call };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    randomToken() {
      tokens += 1;
      return `token-${tokens}`;
    },
    noticed: (fact) => void facts.push(fact),
    limits,
  });
  const line = (message: unknown) =>
    Buffer.from(`${typeof message === 'string' ? message : JSON.stringify(message)}\n`);
  const taken = (from: string[]): Said[] => from.splice(0).map((text) => JSON.parse(text));

  return {
    front,
    facts,
    timers,
    client: (message: unknown) => front.fromClient(line(message)),
    server: (message: unknown) => front.fromServer(line(message)),
    /** What each side heard since it was asked last, parsed or as it is. */
    heardByClient: () => taken(toClient),
    heardByServer: () => taken(toServer),
    textsToClient: () => toClient.splice(0),
    textsToServer: () => toServer.splice(0),
    /** Lets time pass. */
    pass(ms: number) {
      now += ms;
      for (const timer of [...timers].sort((a, b) => a.at - b.at)) {
        if (timer.at > now || !timers.delete(timer)) continue;
        timer.call();
      }
    },
  };
}

export type FrontRig = ReturnType<typeof frontRig>;

/** The `_meta` of a modern request. */
export const modernMeta = (capabilities: object = {}, more: object = {}) => ({
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'modern', version: '2' },
  'io.modelcontextprotocol/clientCapabilities': capabilities,
  ...more,
});
