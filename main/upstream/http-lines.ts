import { Readable } from 'node:stream';

/** The lines that come from the server, as the stream the relay reads. */
export interface LineSource {
  readonly stream: Readable;
  /** Adds a line; the newline is put after it here. */
  send(line: Buffer | string): void;
  /** Resolves once the reader has room: whoever brings lines waits for it before the next. */
  room(): Promise<void>;
  /** Everything said; the stream ends once it was read. */
  end(): void;
  /** Closes it at once, unread lines and all. */
  destroy(): void;
}

const newline = Buffer.from('\n');
const copiedBytes = 16 * 1024;

/** An open source. */
export function makeLineSource(): LineSource {
  let waiters: (() => void)[] = [];
  let full = false;
  let ended = false;

  function wake(): void {
    full = false;
    const all = waiters;
    waiters = [];
    for (const call of all) call();
  }

  const stream = new Readable({ read: wake });
  // A reader that goes away has room for everything: nobody may wait for it.
  stream.on('close', wake);

  return {
    stream,
    send(line) {
      if (ended || stream.destroyed) return;
      const bytes = typeof line === 'string' ? Buffer.from(line) : line;
      // A large line is not copied for the sake of one byte.
      if (bytes.length < copiedBytes) {
        full = !stream.push(Buffer.concat([bytes, newline]));
      } else {
        stream.push(bytes);
        full = !stream.push(newline);
      }
    },
    room: () =>
      full && !ended && !stream.destroyed
        ? new Promise((resolve) => waiters.push(resolve))
        : Promise.resolve(),
    end() {
      if (ended) return;
      ended = true;
      stream.push(null);
      wake();
    },
    destroy() {
      ended = true;
      stream.destroy();
      wake();
    },
  };
}
