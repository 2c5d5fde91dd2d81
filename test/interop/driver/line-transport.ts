import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { JSONRPCMessage, Transport } from '@modelcontextprotocol/client';

/** A transport of the official client over two streams of lines, as it would have them over stdio. */
export function lineTransport(from: Readable, to: Writable): Transport {
  const transport: Transport = {
    async start() {
      createInterface({ input: from })
        .on('line', (line) => transport.onmessage?.(JSON.parse(line) as JSONRPCMessage))
        .on('close', () => transport.onclose?.());
    },
    async send(message) {
      to.write(`${JSON.stringify(message)}\n`);
    },
    async close() {
      to.end();
    },
  };
  return transport;
}
