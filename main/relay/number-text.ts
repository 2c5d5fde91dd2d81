/**
 * One spelling for each decimal value of a JSON number: `1.0`, `1` and `10e-1` give the same text, and no two different
 * values do, however many digits they have. `-0` stays apart from `0`, because a double drops the sign in JSON.
 */
export function decimalForm(lexeme: string): string {
  const parts = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(lexeme);
  if (parts === null) return lexeme;
  const [, sign = '', whole = '', fraction = '', exponentText = '0'] = parts;
  const digits = trimZeros(whole + fraction);
  if (digits.significant === '') return `${sign}0`;
  const exponent = Number(exponentText);
  // Beyond this the sum below would round; the spelling itself is then the only safe form.
  if (!Number.isSafeInteger(exponent) || Math.abs(exponent) > 1e15) return lexeme;
  return `${sign}${digits.significant}e${exponent - fraction.length + digits.trailing}`;
}

/** Significant digits without zeros at either end, and how many zeros stood at the right. Linear in the length. */
function trimZeros(digits: string): { significant: string; trailing: number } {
  let start = 0;
  let end = digits.length;
  while (start < end && digits[start] === '0') start += 1;
  while (end > start && digits[end - 1] === '0') end -= 1;
  return { significant: digits.slice(start, end), trailing: digits.length - end };
}

/** True where a double holds the value of this JSON number exactly as written, so that JSON.parse loses nothing. */
export function roundTrips(lexeme: string): boolean {
  // Fifteen significant digits always survive a double (IEEE 754 binary64).
  if (lexeme.length <= 15 && !/^-0|[eE]/.test(lexeme)) return true;
  const value = Number(lexeme);
  return Number.isFinite(value) && decimalForm(lexeme) === decimalForm(String(value));
}
