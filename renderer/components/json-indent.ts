/**
 * Lays compact JSON out over lines, two spaces deep, without reading its values: numbers of any length, repeated
 * keys and escapes stay as they were written. Text that is no JSON object or array comes back as it is.
 */
export function jsonIndent(text: string): string {
  if (!/^\s*[{[]/.test(text)) return text;
  const out: string[] = [];
  let depth = 0;
  const line = () => out.push('\n', '  '.repeat(Math.max(0, depth)));
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (character === '"') {
      const end = stringEnd(text, at);
      out.push(text.slice(at, end));
      at = end - 1;
    } else if (character === '{' || character === '[') {
      const close = nextMark(text, at + 1);
      if (text[close] === '}' || text[close] === ']') {
        out.push(character, text[close] ?? '');
        at = close;
      } else {
        out.push(character);
        depth += 1;
        line();
      }
    } else if (character === '}' || character === ']') {
      depth -= 1;
      line();
      out.push(character);
    } else if (character === ',') {
      out.push(character);
      line();
    } else if (character === ':') {
      out.push(': ');
    } else if (!/\s/.test(character)) {
      out.push(character);
    }
  }
  return out.join('');
}

/** Just past the quote that ends the string which begins at `start`. */
function stringEnd(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '"') return at + 1;
  }
  return text.length;
}

function nextMark(text: string, from: number): number {
  let at = from;
  while (at < text.length && /\s/.test(text[at] ?? '')) at += 1;
  return at;
}
