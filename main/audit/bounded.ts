/**
 * A text cut to at most `limit` bytes of UTF-8, never in the middle of a character, with a mark that says how long it
 * was: `total` bytes. The mark is not counted.
 */
export function bounded(text: string, limit: number, total = Buffer.byteLength(text)): string {
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length <= limit) return total > limit ? `${text}${mark(total)}` : text;
  let end = limit;
  while (((bytes[end] ?? 0) & 0b1100_0000) === 0b1000_0000) end -= 1;
  return `${bytes.toString('utf8', 0, end)}${mark(total)}`;
}

const mark = (total: number) => `… (cut, ${total} bytes in all)`;
