import type { Finding, Severity } from '../../shared/finding.ts';
import { codePointName, type HiddenKind, hiddenKind, mayHide } from './code-points.ts';
import { finding } from './detector.ts';

/** A hidden character, or a run of them, that no legitimate writing explains. */
export interface Hidden {
  readonly kind: HiddenKind;
  /** First code point of the run. */
  readonly point: number;
  readonly count: number;
  /** How grave: `high` where the use can only mislead. */
  readonly severity: Severity;
  /** What a run of tag characters spells out, at most 200 characters. */
  readonly spells?: string;
}

const pictograph = /^[\p{Extended_Pictographic}\p{Emoji_Modifier}\u{1f1e6}-\u{1f1ff}]$/u;
const emojiBase = /^[\p{Emoji}\p{Extended_Pictographic}]$/u;
const joining =
  /^[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Mongolian}\p{Script=Nko}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Gurmukhi}\p{Script=Gujarati}\p{Script=Oriya}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Sinhala}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Tibetan}]$/u;
const unspaced =
  /^[\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Tibetan}]$/u;
const rightToLeft =
  /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;
const varied = /^[\p{Script=Han}\p{Script=Mongolian}\p{Script=Myanmar}\p{Sm}\p{So}\p{Emoji}]$/u;
const letter = /^[\p{L}\p{N}]$/u;

/** A flag of a region: a black flag, up to six tag letters or digits, and the closing tag (UTS #51). */
const flagLetters = /^[a-z]{2}[a-z0-9]{1,4}\u007f$/;

/**
 * Lists the hidden characters of a text that ordinary writing does not explain. Joiners inside emoji and in
 * Arabic or Indic words, direction marks in right-to-left text, presentation selectors after one emoji, and flags
 * made of tag characters are ordinary. Linear; at most 64 runs are returned.
 */
export function hiddenCharacters(text: string): readonly Hidden[] {
  if (!mayHide(text)) return [];
  const points = codePointsOf(text);
  const found: Hidden[] = [];
  for (const { kind, at, end, severity } of hiddenRuns(text, points)) {
    if (severity !== undefined) found.push(hidden(kind, points, at, end, severity));
    if (found.length === 64) break;
  }
  return found;
}

/** The code points of a text; half surrogate pairs stay as they are. */
export const codePointsOf = (text: string): readonly number[] =>
  Array.from(text, (character) => character.codePointAt(0) ?? 0);

/** A run of hidden code points of one kind; without a severity its use is an ordinary one. */
export interface HiddenRun {
  readonly kind: HiddenKind;
  readonly at: number;
  readonly end: number;
  readonly severity: Severity | undefined;
}

/** Every run of hidden code points of a text, ordinary uses included, in order. */
export function* hiddenRuns(text: string, points: readonly number[]): Generator<HiddenRun> {
  const directed = rightToLeft.test(text);
  for (let at = 0; at < points.length; ) {
    const kind = hiddenKind(points[at] ?? 0);
    if (kind === undefined) {
      at += 1;
      continue;
    }
    let end = at + 1;
    while (end < points.length && hiddenKind(points[end] ?? 0) === kind) end += 1;
    yield { kind, at, end, severity: judge(kind, points, at, end, directed) };
    at = end;
  }
}

function hidden(
  kind: HiddenKind,
  points: readonly number[],
  at: number,
  end: number,
  severity: Severity,
): Hidden {
  const base = { kind, point: points[at] ?? 0, count: end - at, severity };
  return kind === 'tag'
    ? { ...base, spells: spelled(points.slice(at, Math.min(end, at + 200))) }
    : base;
}

/** The ASCII text that tag characters stand for (U+E0041 is a hidden A). */
const spelled = (points: readonly number[]): string =>
  points
    .map((point) => point - 0xe0000)
    .filter((code) => code >= 0x20 && code < 0x7f)
    .map((code) => String.fromCharCode(code))
    .join('');

const isA = (pattern: RegExp, point: number | undefined): boolean =>
  point !== undefined && pattern.test(String.fromCodePoint(point));

function judge(
  kind: HiddenKind,
  points: readonly number[],
  at: number,
  end: number,
  directed: boolean,
): Severity | undefined {
  const before = points[at - 1];
  const after = points[end];
  switch (kind) {
    case 'escape':
    case 'bidi-override':
      return 'high';
    case 'tag':
      return before === 0x1f3f4 && flagLetters.test(tagLetters(points, at, end))
        ? undefined
        : 'high';
    case 'bidi':
      return directed ? undefined : 'high';
    case 'bidi-mark':
      return directed ? undefined : 'medium';
    case 'joiner':
      return judgeJoiner(points, at, end);
    case 'zero-width':
      if (isA(unspaced, before) || isA(unspaced, after)) return undefined;
      if (points[at] === 0xfeff && at === 0 && end === 1) return undefined;
      return end - at > 2 || (isA(letter, before) && isA(letter, after)) ? 'high' : 'medium';
    case 'variation':
      if (end - at > 1) return 'high';
      return isA(varied, before) || isA(emojiBase, before) ? undefined : 'medium';
    case 'invisible':
      return end - at > 1 ? 'high' : 'medium';
    case 'control':
      return points[at] === 0x2028 || points[at] === 0x2029 ? 'low' : 'medium';
    case 'soft-hyphen':
    case 'private-use':
    case 'surrogate':
      return 'medium';
    default:
      return kind satisfies never;
  }
}

function judgeJoiner(points: readonly number[], at: number, end: number): Severity | undefined {
  if (end - at > 1) return 'high';
  const before = points[at - 1];
  const after = points[end];
  const base = isA(/^\ufe0f$/, before) ? points[at - 2] : before;
  const inEmoji = isA(pictograph, base) && isA(emojiBase, after);
  if (inEmoji || isA(joining, before)) return undefined;
  return isA(letter, before) && isA(letter, after) ? 'high' : 'medium';
}

const tagLetters = (points: readonly number[], at: number, end: number): string =>
  String.fromCharCode(...points.slice(at, Math.min(end, at + 8)).map((point) => point & 0x7f));

const names: Record<HiddenKind, string> = {
  control: 'a control character',
  escape: 'a terminal escape sequence, which can hide or repaint text',
  'bidi-override': 'a character that reverses the reading direction',
  bidi: 'a character that changes the reading direction',
  'bidi-mark': 'a direction mark',
  'zero-width': 'a character without width',
  joiner: 'a joiner without width',
  invisible: 'an invisible character',
  'soft-hyphen': 'a soft hyphen, invisible inside a line',
  variation: 'variation selectors, which can carry hidden data',
  tag: 'tag characters, which spell out text nobody sees',
  'private-use': 'a private-use character, which has no agreed look',
  surrogate: 'a broken character (half of a surrogate pair)',
};

const order: Record<Severity, number> = { high: 0, medium: 1, low: 2 };

/**
 * The finding `hidden-unicode` for one text, or none: the gravest character names it, the others are counted.
 * `place` says where the text stands (`description`, `arguments`).
 */
export function hiddenUnicode(text: string, place: string): readonly Finding[] {
  const all = hiddenCharacters(text);
  const [worst] = [...all].sort((a, b) => order[a.severity] - order[b.severity]);
  if (worst === undefined) return [];
  const many = all.reduce((sum, one) => sum + one.count, 0);
  const total = many > 1 ? `, ${many} hidden characters in all` : '';
  const spells = worst.spells ? ` They read: "${worst.spells.replaceAll('"', "'")}".` : '';
  const message = `The text holds ${names[worst.kind]} (${codePointName(worst.point)}${total}): what you see is not all that is there.${spells}`;
  return [finding('hidden-unicode', worst.severity, place, message, 'MCP03')];
}
