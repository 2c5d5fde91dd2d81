import type { Writable } from 'node:stream';

/** Where messages for one side go, with a queue of our own in front of the stream's. */
export interface Outlet {
  /**
   * Sends whole lines. `own` marks what Airlock says itself: it is sent also when forwarding has stopped. While it is
   * held, what belongs to something that was withdrawn meanwhile is left out.
   */
  send(bytes: Uint8Array | string, own: boolean, of?: Withdrawable): void;
  /** What is sent between `hold` and the `release` that belongs to it goes out then, in one write where it can. */
  hold(): void;
  release(): void;
  /** True while the reader on the other end is slower than we are. */
  readonly blocked: boolean;
  /** Bytes that wait for the reader. */
  readonly waiting: number;
  /** Called each time the reader has caught up. */
  onDrain(call: () => void): void;
  /** Called once when the reader is gone. */
  onLost(call: () => void): void;
  /** Throws away what was forwarded but not yet handed to the stream, and keeps what is our own. */
  dropForwarded(): void;
  /** Ends the stream once everything waiting is written. Nothing can be sent after. */
  end(): void;
  /** Ends the stream now. */
  destroy(): void;
}

/** Something that may still be called off while its bytes are held. */
export interface Withdrawable {
  readonly withdrawn: boolean;
}

interface Held {
  readonly bytes: Uint8Array | string;
  readonly own: boolean;
  readonly of: Withdrawable | undefined;
}

/**
 * Wraps a stream. Once the stream is full, lines are held here and not there, because what a stream holds can no longer
 * be taken back when the kill switch is thrown.
 */
export function makeOutlet(sink: Writable): Outlet {
  const drained: (() => void)[] = [];
  const lost: (() => void)[] = [];
  let held: Held[] = [];
  let heldBytes = 0;
  let holds = 0;
  let blocked = false;
  let ended = false;
  let finished = false;
  let closed = false;

  function write(bytes: Uint8Array | string): void {
    if (!sink.write(bytes)) blocked = true;
  }

  function flush(): void {
    blocked = false;
    pour();
    if (!blocked && holds === 0) for (const call of drained) call();
  }

  /** Writes what is held, as far as the reader takes it; lines that lie side by side in memory in one piece. */
  function pour(): void {
    if (holds > 0 || closed) return;
    const all = held;
    held = [];
    if (all.length > 1) sink.cork();
    let next = 0;
    while (next < all.length && !blocked) {
      const first = all[next];
      next += 1;
      if (first === undefined || first.of?.withdrawn === true) continue;
      let { bytes } = first;
      for (let more = all[next]; more !== undefined; more = all[next]) {
        const both = more.of?.withdrawn === true ? undefined : joined(bytes, more.bytes);
        if (both === undefined) break;
        bytes = both;
        next += 1;
      }
      write(bytes);
    }
    held = all.slice(next);
    heldBytes = held.reduce((sum, one) => sum + one.bytes.length, 0);
    if (all.length > 1) sink.uncork();
    if (ended) finish();
  }

  function finish(): void {
    if (blocked || holds > 0 || closed || finished) return;
    finished = true;
    sink.end();
  }

  /** A reader that is gone catches up with everything: nobody may wait for it. */
  function lose(): void {
    if (closed) return;
    closed = true;
    held = [];
    heldBytes = 0;
    blocked = false;
    for (const call of [...drained, ...lost]) call();
  }

  sink.on('drain', flush);
  sink.on('close', lose);
  // A broken pipe is seen by whoever reads the other direction; here it only means that nothing arrives any more.
  sink.on('error', lose);

  return {
    send(bytes, own, of) {
      if (closed || ended) return;
      if (blocked || holds > 0) {
        held.push({ bytes, own, of });
        heldBytes += bytes.length;
      } else {
        write(bytes);
      }
    },
    hold() {
      holds += 1;
    },
    release() {
      holds -= 1;
      if (!blocked && held.length > 0) pour();
      else if (ended) finish();
    },
    get blocked() {
      return blocked;
    },
    get waiting() {
      return heldBytes + (closed ? 0 : sink.writableLength);
    },
    onDrain(call) {
      drained.push(call);
    },
    onLost(call) {
      lost.push(call);
    },
    dropForwarded() {
      held = held.filter((item) => item.own);
      heldBytes = held.reduce((sum, item) => sum + item.bytes.length, 0);
    },
    end() {
      if (ended || closed) return;
      ended = true;
      finish();
    },
    destroy() {
      lose();
      sink.destroy();
    },
  };
}

/** What is written in one piece can't be taken back in part, so a piece is no more than a full stream would hold. */
const mostJoined = 16 * 1024;

/** One view of two that follow each other in the same memory, as lines of one chunk do. */
function joined(a: Uint8Array | string, b: Uint8Array | string): Uint8Array | undefined {
  if (typeof a === 'string' || typeof b === 'string') return undefined;
  if (a.length + b.length > mostJoined) return undefined;
  if (a.buffer !== b.buffer || a.byteOffset + a.length !== b.byteOffset) return undefined;
  return Buffer.from(a.buffer, a.byteOffset, a.length + b.length);
}
