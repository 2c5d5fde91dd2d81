/** Why a character does not show as what it is. */
export type HiddenKind =
  | 'control'
  | 'escape'
  | 'bidi-override'
  | 'bidi'
  | 'bidi-mark'
  | 'zero-width'
  | 'joiner'
  | 'invisible'
  | 'soft-hyphen'
  | 'variation'
  | 'tag'
  | 'private-use'
  | 'surrogate';

/** One pass decides whether a text needs a closer look at all; no quantifier, so linear. */
const suspicious =
  // biome-ignore lint/suspicious/noMisleadingCharacterClass: marks stand in it as single code points
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ud800-\udfff\ue000-\uf8ff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff]|\u034f/;

/** Whether the text holds any character that could be hidden; false is certain, true only means "look closer". */
export const mayHide = (text: string): boolean => suspicious.test(text);

/**
 * Why a code point does not show as itself, or undefined for an ordinary one. Tab, line feed and carriage return
 * count as ordinary. Whether a use is legitimate (a joiner in an emoji) is for the caller, who sees the context.
 */
export function hiddenKind(point: number): HiddenKind | undefined {
  if (point < 0x20) {
    if (point === 9 || point === 10 || point === 13) return undefined;
    return point === 0x1b ? 'escape' : 'control';
  }
  if (point < 0x7f) return undefined;
  if (point <= 0x9f) return point === 0x9b ? 'escape' : 'control';
  if (point === 0xad) return 'soft-hyphen';
  if (point < 0x034f) return undefined;
  return point < 0xd800 ? hiddenInBasicPlane(point) : hiddenAbove(point);
}

function hiddenInBasicPlane(point: number): HiddenKind | undefined {
  if (point === 0x061c || point === 0x200e || point === 0x200f) return 'bidi-mark';
  if (point === 0x202d || point === 0x202e) return 'bidi-override';
  if ((point >= 0x202a && point <= 0x202c) || (point >= 0x2066 && point <= 0x2069)) return 'bidi';
  if (point === 0x200c || point === 0x200d) return 'joiner';
  if (point === 0x200b || point === 0x2060 || point === 0x180e) return 'zero-width';
  if (point >= 0x180b && point <= 0x180f) return 'variation';
  if (point === 0x2028 || point === 0x2029) return 'control';
  if (point >= 0x2061 && point <= 0x206f) return 'invisible';
  return invisibleLetters.has(point) ? 'invisible' : undefined;
}

/** Fillers and marks that occupy a place in the text and nothing on the screen (U+2800 is the blank braille cell). */
const invisibleLetters = new Set([0x034f, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x2800, 0x3164]);

function hiddenAbove(point: number): HiddenKind | undefined {
  if (point <= 0xdfff) return 'surrogate';
  if (point <= 0xf8ff) return 'private-use';
  if (point >= 0xfe00 && point <= 0xfe0f) return 'variation';
  if (point === 0xfeff) return 'zero-width';
  if (point === 0xffa0 || (point >= 0xfff0 && point <= 0xfffb)) return 'invisible';
  if (point >= 0x1d173 && point <= 0x1d17a) return 'invisible';
  if (point >= 0xe0000 && point <= 0xe007f) return 'tag';
  if (point >= 0xe0100 && point <= 0xe01ef) return 'variation';
  if (point >= 0xe0000 && point <= 0xe0fff) return 'invisible';
  if (point >= 0xf0000) return 'private-use';
  return (point & 0xfffe) === 0xfffe ? 'invisible' : undefined;
}

/** How a code point is written for people: `U+202E`. */
export const codePointName = (point: number): string =>
  `U+${point.toString(16).toUpperCase().padStart(4, '0')}`;
