/**
 * Letters of other scripts that look like a Latin one, as pairs `<look-alike><latin>`: the ones people are fooled
 * with, after Unicode UTS #39 (confusables), lower case and the capitals that differ.
 */
const pairs = [
  'аaеeоoрpсcуyхxіiјjѕsһhԁdԛqԝwьbкkмmтtнhвbгrпnѵvґrїi',
  'АAВBЕEКKМMНHОOРPСCТTУYХXІIЈJЅSԚQԜWҮYԌGѴV',
  'αaεeοoρpυuνvιiκkτtχxγyωwηnσoςcϲcϳj',
  'ΑAΒBΕEΖZΗHΙIΚKΜMΝNΟOΡPΤTΥYΧX',
  'աwոnսuօoհhեeցgզqյjԼLՏSՍUО0',
  'ꭺaᎪAᏴBᏟCᎠDᎬEᎢTᏚSᎻHᏦKᏞLᎷMᏢPᎡRᏙVᏔWᎽYᏃZ',
  'ɑaɡgɩiıiʟlɴnʀrᴀaᴄcᴅdᴇeɢgʜhᴊjᴋkᴍmᴏoᴘpѕsᴛtᴜuᴠvᴡwʏyᴢz',
].map((line) => Array.from(line));

const latin = new Map<string, string>();
for (const line of pairs) {
  for (let at = 0; at + 1 < line.length; at += 2) latin.set(line[at] ?? '', line[at + 1] ?? '');
}

const word = /[\p{L}\p{N}_]+/gu;
const latinLetter = /[a-z]/i;
const foreignLetter = /(?![\p{N}\p{M}])[\u0250-\u{10ffff}]/u;
const scripts = /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Cherokee}]/u;

const everyForeign = new RegExp(scripts.source, 'gu');

/** Replaces every look-alike letter by the Latin one it imitates. */
const fold = (text: string): string => {
  let folded = '';
  for (const character of text) folded += latin.get(character) ?? character;
  return folded;
};

const allFoldable = (text: string): boolean => {
  for (const character of text) {
    if (foreignLetter.test(character) && !latin.has(character)) return false;
  }
  return true;
};

/**
 * Replaces look-alike letters by Latin ones in the words that mix scripts, and in words made of look-alikes alone
 * where the rest of the text is Latin. Words of a text that is really Cyrillic or Greek stay. Linear.
 */
export function foldConfusables(text: string): string {
  if (!foreignLetter.test(text)) return text;
  const latinCount = text.match(/[a-z]/gi)?.length ?? 0;
  const foreignCount = text.match(everyForeign)?.length ?? 0;
  const mostlyLatin = latinCount > foreignCount;
  return text.replace(word, (one) => {
    if (!foreignLetter.test(one)) return one;
    const imitates = latinLetter.test(one) || (mostlyLatin && allFoldable(one));
    return imitates ? fold(one) : one;
  });
}

/**
 * What a name imitates, or undefined: it mixes Latin with Cyrillic, Greek, Armenian or Cherokee letters in one
 * word, or is made of look-alikes of Latin letters alone.
 */
export function imitated(name: string): string | undefined {
  if (!scripts.test(name)) return undefined;
  const folded = fold(name);
  if (folded === name || foreignLetter.test(folded)) return undefined;
  return folded;
}

/** Words of a prose text in which a Cyrillic, Armenian or Cherokee letter stands among Latin ones, at most eight. */
export function mixedWords(text: string): readonly string[] {
  if (!foreignLetter.test(text)) return [];
  const found: string[] = [];
  for (const match of text.matchAll(word)) {
    const one = match[0];
    if (latinLetter.test(one) && mixable.test(one) && imitated(one) !== undefined) found.push(one);
    if (found.length === 8) break;
  }
  return found;
}

/** Greek is left out: α, β and µ stand beside Latin letters in honest formulas. */
const mixable = /[\p{Script=Cyrillic}\p{Script=Armenian}\p{Script=Cherokee}]/u;
