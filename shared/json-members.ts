/** Where a value stands in a JSON text, in UTF-16 units: from `start` up to, not including, `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Nesting beyond this is refused before any parser sees it: no MCP message comes near, and readers may overflow. */
export const maxDepth = 512;

/** What a scan returns in place of an end: the text stopped short, or nests deeper than `maxDepth`. */
export const brokenText = -1;
export const tooDeep = -2;

const quote = 0x22;
const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const comma = 0x2c;
const colon = 0x3a;

/** The first index at or after `at` that holds no JSON white space. */
export function skipSpace(text: string, at: number): number {
  let index = at;
  while (index < text.length) {
    const c = text.charCodeAt(index);
    if (c !== 0x20 && c !== 0x0a && c !== 0x0d && c !== 0x09) break;
    index += 1;
  }
  return index;
}

/** The index after the string whose opening quote stands at `at`, or `brokenText`. */
export function skipString(text: string, at: number): number {
  let end = at;
  for (;;) {
    end = text.indexOf('"', end + 1);
    if (end < 0) return brokenText;
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === backslash) slashes += 1;
    if (slashes % 2 === 0) return end + 1;
  }
}

/**
 * The index after the value that starts at `at` inside `depth` open containers, or `brokenText` or `tooDeep`.
 * It trusts that the text is JSON and only finds where values end: whoever needs validity runs JSON.parse as well.
 */
export function skipValue(text: string, at: number, depth: number): number {
  const first = text.charCodeAt(at);
  if (first === quote) return skipString(text, at);
  if (first === openBrace || first === openBracket) return skipContainer(text, at, depth);
  let index = at;
  while (index < text.length) {
    const c = text.charCodeAt(index);
    if (c === comma || c === closeBrace || c === closeBracket || c <= 0x20) break;
    index += 1;
  }
  return index === at ? brokenText : index;
}

/** Walks without recursion, so that a text of a hundred thousand brackets costs no stack. */
function skipContainer(text: string, at: number, depth: number): number {
  let open = depth;
  let index = at;
  while (index < text.length) {
    const c = text.charCodeAt(index);
    if (c === quote) {
      index = skipString(text, index);
      if (index < 0) return brokenText;
      continue;
    }
    index += 1;
    if (c === openBrace || c === openBracket) {
      open += 1;
      if (open > maxDepth) return tooDeep;
    } else if (c === closeBrace || c === closeBracket) {
      open -= 1;
      if (open === depth) return index;
    }
  }
  return brokenText;
}

/**
 * Visits the members of the object whose brace stands at `at`. `visit` gets the unescaped key and where its value
 * starts, and returns where that ends (usually by `skipValue` with `depth + 1`). Returns the index after the object.
 */
export function scanObject(
  text: string,
  at: number,
  visit: (key: string, valueStart: number) => number,
): number {
  let index = skipSpace(text, at + 1);
  if (text.charCodeAt(index) === closeBrace) return index + 1;
  for (;;) {
    if (text.charCodeAt(index) !== quote) return brokenText;
    const keyEnd = skipString(text, index);
    if (keyEnd < 0) return brokenText;
    const key = unescapeKey(text.slice(index + 1, keyEnd - 1));
    index = skipSpace(text, keyEnd);
    if (text.charCodeAt(index) !== colon) return brokenText;
    index = visit(key, skipSpace(text, index + 1));
    if (index < 0) return index;
    index = skipSpace(text, index);
    const c = text.charCodeAt(index);
    if (c === closeBrace) return index + 1;
    if (c !== comma) return brokenText;
    index = skipSpace(text, index + 1);
  }
}

/** Visits where each element of the array at `at` starts; `visit` returns where it ends. Returns the index after the array. */
export function scanArray(text: string, at: number, visit: (start: number) => number): number {
  let index = skipSpace(text, at + 1);
  if (text.charCodeAt(index) === closeBracket) return index + 1;
  for (;;) {
    index = visit(index);
    if (index < 0) return index;
    index = skipSpace(text, index);
    const c = text.charCodeAt(index);
    if (c === closeBracket) return index + 1;
    if (c !== comma) return brokenText;
    index = skipSpace(text, index + 1);
  }
}

/** A key as a JSON reader sees it: `met\u0068od` is `method`. A bad escape stays as it is; JSON.parse will reject it. */
export function unescapeKey(raw: string): string {
  if (!raw.includes('\\')) return raw;
  try {
    return String(JSON.parse(`"${raw}"`));
  } catch {
    return raw;
  }
}

/** The spans of the members of an object in a text known to be JSON, by key; of a repeated key the last. */
export function memberSpans(text: string, at: number): Map<string, Span> {
  const spans = new Map<string, Span>();
  scanObject(text, at, (key, start) => {
    const end = skipValue(text, start, 0);
    if (end >= 0) spans.set(key, { start, end });
    return end;
  });
  return spans;
}

/** The spans of the elements of an array in a text known to be JSON. */
export function elementSpans(text: string, at: number): Span[] {
  const spans: Span[] = [];
  scanArray(text, at, (start) => {
    const end = skipValue(text, start, 0);
    if (end >= 0) spans.push({ start, end });
    return end;
  });
  return spans;
}
