import type { Lane, Place } from './lane.ts';
import type { Batch } from './message.ts';
import type { Withdrawable } from './outlet.ts';

/** False while a kill or pause is in force: then nothing is forwarded, whoever tries. */
export type MayForward = () => boolean;

/** A message alone on its line. A class, since one is made for every message and closures would cost more. */
class LinePlace implements Place {
  readonly alone = true;
  readonly #line: Buffer;
  readonly #lane: Lane;
  readonly #mayForward: MayForward;

  constructor(line: Buffer, lane: Lane, mayForward: MayForward) {
    this.#line = line;
    this.#lane = lane;
    this.#mayForward = mayForward;
  }

  get bytes(): Uint8Array {
    return this.#line.subarray(0, contentEnd(this.#line));
  }

  forward(of?: Withdrawable): void {
    if (this.#mayForward()) this.#lane.out.send(this.#line, false, of);
  }

  replace(bytes: Uint8Array | string): void {
    if (this.#mayForward()) this.#lane.out.send(asLine(bytes), false);
  }

  reply(text: string): void {
    this.#lane.back.send(`${text}\n`, true);
  }
}

/** The place of a message alone on its line. */
export const linePlace = (line: Buffer, lane: Lane, mayForward: MayForward): Place =>
  new LinePlace(line, lane, mayForward);

/** The elements of a batch, and what sends the rest of it on once each was judged. */
export interface BatchPlaces {
  readonly places: readonly Place[];
  /** Sends what was kept: the original line where that is all, else a batch of the elements that may pass. */
  close(): void;
}

/**
 * The places of a batch's elements. Until `close`, elements gather; what is forwarded later (a person took time) goes
 * as a batch of its own, and so does every reply.
 */
export function batchPlaces(
  batch: Batch,
  line: Buffer,
  lane: Lane,
  mayForward: MayForward,
): BatchPlaces {
  const kept = new Map<number, Uint8Array | string>();
  let original = true;
  let closed = false;

  const places = batch.elements.map(({ span }, index): Place => {
    const text = batch.text.slice(span.start, span.end);
    const keep = (bytes: Uint8Array | string) => {
      if (!closed) kept.set(index, bytes);
      else if (mayForward()) lane.out.send(asLine(`[${asText(bytes)}]`), false);
    };
    return {
      alone: false,
      get bytes() {
        return Buffer.from(text);
      },
      forward: () => keep(text),
      replace(bytes) {
        original = false;
        keep(bytes);
      },
      reply: (answer) => lane.back.send(`[${answer}]\n`, true),
    };
  });

  return {
    places,
    close() {
      closed = true;
      if (kept.size === 0 || !mayForward()) return;
      if (original && kept.size === places.length) return lane.out.send(line, false);
      const elements = [...kept].sort(([a], [b]) => a - b).map(([, bytes]) => asText(bytes));
      lane.out.send(`[${elements.join(',')}]\n`, false);
    },
  };
}

const asText = (bytes: Uint8Array | string): string =>
  typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString('utf8');

const asLine = (bytes: Uint8Array | string): Uint8Array | string => {
  if (typeof bytes === 'string') return bytes.endsWith('\n') ? bytes : `${bytes}\n`;
  return bytes.at(-1) === 0x0a ? bytes : Buffer.concat([bytes, Buffer.from('\n')]);
};

/** Where a line's content ends, before `\n` or `\r\n`. */
function contentEnd(line: Buffer): number {
  let end = line.length;
  if (end > 0 && line[end - 1] === 0x0a) end -= 1;
  if (end > 0 && line[end - 1] === 0x0d) end -= 1;
  return end;
}
