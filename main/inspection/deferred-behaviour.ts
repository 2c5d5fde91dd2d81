import {
  affirmed,
  type ClauseRule,
  clauseDetector,
  close,
  looksFor,
  wordSet,
  wordsAt,
} from './clause-rules.ts';

const approval = wordSet(
  'approved approval approving approve whitelisted allowlisted accepted trusted reviewed review installed post-approval vetted',
);
const after = wordSet('once after until following when only later post during so');
const harm = wordSet(
  'arbitrary shell malicious payload exfiltrate exfiltration upload uploads transmit transmits steal steals reads read swap swapped inject silently secretly clipboard keys credentials home wipe execute executing commands',
);
const turning = wordSet(
  'begin begins will starts start activates activate becomes become switch switches add adds intends from on enables',
);
const honest = wordSet('reviewer pull rollout workflow requires process request merge');

/** "Once approved, it will begin executing arbitrary commands", "a later version will silently add". */
const changesLater: ClauseRule = (clause) => {
  const approved = wordsAt(clause, approval);
  if (!close(approved, wordsAt(clause, after), 6)) return undefined;
  const harmful = affirmed(clause, wordsAt(clause, harm)).filter(
    (at) => !afterRather(clause.words, at),
  );
  const turns = wordsAt(clause, turning);
  const [at] = harmful;
  if (at === undefined || turns.length === 0 || looksFor(clause, at)) return undefined;
  const excused = wordsAt(clause, honest).length > 0;
  const what = 'It announces that it will behave differently once it is trusted';
  return { severity: excused ? 'medium' : 'high', what };
};

/** "Rather than a payload swap" denies what comes after it. */
const afterRather = (words: readonly string[], at: number): boolean =>
  words.slice(Math.max(0, at - 8), at).includes('rather');

const inspection = wordSet('review audit inspection vetting approval scan');
const watching = new Set([...inspection, ...approval]);
const calm = wordSet('benign benignly harmless harmlessly innocent stable');

/** "It behaves benignly during review". */
const actsInnocent: ClauseRule = (clause, next) => {
  const innocent = wordsAt(clause, calm);
  const watched = wordsAt(clause, watching);
  const [at] = innocent;
  if (at === undefined || !close(innocent, watched, 7)) return undefined;
  const later = next === undefined ? [] : affirmed(next, wordsAt(next, harm));
  const harmful = [...affirmed(clause, wordsAt(clause, harm)), ...later];
  const turned = harmful.length > 0 || clause.words.some((word) => /^exfiltrat/.test(word));
  return turned
    ? { severity: 'high', what: 'It announces that it will behave differently once it is trusted' }
    : undefined;
};

/** Finds definitions that speak of turning harmful later. Code `deferred-behaviour`. */
export const deferredBehaviour = clauseDetector('deferred-behaviour', 'MCP04', [
  changesLater,
  actsInnocent,
]);
