/** A whole line with its end as it came, or bytes of one that is too long to be held. */
export interface Piece {
  readonly bytes: Buffer;
  readonly whole: boolean;
}

/** Cuts a byte stream into lines. */
export interface LineCutter {
  push(chunk: Buffer): readonly Piece[];
  /** What was left without a newline; the cutter is empty then. */
  rest(): Buffer;
}

const newline = 0x0a;
const firstRoom = 4096;

/**
 * A cutter for lines of at most `limit` bytes, newline included. A longer one is handed on in the pieces it comes in, so
 * that whoever reads next can judge it.
 */
export function makeLineCutter(limit: number): LineCutter {
  let held = Buffer.alloc(0);
  let used = 0;
  let long = false;

  function gather(part: Buffer) {
    if (used + part.length > held.length) {
      // Doubling keeps a trickle of single bytes linear.
      const room = Buffer.allocUnsafeSlow(Math.max(firstRoom, 2 * held.length, used + part.length));
      held.copy(room, 0, 0, used);
      held = room;
    }
    part.copy(held, used);
    used += part.length;
  }

  function take(): Buffer {
    const bytes = held.subarray(0, used);
    held = Buffer.alloc(0);
    used = 0;
    return bytes;
  }

  return {
    push(chunk) {
      const pieces: Piece[] = [];
      let start = 0;
      while (start < chunk.length) {
        const at = chunk.indexOf(newline, start);
        const end = at < 0 ? chunk.length : at + 1;
        const part = chunk.subarray(start, end);
        start = end;
        if (long || used + part.length > limit) {
          if (used > 0) pieces.push({ bytes: take(), whole: false });
          pieces.push({ bytes: part, whole: false });
          long = at < 0;
        } else if (at >= 0 && used === 0) {
          pieces.push({ bytes: part, whole: true });
        } else {
          gather(part);
          if (at >= 0) pieces.push({ bytes: take(), whole: true });
        }
      }
      return pieces;
    },
    rest: take,
  };
}
