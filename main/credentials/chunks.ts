/** The most characters one keychain item holds everywhere: Windows allows 2,560 bytes, stored as UTF-16. */
export const chunkLength = 1_200;

/**
 * A text in pieces that fit one keychain item each; the first begins with their number. Pure, and
 * `joinChunks(splitChunks(text))` is the text.
 */
export function splitChunks(text: string, length = chunkLength): string[] {
  const pieces: string[] = [];
  for (let at = 0; at < text.length || at === 0; at += length)
    pieces.push(text.slice(at, at + length));
  return [`${pieces.length}:${pieces[0] ?? ''}`, ...pieces.slice(1)];
}

/** How many pieces a first one announces; undefined where it is none of ours. */
export function chunkCount(first: string): number | undefined {
  const count = Number(/^(\d{1,4}):/.exec(first)?.[1]);
  return Number.isInteger(count) && count > 0 ? count : undefined;
}

/** The text of pieces that `splitChunks` made. */
export const joinChunks = (pieces: readonly string[]): string =>
  pieces.map((piece, n) => (n === 0 ? piece.slice(piece.indexOf(':') + 1) : piece)).join('');
