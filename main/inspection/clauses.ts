import { type Concept, conceptsAt } from './lexicon.ts';

/** What a word looks like, beside what it means. */
export type Shape = 'url' | 'address' | 'identifier' | 'path';

/**
 * One sentence of a normalised text: its words, and where each concept stands among them. Distances are counted
 * in words.
 */
export interface Clause {
  readonly words: readonly string[];
  /** Positions after which a comma, colon or dash stands: a negation does not reach across. */
  readonly breaks: ReadonlySet<number>;
  /** Positions of words set in backticks or quotes. */
  readonly quoted: ReadonlySet<number>;
  at(concept: Concept): readonly number[];
  shaped(shape: Shape): readonly number[];
}

const chunk =
  /https?:\/\/[^\s"'`<>()\]]+|[^\s"“”«»„()[\]{}<>,;:!?|=。！？、，；：「」『』（）《》…—–`']+(?:['’:][^\s"“”«»„()[\]{}<>,;!?|=。！？、，；：「」（）…—–`']+)*|[^\s]/gu;
const endsSentence = /^[!?;。！？；]$/;
const isBreak = /^[,:，：、—–=|(){}[\]<>（）]$/;
const sentenceDot = /[.]+$/;
const url =
  /^[a-z][a-z0-9+.-]{1,15}:\/\/|^www\.|^\d{1,3}(?:\.\d{1,3}){3}(?:[:/]|$)|^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|net|org|io|dev|app|site|xyz|example|ru|cn|top|sh)(?:[:/]|$)/;
const address = /^[^\s@]{1,64}@[^\s@]{1,190}\.[^\s@]{1,60}$/;
const identifier = /^[\p{L}][\p{L}\p{N}]*(?:_[\p{L}\p{N}]+)+$/u;
const pathLike = /^(?:~|\.{1,2}|[a-z]:|\$[a-z_]+|%[a-z]+%)?[/\\]|^\.[a-z]|[/\\]\.|^~/;

const shapeOf = (word: string): Shape | undefined => {
  if (url.test(word)) return 'url';
  if (address.test(word)) return 'address';
  if (pathLike.test(word)) return 'path';
  return identifier.test(word) ? 'identifier' : undefined;
};

/** Most words of one clause; a longer sentence goes on as the next clause. */
const longestClause = 160;
const mostClauses = 2000;

/** Splits a normalised text into clauses of tagged words. Linear; at most 2,000 clauses of 160 words. */
export function clausesOf(text: string): readonly Clause[] {
  const clauses: Clause[] = [];
  for (const line of text.replace(/\b([ei])\.([ge])\./g, '$1$2').split(/[\r\n]+/)) {
    if (clauses.length >= mostClauses) break;
    readLine(line, clauses);
  }
  return clauses;
}

function readLine(line: string, clauses: Clause[]): void {
  let draft = newDraft();
  const close = () => {
    if (draft.words.length > 0) clauses.push(tagged(draft));
    draft = newDraft();
  };
  for (const [raw] of line.matchAll(chunk)) {
    if (endsSentence.test(raw)) close();
    else if (raw === '`' || raw === '"' || raw === "'") draft.inQuotes = !draft.inQuotes;
    else if (isBreak.test(raw)) draft.breaks.add(draft.words.length - 1);
    else if (addWords(draft, raw) || draft.words.length >= longestClause) close();
  }
  close();
}

interface Draft {
  readonly words: string[];
  readonly breaks: Set<number>;
  readonly quoted: Set<number>;
  inQuotes: boolean;
}

const newDraft = (): Draft => ({
  words: [],
  breaks: new Set(),
  quoted: new Set(),
  inQuotes: false,
});

/** Adds a chunk as one word or, where it is no path, as its parts; true where it ends the sentence. */
function addWords(draft: Draft, raw: string): boolean {
  const ends = sentenceDot.test(raw);
  const trimmed = raw.replace(sentenceDot, '').replace(/^[*#_\-.](?![a-z/\\])/u, '');
  const bare = trimmed.replace(/^\*+|\*+$/g, '').replace(/'s$/, '');
  if (bare === '') return ends;
  const whole = shapeOf(bare);
  const parts = whole === undefined ? bare.split(/[/\\*#|+~-]+/) : [bare];
  for (const part of whole === undefined && bare === 'e-mail' ? ['email'] : parts) {
    if (part === '') continue;
    if (draft.inQuotes) draft.quoted.add(draft.words.length);
    draft.words.push(part);
  }
  return ends;
}

const nowhere: readonly number[] = [];

function tagged(draft: Draft): Clause {
  const concepts = new Map<Concept, number[]>();
  const shapes = new Map<Shape, number[]>();
  draft.words.forEach((word, at) => {
    const shape = shapeOf(word);
    if (shape !== undefined) shapes.set(shape, [...(shapes.get(shape) ?? []), at]);
    conceptsAt(draft.words, at, (concept) => {
      const known = concepts.get(concept);
      if (known === undefined) concepts.set(concept, [at]);
      else if (known.at(-1) !== at) known.push(at);
    });
  });
  return {
    words: draft.words,
    breaks: draft.breaks,
    quoted: draft.quoted,
    at: (concept) => concepts.get(concept) ?? nowhere,
    shaped: (shape) => shapes.get(shape) ?? nowhere,
  };
}

/** The first pair of positions, one of each list, at most `most` words apart (`b` after `a` where `inOrder`). */
export function near(
  a: readonly number[],
  b: readonly number[],
  most: number,
  inOrder = false,
): readonly [number, number] | undefined {
  for (const left of a) {
    for (const right of b) {
      const distance = right - left;
      if (distance !== 0 && Math.abs(distance) <= most && (!inOrder || distance > 0)) {
        return [left, right];
      }
    }
  }
  return undefined;
}

/**
 * Whether the word at a position is negated: "never read", "do not use or send", "without telling". Not so for
 * "do not forget to read", "never call it without reading" and "does not work unless you pass".
 */
export function negated(clause: Clause, at: number): boolean {
  const nots = new Set(clause.at('not'));
  const withouts = new Set(clause.at('without'));
  const cancels = new Set(clause.at('unless'));
  for (let back = at - 1; back >= Math.max(0, at - 7); back -= 1) {
    if (cancels.has(back)) return false;
    if (withouts.has(back)) return !notBefore(nots, back);
    if (nots.has(back)) return true;
    if (clause.breaks.has(back)) return false;
  }
  return false;
}

const notBefore = (nots: ReadonlySet<number>, at: number): boolean => {
  for (let back = at - 1; back >= Math.max(0, at - 8); back -= 1) if (nots.has(back)) return true;
  return false;
};
