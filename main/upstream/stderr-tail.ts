/** The end of what a server wrote to its error stream, for people. */
export interface StderrTail {
  take(chunk: Buffer): void;
  /** At most the last 8 KiB, secrets masked. */
  text(): string;
  /** The last line that holds more than white space, masked and cut to 300 characters; empty where there is none. */
  lastLine(): string;
}

const keptBytes = 8 * 1024;

/**
 * Keeps the end of an error stream. Twice as much is held raw as is ever shown, and the mask runs over it as a whole:
 * a secret that came in two pieces, or whose first half fell off the front, is not shown in part.
 */
export function makeStderrTail(mask: (text: string) => string): StderrTail {
  let raw = Buffer.alloc(0);
  let cut = false;

  function text(): string {
    const held = raw.toString('utf8');
    // What was cut begins in the middle of something that the mask can no longer know.
    const whole = cut ? held.slice(held.indexOf('\n') + 1 || keptBytes) : held;
    return tail(mask(whole));
  }

  return {
    take(chunk) {
      raw = Buffer.concat([raw, chunk]);
      if (raw.length <= 2 * keptBytes) return;
      raw = Buffer.from(raw.subarray(-2 * keptBytes));
      cut = true;
    },
    text,
    lastLine() {
      const line = text().trimEnd().split(/\r?\n/).at(-1) ?? '';
      return line.trim().slice(0, 300);
    },
  };
}

/** The last 8 KiB of a text, from the beginning of a character. */
function tail(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= keptBytes) return text;
  let from = bytes.length - keptBytes;
  while (((bytes[from] ?? 0) & 0xc0) === 0x80) from += 1;
  return bytes.toString('utf8', from);
}
