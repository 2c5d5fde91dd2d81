/** A line that grew beyond the limit; the rest of it is thrown away as it comes. */
export interface TooLong {
  readonly tooLong: true;
  /** The first bytes, for a look at what it was. */
  readonly head: Buffer;
}

/** One line with its terminator exactly as it came, or the note that it was too long. */
export type Frame = Buffer | TooLong;

/** Splits a byte stream at newlines. */
export interface LineFramer {
  /** The lines this chunk completes. Lines that lie within the chunk are views of it, not copies. */
  push(chunk: Buffer): readonly Frame[];
  /** What was left without a newline when the stream ended. */
  end(): readonly Frame[];
}

/** A line's limit unless told otherwise: 64 MiB. */
export const defaultLineLimit = 64 * 1024 * 1024;

const newline = 0x0a;
const headBytes = 1024;
const none: readonly Frame[] = [];

/**
 * A framer for lines of at most `limit` bytes, newline included. A line that comes in many chunks is gathered in a
 * buffer that doubles, so that time stays linear and a trickle of single bytes costs no more than twice their size.
 */
export function makeLineFramer(limit: number = defaultLineLimit): LineFramer {
  let gathered = Buffer.alloc(0);
  let held = 0;
  let discarding = false;

  function gather(part: Buffer): void {
    const needed = held + part.length;
    if (needed > gathered.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(needed, gathered.length * 2, 4096));
      gathered.copy(grown, 0, 0, held);
      gathered = grown;
    }
    part.copy(gathered, held);
    held = needed;
  }

  /** Hands the gathered bytes out for good: the next line gets a buffer of its own. */
  function take(): Buffer {
    const line = gathered.subarray(0, held);
    gathered = Buffer.alloc(0);
    held = 0;
    return line;
  }

  function giveUp(part: Buffer): TooLong {
    if (held < headBytes) gather(part.subarray(0, headBytes));
    const head = Buffer.from(take().subarray(0, headBytes));
    return { tooLong: true, head };
  }

  function push(chunk: Buffer): readonly Frame[] {
    const frames: Frame[] = [];
    let start = 0;
    for (;;) {
      const at = chunk.indexOf(newline, start);
      const end = at < 0 ? chunk.length : at + 1;
      const part = start === 0 && end === chunk.length ? chunk : chunk.subarray(start, end);
      if (!discarding) {
        if (held + part.length > limit) {
          frames.push(giveUp(part));
          discarding = true;
        } else if (at < 0) {
          if (part.length > 0) gather(part);
        } else if (held > 0) {
          gather(part);
          frames.push(take());
        } else {
          frames.push(part);
        }
      }
      if (at < 0) return frames;
      discarding = false;
      start = end;
      if (start === chunk.length) return frames;
    }
  }

  function end(): readonly Frame[] {
    const rest = held > 0 && !discarding ? [take()] : none;
    discarding = false;
    return rest;
  }

  return { push, end };
}
