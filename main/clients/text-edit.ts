import { createScanner } from 'jsonc-parser';
import { endOf, type Member, members, type Node, type Span } from './config-node.ts';
import { token } from './json-token.ts';

/** Replaces the text from `start` to `end` (UTF-16 units). */
export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Applies edits that do not overlap; at one place an insertion goes before a replacement. Throws when they overlap. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  const sorted = [...edits].sort((a, b) => a.start - b.start || a.end - b.end);
  let out = '';
  let at = 0;
  for (const edit of sorted) {
    if (edit.start < at) throw new Error(`Text edits overlap at ${edit.start}.`);
    out += text.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return out + text.slice(at);
}

/** Puts another value in the place of a node's. */
export const replaceNode = (node: Node, text: string): TextEdit => ({
  start: node.offset,
  end: endOf(node),
  text,
});

/**
 * Takes members out of an object, or items out of a list, with the comma that belongs to each. Lines that would be
 * left blank go too; comments and everything else stay. `siblings` are all children in the order of the file.
 */
export function removeNodes(
  text: string,
  siblings: readonly Node[],
  unwanted: (node: Node) => boolean,
  findComma: (text: string, at: number) => number | undefined = commaAfter,
): TextEdit[] {
  const spans: Span[] = [];
  let lastKept: Span | undefined;
  for (const node of siblings) {
    const end = endOf(node);
    const comma = findComma(text, end);
    const commaSpan = comma === undefined ? undefined : { start: comma, end: comma + 1 };
    if (!unwanted(node)) {
      lastKept = commaSpan;
      continue;
    }
    spans.push({ start: node.offset, end });
    if (commaSpan !== undefined) spans.push(commaSpan);
    // The last one has no comma of its own: the one before it now separates nothing.
    else if (lastKept !== undefined) spans.push(lastKept);
  }
  const inOrder = spans.sort((a, b) => a.start - b.start);
  return joined(text, inOrder).map((span) => tidied(text, span));
}

/** Takes the members with these names out of an object. */
export const removeMembers = (
  text: string,
  object: Node,
  unwanted: (name: string) => boolean,
): TextEdit[] => {
  const gone = new Set(members(object).flatMap(({ name, node }) => (unwanted(name) ? [node] : [])));
  return removeNodes(text, object.children ?? [], (node) => gone.has(node));
};

/** Adds a member behind another one, with that one's line break, indentation and spacing around the colon. */
export function insertAfter(
  text: string,
  member: Member,
  added: readonly { readonly key: string; readonly value: string }[],
): TextEdit {
  const between = text.slice(endOf(member.key), member.value.offset);
  const colon = /^[ \t]*:[ \t]*$/.test(between) ? between : ': ';
  const separator = separatorBefore(text, member.node.offset) || (colon === ':' ? '' : ' ');
  const lines = added.map(({ key, value }) => `,${separator}${key}${colon}${value}`);
  const at = endOf(member.value);
  return { start: at, end: at, text: lines.join('') };
}

/** Adds members at the end of an object. */
export function appendMembers(
  text: string,
  object: Node,
  added: readonly { readonly key: string; readonly value: string }[],
): TextEdit {
  const last = members(object).at(-1);
  if (last !== undefined) return insertAfter(text, last, added);
  const at = object.offset + 1;
  const inside = added.map(({ key, value }) => `${key}: ${value}`).join(', ');
  return { start: at, end: at, text: ` ${inside} ` };
}

/** The line break and indentation before a place, or a space where it stands behind other text with blanks between. */
export function separatorBefore(text: string, at: number): string {
  let start = at;
  while (isBlank(text[start - 1])) start -= 1;
  if (!isBreak(text[start - 1])) return start === at ? '' : ' ';
  start -= text[start - 1] === '\n' && text[start - 2] === '\r' ? 2 : 1;
  return text.slice(start, at);
}

/** True when the text, read as JSON, holds a comment. */
export function hasComment(text: string): boolean {
  const scanner = createScanner(text, false);
  for (let kind = scanner.scan(); kind !== token.end; kind = scanner.scan()) {
    if (kind === token.lineComment || kind === token.blockComment) return true;
  }
  return false;
}

/** Where the comma behind a member is, beyond blanks and comments; undefined when none comes before the next token. */
function commaAfter(text: string, at: number): number | undefined {
  const scanner = createScanner(text, true);
  scanner.setPosition(at);
  return scanner.scan() === token.comma ? scanner.getTokenOffset() : undefined;
}

/** The same where comments begin with `#` and reach to the end of the line, as in TOML and YAML. */
export function hashCommaAfter(text: string, at: number): number | undefined {
  const found = /^(?:\s|#[^\n]*)*,/.exec(text.slice(at, at + maxGap));
  return found === null ? undefined : at + found[0].length - 1;
}

/** No two items of a list are further apart than this many characters of blanks and comments. */
const maxGap = 100_000;

/** Joins neighbours with nothing but blanks between them, so that their lines go as one. */
function joined(text: string, spans: readonly Span[]): Span[] {
  const out: Span[] = [];
  for (const span of spans) {
    const last = out.at(-1);
    if (last !== undefined && text.slice(last.end, span.start).trim() === '') {
      out[out.length - 1] = { start: last.start, end: span.end };
    } else {
      out.push(span);
    }
  }
  return out;
}

function tidied(text: string, span: Span): TextEdit {
  let start = span.start;
  while (start > 0 && isBlank(text[start - 1])) start -= 1;
  let end = span.end;
  while (end < text.length && isBlank(text[end])) end += 1;
  const fromLineStart = start === 0 || isBreak(text[start - 1]);
  const toLineEnd = end === text.length || isBreak(text[end]);
  if (fromLineStart && toLineEnd) {
    const lineBreak = text.startsWith('\r\n', end) ? 2 : 1;
    return { start, end: Math.min(end + lineBreak, text.length), text: '' };
  }
  if (toLineEnd) return { start, end: span.end, text: '' };
  // A lone comma takes no blanks with it. Those behind a member go, unless a bracket or a comment follows: before a
  // bracket the blanks in front go instead, so that no two runs of them meet.
  if (text.slice(span.start, span.end) === ',' || fromLineStart) {
    return { start: span.start, end: fromLineStart ? end : span.end, text: '' };
  }
  if ('}]'.includes(text[end] ?? '')) return { start, end: span.end, text: '' };
  return { start: span.start, end: '/#'.includes(text[end] ?? ' ') ? span.end : end, text: '' };
}

const isBlank = (character: string | undefined) => character === ' ' || character === '\t';
const isBreak = (character: string | undefined) => character === '\n' || character === '\r';
