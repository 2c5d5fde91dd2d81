/**
 * Text that shows what it holds: control characters, invisible characters and those that turn the direction of writing
 * become `\u{…}`, so that nothing in a config can hide or forge what a person reads. Tabs stay.
 */
export function visibleText(text: string): string {
  return text.replace(
    /(?!\t)[\p{Cc}\p{Cf}\p{Cs}\p{Co}\u2028\u2029\u115f\u1160\u3164\uffa0]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
