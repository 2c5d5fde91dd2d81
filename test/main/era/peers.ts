import { randomBytes } from 'node:crypto';
import { PassThrough, type Readable, type Writable } from 'node:stream';
import { bridgeEras, type ServerEra, type Streams } from '../../../main/era/era-bridge.ts';
import type { EraFact } from '../../../main/era/era-ports.ts';
import { type RigOptions, rig } from '../relay/rig.ts';

/** Real timers that keep nothing alive. */
export const realAfter = (ms: number, call: () => void) => {
  const timer = setTimeout(call, ms);
  timer.unref();
  return () => clearTimeout(timer);
};

/** A server's standard streams, seen from both ends. */
export function pipes() {
  const stdin = new PassThrough();
  const stdout = new PassThrough();
  return { stdin, stdout, streams: { in: stdout, out: stdin } satisfies Streams };
}

interface Message {
  readonly jsonrpc: '2.0';
}

/** A client transport of either SDK over streams, as their stdio transports are over a child's. */
export class StreamTransport {
  onmessage?: (message: never) => void;
  onclose?: () => void;
  onerror?: (error: Error) => void;
  readonly #in: Readable;
  readonly #out: Writable;
  #rest = '';

  constructor(input: Readable, output: Writable) {
    this.#in = input;
    this.#out = output;
  }

  async start() {
    this.#in.on('data', (chunk: Buffer) => {
      const lines = (this.#rest + chunk.toString()).split('\n');
      this.#rest = lines.pop() ?? '';
      for (const line of lines) this.onmessage?.(JSON.parse(line) as never);
    });
    this.#in.on('end', () => this.onclose?.());
  }

  async send(message: Message) {
    this.#out.write(`${JSON.stringify(message)}\n`);
  }

  async close() {
    this.#out.end();
    this.onclose?.();
  }
}

/** A governed session whose server is reached through the bridge, and what a client needs to join it. */
export function governed(server: Streams, serverEra: ServerEra, options: RigOptions = {}) {
  const facts: EraFact[] = [];
  const bridged: string[] = [];
  const near = bridgeEras(server, {
    serverEra,
    after: realAfter,
    randomToken: () => randomBytes(24).toString('base64url'),
    noticed: (fact) => void facts.push(fact),
    bridged: (era) => void bridged.push(era),
  });
  const relay = rig(options);
  near.in.pipe(relay.server.out);
  relay.server.in.pipe(near.out);
  const transport = new StreamTransport(relay.client.out, relay.client.in);
  return Object.assign(relay, { facts, bridged, transport });
}
