/** A line that grew beyond the limit; the rest of it is thrown away as it comes. */
interface TooLong {
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

/** Pieces smaller than this are copied together, so that a trickle of single bytes costs no more than they do. */
const smallBytes = 4 * 1024;
const blockBytes = 16 * 1024;

/**
 * A framer for lines of at most `limit` bytes, newline included. The pieces of a line that comes in many chunks are
 * kept as they are and joined once, when the line is whole: time stays linear.
 */
export function makeLineFramer(limit: number = defaultLineLimit): LineFramer {
  let pieces: Buffer[] = [];
  let held = 0;
  let discarding = false;
  /** Where small pieces are copied: `used` bytes of it are taken, the first `sealed` of them by pieces handed on. */
  let block = Buffer.alloc(0);
  let used = 0;
  let sealed = 0;

  function gather(piece: Buffer): void {
    held += piece.length;
    if (piece.length >= smallBytes) {
      seal();
      pieces.push(piece);
      return;
    }
    if (used + piece.length > block.length) {
      seal();
      block = Buffer.allocUnsafeSlow(blockBytes);
      used = 0;
      sealed = 0;
    }
    piece.copy(block, used);
    used += piece.length;
  }

  function seal(): void {
    if (used > sealed) pieces.push(block.subarray(sealed, used));
    sealed = used;
  }

  /** The line whose pieces were gathered. */
  function take(): Buffer {
    seal();
    const [first] = pieces;
    const line = pieces.length === 1 && first !== undefined ? first : Buffer.concat(pieces, held);
    pieces = [];
    held = 0;
    return line;
  }

  function giveUp(piece: Buffer): TooLong {
    if (held < headBytes) gather(piece.subarray(0, headBytes));
    seal();
    const head = Buffer.concat(pieces.map((one) => one.subarray(0, headBytes)).slice(0, headBytes));
    pieces = [];
    held = 0;
    return { tooLong: true, head: Buffer.from(head.subarray(0, headBytes)) };
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
