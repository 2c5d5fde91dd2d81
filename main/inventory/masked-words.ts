/** What stands where a secret was; scans of configs write the same. */
const hidden = '••••••';

/**
 * The words of a command line with their secrets masked. A word after a flag (`--token x`) is also judged together
 * with the flag, as `--token=x`. Pure.
 */
export function maskedWords(
  words: readonly string[],
  mask: (text: string) => string,
): readonly string[] {
  return words.map((word, index) => {
    const flag = words[index - 1];
    if (flag !== undefined && /^-[^=\s]+$/.test(flag) && !word.startsWith('-')) {
      const together = `${flag}=${word}`;
      if (mask(together) !== together) return hidden;
    }
    return mask(word);
  });
}

/** What a client fills in when it starts an entry, in any client's spelling, and what a mask has hidden. */
const filledIn =
  /•{3,}|\$\{\{[^}]*\}\}|\$\{[^}]*\}|\$[A-Za-z_]\w*|\{(?:env|file):[^}]*\}|%[A-Za-z_]\w*%/;

/** True when a text is what the words of an entry become once a client has filled in its placeholders. Pure. */
export function fillsTemplate(words: readonly string[], text: string): boolean {
  const [first = '', ...parts] = words.join(' ').split(new RegExp(filledIn, 'g'));
  if (parts.length === 0) return first === text;
  if (!text.startsWith(first)) return false;
  const last = parts.pop() ?? '';
  let at = first.length;
  for (const part of parts) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}
