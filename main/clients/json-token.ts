/**
 * The token kinds of jsonc-parser's scanner that Airlock looks at. The package declares them as a const enum, which
 * does not survive a compiler that reads one file at a time.
 */
export const token = {
  openBrace: 1,
  closeBrace: 2,
  openBracket: 3,
  closeBracket: 4,
  comma: 5,
  lineComment: 12,
  blockComment: 13,
  end: 17,
} as const;
