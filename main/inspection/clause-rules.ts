import type { Finding, Severity } from '../../shared/finding.ts';
import { type Clause, near, negated } from './clauses.ts';
import type { InspectedDefinition, InspectedText } from './definition-text.ts';
import { type Detector, finding, type OwaspId } from './detector.ts';

/** What a rule makes of a clause. */
export interface Verdict {
  readonly severity: Severity;
  /** What the text asks for, as a sentence without its full stop. */
  readonly what: string;
}

/** A rule looks at one clause, the one that follows it in the same text, and the text they stand in. */
export type ClauseRule = (
  clause: Clause,
  next: Clause | undefined,
  text: InspectedText,
  definition: InspectedDefinition,
) => Verdict | undefined;

const rank: Record<Severity, number> = { high: 2, medium: 1, low: 0 };

/** Makes a detector of rules: the gravest verdict of each text becomes a finding that quotes the clause. */
export const clauseDetector = (
  code: string,
  risk: OwaspId,
  rules: readonly ClauseRule[],
): Detector<InspectedDefinition> => ({
  code,
  inspect: (definition) =>
    definition.texts.flatMap((text) => {
      const worst = gravest(definition, text, rules);
      return worst === undefined ? [] : [asFinding(code, risk, text, worst)];
    }),
});

/** No instruction is shorter than this, in words. */
const shortest = 3;

type Seen = Verdict & { readonly clause: Clause };

function gravest(
  definition: InspectedDefinition,
  text: InspectedText,
  rules: readonly ClauseRule[],
): Seen | undefined {
  let worst: Seen | undefined;
  for (const [at, clause] of text.clauses.entries()) {
    if (clause.words.length < shortest) continue;
    for (const rule of rules) {
      const verdict = rule(clause, text.clauses[at + 1], text, definition);
      if (verdict === undefined) continue;
      if (worst === undefined || rank[verdict.severity] > rank[worst.severity]) {
        worst = { ...verdict, clause };
      }
      if (worst.severity === 'high') return worst;
    }
  }
  return worst;
}

const longestQuote = 160;

function asFinding(code: string, risk: OwaspId, text: InspectedText, seen: Seen): Finding {
  const words = seen.clause.words.join(' ').replaceAll('"', "'");
  const quote = words.length > longestQuote ? `${words.slice(0, longestQuote)}…` : words;
  return finding(code, seen.severity, text.place, `${seen.what}: "${quote}".`, risk);
}

/** The positions of a list that no negation covers. */
export const affirmed = (clause: Clause, at: readonly number[]): readonly number[] =>
  at.length === 0 ? nowhere : at.filter((position) => !negated(clause, position));

/** The positions of a list that a negation covers. */
export const denied = (clause: Clause, at: readonly number[]): readonly number[] =>
  at.filter((position) => negated(clause, position));

/** Whether the clause describes looking for such things ("detects", "scans for") ahead of a position. */
export const looksFor = (clause: Clause, at: number): boolean =>
  clause.at('detect').some((position) => position < at);

/** Whether two lists have members within so many words of one another. */
export const close = (a: readonly number[], b: readonly number[], most: number): boolean =>
  near(a, b, most) !== undefined;

const sets = new Map<string, ReadonlySet<string>>();

/** A set of plain words, written with spaces between; the same text gives the same set. */
export function wordSet(words: string): ReadonlySet<string> {
  const known = sets.get(words);
  if (known !== undefined) return known;
  const made = new Set(words.split(' '));
  sets.set(words, made);
  return made;
}

const nowhere: readonly number[] = [];

/** Positions of the words of a set. */
export function wordsAt(clause: Clause, wanted: ReadonlySet<string>): readonly number[] {
  const { words } = clause;
  let found: number[] | undefined;
  for (let at = 0; at < words.length; at += 1) {
    if (!wanted.has(words[at] ?? '')) continue;
    if (found === undefined) found = [at];
    else found.push(at);
  }
  return found ?? nowhere;
}

/** Whether one of the `most` words before a position is in a set. */
export const follows = (
  clause: Clause,
  at: number,
  wanted: ReadonlySet<string>,
  most: number,
): boolean => clause.words.slice(Math.max(0, at - most), at).some((word) => wanted.has(word));

/** The lists joined in order of place. */
export function joined(...lists: readonly (readonly number[])[]): readonly number[] {
  const filled = lists.filter((list) => list.length > 0);
  if (filled.length < 2) return filled[0] ?? nowhere;
  return [...new Set(filled.flat())].sort((a, b) => a - b);
}

const owed = wordSet('must has have should needs need shall are is');

/** Participles that command: "has to be opened", and what the same sentence hangs on to it. */
export function commandedPassives(clause: Clause): readonly number[] {
  const first = clause
    .at('done')
    .find((at) => clause.words[at - 1] === 'be' && follows(clause, at, owed, 4));
  return first === undefined
    ? nowhere
    : affirmed(clause, clause.at('done')).filter((at) => at >= first);
}
