import { randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { Result } from '../shared/outcome.ts';
import { type EraRecord, makeEraBook } from './era/era-book.ts';
import { bridgeEras, type ServerEra } from './era/era-bridge.ts';
import { type ProbeLeg, probeEra } from './era/era-probe.ts';
import { realAfter } from './relay/session-defaults.ts';
import type { Streams } from './relay/session-ports.ts';
import type { StateStore } from './storage/state-store.ts';

/** Lets clients and servers of different eras talk, once it is known that they are of different ones. */
export type Eras = ReturnType<typeof openEras>;

/** JSON-RPC "method not found", and the modern "unsupported protocol version": the words of the other era. */
const otherEra = /^[^\n]{0,4096}"error"\s*:\s*\{[^\n]{0,2048}"code"\s*:\s*(-32601|-32022|-32600)\b/;

/**
 * A server is first heard in its own words, byte for byte. Only where its first answer is an error that a server of
 * the other era gives, its era is probed, on a leg of its own; from the next session on it is bridged. So no server is
 * started twice that nobody had trouble with.
 */
export function openEras(
  notes: StateStore['notes'],
  ports: { readonly version: string; readonly note: (sentence: string) => void },
) {
  const key = (serverId: string) => `era/${serverId}`;
  const book = makeEraBook({
    load(serverId) {
      const text = notes.get(key(serverId));
      return text === undefined ? undefined : readRecord(text);
    },
    save(serverId, record) {
      if (record === undefined) notes.remove(key(serverId));
      else notes.put(key(serverId), JSON.stringify(record));
    },
    now: Date.now,
  });

  return {
    /** The streams of a server as its client can use them. `open` reaches the same server anew, for a probe. */
    bridge(
      server: { readonly id: string; readonly name: string },
      streams: Streams,
      open: () => Promise<Result<ProbeLeg>>,
    ): Streams {
      const known = book.known(server.id);
      if (known !== undefined) {
        return bridgeEras(streams, {
          serverEra: known.era,
          after: realAfter,
          randomToken: () => randomBytes(24).toString('base64url'),
          noticed(fact) {
            if (fact.kind === 'wrong-era') book.forget(server.id);
          },
        });
      }
      onFirst(streams.in, (chunk) => {
        if (!otherEra.test(chunk.toString('latin1'))) return;
        const probe = () =>
          probeEra({
            open,
            after: realAfter,
            clientInfo: { name: 'airlock', version: ports.version },
          });
        void book.eraOf(server.id, probe).then((found) => {
          if (!found.ok) return;
          ports.note(sentenceOf(server.name, found.value.era));
        });
      });
      return streams;
    },
  };
}

/** Looks at what a stream says first; whoever reads it gets it all the same. */
function onFirst(source: Readable, look: (chunk: Buffer) => void): void {
  source.once('data', look);
}

function sentenceOf(name: string, era: ServerEra): string {
  const spoken =
    era === 'dual'
      ? 'both the older and the newer protocol'
      : `the ${era === 'modern' ? 'newer' : 'older'} protocol (${era === 'modern' ? '2026-07-28' : 'before 2026'})`;
  return `The server "${name}" speaks ${spoken}. Connect to it again in your client: Airlock translates from now on.`;
}

function readRecord(text: string): EraRecord | undefined {
  try {
    const { era, at } = JSON.parse(text) as Partial<EraRecord>;
    const known = era === 'legacy' || era === 'modern' || era === 'dual';
    return known && typeof at === 'number' ? { era, at } : undefined;
  } catch {
    // A note nobody can read is no knowledge: the era is found out again.
    return undefined;
  }
}
