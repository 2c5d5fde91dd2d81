import { type RuleText, splitRules } from './rule-text.ts';

/** A place in a policy text, both from 1; columns count UTF-16 units, as editors do. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** A rule with where it starts in its text. */
export interface PlacedRule extends RuleText {
  /** The column of its first character. */
  readonly column: number;
}

/** Cuts a policy text into rules like `splitRules` and finds the column of each. */
export function placeRules(source: string, stopAtNewline = false): PlacedRule[] {
  let from = 0;
  let line = 1;
  let lineStart = 0;
  return splitRules(source, stopAtNewline).map((rule) => {
    // Never before its line, where a comment may hold the same words.
    for (; line < rule.line; line += 1) lineStart = source.indexOf('\n', lineStart) + 1;
    const start = source.indexOf(rule.text, Math.max(from, lineStart));
    from = start + rule.text.length;
    return { ...rule, column: start - lineStart + 1 };
  });
}

/** Where a byte (UTF-8, as Cedar counts) of a rule stands in the whole text. */
export function placeOf(rule: PlacedRule, byte: number): Place {
  const before = Buffer.from(rule.text, 'utf8').subarray(0, byte).toString('utf8').split('\n');
  const last = before.at(-1) ?? '';
  const lines = before.length - 1;
  return { line: rule.line + lines, column: last.length + (lines === 0 ? rule.column : 1) };
}
