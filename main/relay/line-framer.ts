/** A line that grew beyond the limit: what lay between its ends was thrown away as it came. */
export interface TooLong {
  readonly tooLong: true;
  /** The first bytes, for a look at what it was. */
  readonly head: Buffer;
  /** The last bytes. */
  readonly tail: Buffer;
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
/** Kept of each end of a line that is too long. */
const endBytes = 1024;
const none: readonly Frame[] = [];

const tooLong = ({ head, tail }: Omit<TooLong, 'tooLong'>): TooLong => ({
  tooLong: true,
  head,
  tail,
});

/** The last bytes of what these pieces make, copied. */
function lastBytes(pieces: readonly Buffer[]): Buffer {
  const last: Buffer[] = [];
  let length = 0;
  for (let at = pieces.length - 1; at >= 0 && length < endBytes; at -= 1) {
    const piece = pieces[at]?.subarray(length - endBytes) ?? Buffer.alloc(0);
    last.unshift(piece);
    length += piece.length;
  }
  return Buffer.concat(last);
}

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
  /** What is kept of a line that is too long, while the rest of it comes. */
  let ends: { readonly head: Buffer; tail: Buffer } | undefined;
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

  function giveUp(piece: Buffer) {
    seal();
    const tail = lastBytes([...pieces, piece]);
    if (held < endBytes) gather(piece.subarray(0, endBytes));
    seal();
    const head = Buffer.concat(pieces.map((one) => one.subarray(0, endBytes)).slice(0, endBytes));
    pieces = [];
    held = 0;
    return { head: Buffer.from(head.subarray(0, endBytes)), tail };
  }

  function push(chunk: Buffer): readonly Frame[] {
    const frames: Frame[] = [];
    let start = 0;
    for (;;) {
      const at = chunk.indexOf(newline, start);
      const end = at < 0 ? chunk.length : at + 1;
      const part = start === 0 && end === chunk.length ? chunk : chunk.subarray(start, end);
      if (ends !== undefined) {
        ends.tail = lastBytes([ends.tail, part]);
      } else {
        if (held + part.length > limit) {
          ends = giveUp(part);
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
      if (ends !== undefined) frames.push(tooLong(ends));
      ends = undefined;
      start = end;
      if (start === chunk.length) return frames;
    }
  }

  function end(): readonly Frame[] {
    if (ends === undefined) return held > 0 ? [take()] : none;
    const long = tooLong(ends);
    ends = undefined;
    return [long];
  }

  return { push, end };
}

/** True for a line of white space alone: no reader takes it for a message, so it passes as it is. */
export function isBlank(line: Buffer): boolean {
  for (const byte of line) {
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return false;
  }
  return true;
}
