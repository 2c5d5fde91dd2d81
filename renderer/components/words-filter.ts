/** Says whether every word of `text` stands in one of the fields; case does not matter, and no words fit all. */
export function wordsFilter(text: string): (...fields: readonly string[]) => boolean {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return (...fields) => {
    const all = fields.join('\n').toLowerCase();
    return words.every((word) => all.includes(word));
  };
}
