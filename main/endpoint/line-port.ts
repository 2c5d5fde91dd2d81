import { Readable, Writable } from 'node:stream';
import type { Streams } from './endpoint-ports.ts';

/** Our end of the streams a governed session reads and writes. */
export interface LinePort {
  readonly streams: Streams;
  /** Says one line, newline included; `taken` is called once the session has it or never will. */
  say(line: Buffer | string, taken?: () => void): void;
  /** The client's good-bye: no more will be said. What the session still says is heard. */
  end(): void;
  /** True once the session has said its last. */
  readonly over: boolean;
}

/** Whom a line port tells. */
export interface LineHeard {
  /** A line without its newline came. A promise holds the session's stream until it settles. */
  readonly heard: (line: Buffer) => Promise<void> | undefined;
  /** The session will say nothing more. Called once. */
  readonly ended: () => void;
}

const newline = 0x0a;

/** Makes the two streams, and frames what the session says into lines. */
export function makeLinePort({ heard, ended }: LineHeard): LinePort {
  const queue: { readonly line: Buffer | string; readonly taken: (() => void) | undefined }[] = [];
  let wanted = false;
  let saidAll = false;
  let over = false;
  let pieces: Buffer[] = [];

  const input = new Readable({
    read() {
      wanted = true;
      feed();
    },
    destroy(error, done) {
      for (const { taken } of queue.splice(0)) taken?.();
      done(error);
    },
  });

  function feed(): void {
    while (wanted) {
      const next = queue.shift();
      if (next === undefined) {
        if (saidAll) input.push(null);
        wanted = !saidAll && wanted;
        return;
      }
      wanted = input.push(next.line);
      next.taken?.();
    }
  }

  const output = new Writable({
    decodeStrings: true,
    write(chunk: Buffer, _encoding, done) {
      const held = take(chunk);
      if (held === undefined) done();
      else held.then(() => done(), done);
    },
    final(done) {
      finish();
      done();
    },
    destroy(error, done) {
      finish();
      done(error);
    },
  });
  // The session may break either of them off; that is told by `ended`, not thrown.
  input.on('error', () => undefined);
  output.on('error', () => undefined);

  /** Hands the lines of a chunk on in order; a line that has to wait holds those after it. */
  function take(chunk: Buffer): Promise<void> | undefined {
    let start = 0;
    for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, start)) {
      const part = chunk.subarray(start, at);
      const line = pieces.length === 0 ? part : Buffer.concat([...pieces, part]);
      pieces = [];
      start = at + 1;
      const held = line.length === 0 ? undefined : heard(line);
      if (held !== undefined) {
        const rest = chunk.subarray(start);
        return held.then(() => take(rest));
      }
    }
    if (start < chunk.length) pieces.push(chunk.subarray(start));
    return undefined;
  }

  function finish(): void {
    if (over) return;
    over = true;
    const rest = Buffer.concat(pieces);
    pieces = [];
    // Nothing waits for this one: the stream is at its end.
    if (rest.length > 0) void heard(rest);
    // Not at once: whoever makes the port may be told before it has it.
    queueMicrotask(ended);
  }

  return {
    streams: { in: input, out: output },
    say(line, taken) {
      if (saidAll || input.destroyed) {
        taken?.();
        return;
      }
      queue.push({ line, taken });
      feed();
    },
    end() {
      saidAll = true;
      feed();
    },
    get over() {
      return over;
    },
  };
}
