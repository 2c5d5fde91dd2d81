/** A piece of JSON text as it is coloured. The pieces of a text, joined, are the text. */
export interface JsonSpan {
  readonly kind: 'key' | 'string' | 'literal' | 'mark';
  readonly text: string;
}

const token = /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d[\d.eE+-]*|true|false|null)|[^"\w-]+|./gsu;

/** Longer texts stay uncoloured: a text without its closing quote costs a scan for each quote in it. */
const maxColoured = 50_000;

/**
 * Splits pretty-printed JSON into keys, strings, literals and the marks between. It never throws and never drops a
 * character: text that is no JSON is shown as it is, only coloured oddly.
 */
export function jsonSpans(text: string): JsonSpan[] {
  if (text.length > maxColoured) return [{ kind: 'mark', text }];
  const spans: JsonSpan[] = [];
  const add = (kind: JsonSpan['kind'], piece: string) => {
    const last = spans.at(-1);
    if (last?.kind === kind) spans[spans.length - 1] = { kind, text: last.text + piece };
    else spans.push({ kind, text: piece });
  };
  for (const [whole, quoted, colon, literal] of text.matchAll(token)) {
    if (quoted !== undefined) {
      add(colon === undefined ? 'string' : 'key', quoted);
      if (colon !== undefined) add('mark', colon);
    } else {
      add(literal === undefined ? 'mark' : 'literal', whole);
    }
  }
  return spans;
}
