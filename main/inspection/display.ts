import { codePointName, type HiddenKind, mayHide } from './code-points.ts';
import { codePointsOf, hiddenRuns } from './hidden-unicode.ts';
import { type Masker, maskSecrets } from './mask.ts';

/** How an untrusted text is to be shown. */
export interface Show {
  /** Keep line breaks (a description, arguments); otherwise they are made visible too. */
  readonly lines?: boolean;
  /** Longest text taken over, in UTF-16 units; the middle of a longer one is left out and said so. */
  readonly most?: number;
}

const usualMost = 20_000;
const count = new Intl.NumberFormat('en-US');

/**
 * Makes an untrusted text safe to show: control, direction and invisible characters become `⟨U+202E⟩`, long runs
 * of blanks and of combining marks are shortened, the middle of a very long text is left out. What already looks
 * like such a mark is marked itself, so nothing can be imitated. Ordinary emoji, Arabic and Indic text stay.
 */
export function showText(text: string, { lines = false, most = usualMost }: Show = {}): string {
  if (text.length <= most) return visible(text, lines);
  const head = boundary(text, Math.floor(most * 0.7));
  const tail = boundary(text, text.length - (most - Math.floor(most * 0.7)));
  const left = count.format(tail - head);
  const gap = lines ? '\n' : ' ';
  const note = `${gap}⟨… ${left} characters not shown …⟩${gap}`;
  return visible(text.slice(0, head), lines) + note + visible(text.slice(tail), lines);
}

/** An index that does not split a surrogate pair. */
const boundary = (text: string, at: number): number => {
  const low = text.charCodeAt(at);
  const high = text.charCodeAt(at - 1);
  const splits = low >= 0xdc00 && low <= 0xdfff && high >= 0xd800 && high <= 0xdbff;
  return splits ? at - 1 : at;
};

const imitates = /[⟨⟩]/g;
const lineBreaks = /\r\n|[\n\r]/g;
const blanks = /[ \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]{17,}/g;
const emptyLines = /\n(?:[ \t]*\n){4,}/g;
const marks = /(\p{M}{8})(\p{M}+)/gu;
const oddBlanks = /[\u1680\u2000-\u200a\u202f\u205f]/g;

const named = (text: string): string =>
  Array.from(text, (one) => `⟨${codePointName(one.codePointAt(0) ?? 0)}⟩`).join('');

function visible(text: string, lines: boolean): string {
  const marked = text.replace(imitates, named);
  const shown = mayHide(marked) ? withoutHidden(marked) : marked;
  const broken = shown.replace(lineBreaks, (one) =>
    one === '\r' ? '⟨U+000D⟩' : lines ? '\n' : '⟨U+000A⟩',
  );
  return broken
    .replace(blanks, (run) => ` ⟨${run.length} blanks⟩ `)
    .replace(emptyLines, (run) => `\n⟨${run.split('\n').length - 2} empty lines⟩\n`)
    .replace(oddBlanks, named)
    .replace(
      marks,
      (_all, kept: string, rest: string) => `${kept}⟨${Array.from(rest).length} marks⟩`,
    );
}

/** Direction marks are shown even where ordinary: in a prompt they could still move what stands beside them. */
const always: ReadonlySet<HiddenKind> = new Set([
  'bidi',
  'bidi-override',
  'bidi-mark',
  'escape',
  'control',
]);

function withoutHidden(text: string): string {
  const points = codePointsOf(text);
  const parts: string[] = [];
  let from = 0;
  const copy = (end: number) => {
    for (; from < end; from += 1) parts.push(String.fromCodePoint(points[from] ?? 0));
  };
  for (const { kind, at, end, severity } of hiddenRuns(text, points)) {
    if (severity === undefined && !always.has(kind)) continue;
    copy(at);
    const shown = Math.min(end, at + 8);
    for (from = at; from < shown; from += 1) parts.push(`⟨${codePointName(points[from] ?? 0)}⟩`);
    if (end > shown) parts.push(`⟨${end - shown} more⟩`);
    from = end;
  }
  copy(points.length);
  return parts.join('');
}

const token = /[{}[\],:]|"(?:[^"\\]|\\.)*"|[^\s{}[\],:"]+/gs;
const deepestIndent = 40;

/**
 * Pretty-prints a JSON text for people: order, repeated keys and the digits of numbers stay as they were sent,
 * secrets are masked, escapes of printable characters are resolved, hidden characters made visible. A text that is
 * no JSON is shown as text. `mask` is the masker of the connection where there is one.
 */
export function showJson(text: string, show: Show = {}, mask: Masker = maskSecrets): string {
  const masked = mask(text).text;
  const printed = isJson(masked) ? indented(masked) : masked;
  return showText(printed, { ...show, lines: true });
}

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

/** Indents a valid JSON text by two blanks a level. */
function indented(text: string): string {
  const parts: string[] = [];
  let depth = 0;
  let previous = '';
  const line = () => `\n${'  '.repeat(Math.min(depth, deepestIndent))}`;
  for (const [raw] of text.matchAll(token)) {
    const closes = raw === '}' || raw === ']';
    if (closes) depth -= 1;
    const opened = previous === '{' || previous === '[';
    if ((opened && !closes) || previous === ',' || (closes && !opened)) parts.push(line());
    parts.push(raw === ':' ? ': ' : raw.startsWith('"') ? resolved(raw) : raw);
    if (raw === '{' || raw === '[') depth += 1;
    previous = raw;
  }
  return parts.join('');
}

/** `"\u0072m"` reads `"rm"`: an escape must not hide a word from the reader. */
const resolved = (raw: string): string =>
  raw.includes('\\') ? JSON.stringify(JSON.parse(raw)) : raw;
