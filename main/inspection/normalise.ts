import { hiddenKind, mayHide } from './code-points.ts';
import { foldConfusables } from './confusables.ts';

/** Longest text that is normalised, in UTF-16 units; what is beyond is cut, and the caller says so. */
export const longestText = 64 * 1024;

const entities: Record<string, string> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  lpar: '(',
  rpar: ')',
  sol: '/',
  tilde: '~',
  period: '.',
  colon: ':',
  Tab: '\t',
  NewLine: '\n',
  shy: '',
  zwnj: '',
  zwj: '',
};

const fromPoint = (point: number, otherwise: string): string =>
  point > 0 && point <= 0x10ffff ? String.fromCodePoint(point) : otherwise;

/** Decodes HTML entities, `\u0041` and `\x41` escapes: ways to write a letter so that a word is not found. */
const decodeEscapes = (text: string): string =>
  text
    .replace(/&#(\d{1,7});?/g, (all, digits: string) => fromPoint(Number(digits), all))
    .replace(/&#[xX]([0-9a-fA-F]{1,6});?/g, (all, hex: string) => fromPoint(parseInt(hex, 16), all))
    .replace(/&([a-zA-Z]{2,7});/g, (all, name: string) => entities[name] ?? all)
    .replace(/\\u\{?([0-9a-fA-F]{4,6})\}?/g, (all, hex: string) =>
      fromPoint(parseInt(hex, 16), all),
    )
    .replace(/\\x([0-9a-fA-F]{2})/g, (all, hex: string) => fromPoint(parseInt(hex, 16), all));

const percentRun = /(?:%[0-9a-fA-F]{2}){1,4096}/g;

const decodePercent = (text: string): string =>
  text.replace(percentRun, (run) => {
    const bytes = Buffer.from(run.replaceAll('%', ''), 'hex');
    return bytes.toString('utf8');
  });

/** Removes every character without a look of its own, terminal sequences included. */
function stripHidden(text: string): string {
  if (!mayHide(text)) return text;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal sequence starts with one
  const plain = text.replace(/[\u001b\u009b]\[?[0-9;?]{0,16}[A-Za-z]/g, '');
  let kept = '';
  for (const character of plain) {
    if (hiddenKind(character.codePointAt(0) ?? 0) === undefined) kept += character;
  }
  return kept;
}

/** `i g n o r e` becomes `ignore`: at least four single letters, one separator between each. */
const spacedLetters = /(?<![\p{L}\p{N}])\p{L}(?:[ .\-_*]\p{L}){3,200}(?![\p{L}\p{N}])/gu;

const joinSpaced = (text: string): string =>
  text.replace(spacedLetters, (run) => run.replace(/[ .\-_*]/g, ''));

const leet: Record<string, string> = { 0: 'o', 1: 'i', 3: 'e', 4: 'a', 5: 's', 7: 't' };
const leetCandidate = /(?<![\p{L}\p{N}._/-])[a-z013457]{3,24}(?![\p{L}\p{N}_/])/gu;
/** A digit between letters or before one: `1gn0re`, but neither `sha256` nor `v2`. */
const leetShape = /[a-z][013457]+[a-z]|^[013457][a-z]/;

const unleet = (text: string): string =>
  /[013457]/.test(text)
    ? text.replace(leetCandidate, (run) =>
        leetShape.test(run) ? run.replace(/[013457]/g, (digit) => leet[digit] ?? digit) : run,
      )
    : text;

const marks = /\p{M}+/gu;
const ideographs = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー]/gu;

/** Removes accents and other marks, so that `erwähne` and struck-through letters read as plain words. */
export const withoutMarks = (text: string): string =>
  text.normalize('NFKD').replace(marks, '').normalize('NFC');

/** Puts each ideograph on its own, as Chinese and Japanese write no spaces. */
export const spaceIdeographs = (text: string): string => text.replace(ideographs, ' $& ');

/**
 * Brings a text into the form the detectors read: escapes decoded (twice, as they nest), hidden characters gone,
 * compatibility forms and look-alikes folded to plain letters, accents dropped, spaced-out and digit-written words
 * joined, lower case. Linear; never longer than a small multiple of the input.
 */
export function normalise(text: string): string {
  const bounded = text.length > longestText ? text.slice(0, longestText) : text;
  const decoded = decodePercent(decodeEscapes(decodePercent(decodeEscapes(bounded))));
  const plain = stripHidden(decoded).normalize('NFKC');
  const folded = withoutMarks(foldConfusables(withoutMarks(plain)));
  return spaceIdeographs(unleet(joinSpaced(folded.replace(/[’‘ʼ`´]/g, "'").toLowerCase())));
}

const base64Run = /[A-Za-z0-9+/_-]{24,8192}={0,2}/g;
const hexRun = /(?:[0-9a-fA-F]{2}[ ]?){16,4096}/g;
const readable = /^[\t\n\r\x20-\x7e\u00a0-\uffff]+$/;

const asProse = (bytes: Buffer): string | undefined => {
  const text = bytes.toString('utf8');
  const isProse = text.includes(' ') && !text.includes('\ufffd') && readable.test(text);
  return isProse ? text : undefined;
};

/**
 * The readable texts hidden in base64, hex or rot13 parts of a text, at most eight. An encoded sentence in a tool
 * definition is read by a model as easily as a plain one.
 */
export function decodedParts(text: string): readonly string[] {
  const bounded = stripHidden(text.length > longestText ? text.slice(0, longestText) : text);
  const found: string[] = [];
  for (const [run] of bounded.matchAll(base64Run)) {
    if (found.length === 8) return found;
    const part = asProse(Buffer.from(run, 'base64'));
    if (part !== undefined) found.push(part);
  }
  for (const [run] of bounded.matchAll(hexRun)) {
    if (found.length === 8) return found;
    const part = asProse(Buffer.from(run.replaceAll(' ', ''), 'hex'));
    if (part !== undefined) found.push(part);
  }
  if (/rot-?13/i.test(bounded)) found.push(rot13(bounded));
  return found;
}

const rot13 = (text: string): string =>
  text.replace(/[a-z]/gi, (letter) => {
    const base = letter <= 'Z' ? 65 : 97;
    return String.fromCharCode(((letter.charCodeAt(0) - base + 13) % 26) + base);
  });
