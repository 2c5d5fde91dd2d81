import type { Writable } from 'node:stream';

/** Where messages for one side go, with a queue of our own in front of the stream's. */
export interface Outlet {
  /** Sends whole lines. `own` marks what Airlock says itself: it is sent also when forwarding has stopped. */
  send(bytes: Uint8Array | string, own: boolean): void;
  /** What is sent between `cork` and `uncork` reaches the system in one write. */
  cork(): void;
  uncork(): void;
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

interface Held {
  readonly bytes: Uint8Array | string;
  readonly own: boolean;
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
  let blocked = false;
  let ended = false;
  let closed = false;

  function write(bytes: Uint8Array | string): void {
    if (!sink.write(bytes)) blocked = true;
  }

  function flush(): void {
    blocked = false;
    let sent = 0;
    sink.cork();
    for (const { bytes } of held) {
      if (blocked) break;
      write(bytes);
      heldBytes -= bytes.length;
      sent += 1;
    }
    held = held.slice(sent);
    sink.uncork();
    if (blocked) return;
    if (ended) sink.end();
    else for (const call of drained) call();
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
    send(bytes, own) {
      if (closed || ended) return;
      if (blocked) {
        held.push({ bytes, own });
        heldBytes += bytes.length;
      } else {
        write(bytes);
      }
    },
    cork: () => sink.cork(),
    uncork: () => sink.uncork(),
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
      if (!blocked) sink.end();
    },
    destroy() {
      lose();
      sink.destroy();
    },
  };
}
