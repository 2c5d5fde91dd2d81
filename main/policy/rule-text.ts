/** One rule as written: its text from the first annotation to the semicolon, and the line it starts on (from 1). */
export interface RuleText {
  readonly text: string;
  readonly line: number;
}

/**
 * Cuts a policy text into its rules at the semicolons outside strings and comments; in Cedar a semicolon stands
 * nowhere else. With `stopAtNewline` a string that is not closed ends with its line, so that one missing quote
 * spoils one rule and not the rest of the file. What follows the last semicolon counts as a rule of its own.
 */
export function splitRules(source: string, stopAtNewline = false): RuleText[] {
  const rules: RuleText[] = [];
  const token = stopAtNewline
    ? /\/\/[^\n]*|"(?:[^"\\\n]|\\[^\n])*(?:"|(?=\n)|$)|;/g
    : /\/\/[^\n]*|"(?:[^"\\]|\\[\s\S])*(?:"|$)|;/g;
  let start = 0;
  let line = 1;
  const take = (end: number) => {
    const whole = source.slice(start, end);
    const lead = leadOf(whole);
    const text = whole.slice(lead).trimEnd();
    if (text !== '') rules.push({ text, line: line + newlines(whole.slice(0, lead)) });
    line += newlines(whole);
    start = end;
  };
  for (const match of source.matchAll(token)) {
    if (match[0] === ';') take(match.index + 1);
  }
  take(source.length);
  return rules;
}

/** The length of the blanks and comments before a rule. */
const leadOf = (text: string): number => /^(?:\s+|\/\/[^\n]*)*/.exec(text)?.[0].length ?? 0;

const newlines = (text: string): number => text.split('\n').length - 1;

/** The line of a place in a rule. Cedar counts in bytes of UTF-8. */
export const lineOf = (rule: RuleText, byte: number): number =>
  rule.line + newlines(Buffer.from(rule.text, 'utf8').subarray(0, byte).toString('utf8'));

/**
 * Whether a rule that does not parse can only be a permit. Losing a permit allows nothing; of everything else it
 * must be assumed that it forbids.
 */
export function isSurelyPermit(text: string): boolean {
  const bare = text.replace(/\/\/[^\n]*|"(?:[^"\\]|\\[\s\S])*(?:"|$)/g, ' ');
  const head = bare.replace(/^(?:\s*@[A-Za-z_]\w*\s*(?:\([^)]*\))?)*\s*/, '');
  return /^permit\s*\(/.test(head) && !/\b(?:forbid|permit)\b/.test(head.slice('permit'.length));
}
