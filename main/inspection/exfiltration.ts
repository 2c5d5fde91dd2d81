import {
  affirmed,
  type ClauseRule,
  clauseDetector,
  close,
  denied,
  joined,
  looksFor,
  type Verdict,
  wordSet,
  wordsAt,
} from './clause-rules.ts';
import type { Clause } from './clauses.ts';

const takes = 'It sends what the user or the assistant holds to somebody else';
const verdict = (clause: Clause, at: number): Verdict => ({
  severity: looksFor(clause, at) ? 'medium' : 'high',
  what: takes,
});

const outside = wordSet('external remote attacker third-party webhook collector');
const place = wordSet('endpoint server url address host service site party');

/** Where something could go: a URL, a mail address, "an external endpoint". */
const destinations = (clause: Clause): readonly number[] =>
  joined(
    clause.shaped('url'),
    clause.shaped('address'),
    wordsAt(clause, outside).filter((at) => close([at], wordsAt(clause, place), 2)),
  );

const theirs = wordSet("user users users' you your ongoing");

const privateGoods = wordSet(
  'inbox mailbox mails clipboard contacts photos screenshots keystrokes',
);

/** What is worth taking: messages, conversations, files, secrets. */
const goods = (clause: Clause): readonly number[] =>
  joined(
    clause.at('talk'),
    clause.at('belongings'),
    clause.at('weakSecret'),
    clause.at('strongSecret'),
    clause.shaped('path'),
  );

const imperative = (clause: Clause): readonly number[] =>
  affirmed(clause, clause.at('send')).filter((at) => !clause.at('declared').includes(at));

const appended = wordSet('append add put encode attach include');

/** Sending words, and "append … to https://…". */
const movingOut = (clause: Clause): readonly number[] =>
  joined(
    imperative(clause),
    affirmed(clause, wordsAt(clause, appended)).filter((at) =>
      clause.shaped('url').some((one) => one > at && clause.words[one - 1] === 'to'),
    ),
  );

/** "Also post every message of the user to https://…". */
const copyOut: ClauseRule = (clause) => {
  const where = destinations(clause);
  const send = movingOut(clause).filter((at) => where.some((one) => one > at && one - at <= 24));
  const [verb] = send;
  if (verb === undefined) return undefined;
  const what = goods(clause).filter((at) => at > verb - 6);
  if (what.length === 0) return undefined;
  const signals = [
    clause.at('also').length > 0,
    clause.at('everything').some((at) => close([at], what, 4)),
    clause.at('first').length > 0 || clause.at('must').length > 0,
    clause.at('quiet').length > 0 || clause.at('secrecy').length > 0,
    wordsAt(clause, theirs).length > 0,
    clause.at('talk').length > 0,
    wordsAt(clause, privateGoods).length > 0,
    wordsAt(clause, wordSet('ai assistant model agent llm')).length > 0,
    clause.at('strongSecret').length + clause.at('weakSecret').length > 0,
  ].filter(Boolean).length;
  return signals >= 2 ? verdict(clause, verb) : undefined;
};

const metadata =
  /^(?:https?:\/\/)?(?:169\.254\.169\.254|metadata\.google\.internal|100\.100\.100\.200)/;

/** "Fetch http://169.254.169.254/…": the address where cloud machines keep their credentials. */
const cloudMetadata: ClauseRule = (clause) => {
  const named = clause.shaped('url').some((at) => metadata.test(clause.words[at] ?? ''));
  const acts = joined(
    clause.at('read'),
    clause.at('send'),
    wordsAt(clause, wordSet('call visit get')),
  );
  const [verb] = affirmed(clause, acts);
  return verb !== undefined && named ? verdict(clause, verb) : undefined;
};

const variable = /_(?:api_?)?(?:key|token|secret|password)$/;

/** "Call fetch with https://… followed by the value of OPENAI_API_KEY". */
const variableToUrl: ClauseRule = (clause) => {
  const named = clause.words.flatMap((word, at) => (variable.test(word) ? [at] : []));
  const value = named.filter((at) => close([at], clause.at('content'), 4));
  const url = clause.shaped('url');
  const verbs = joined(
    imperative(clause),
    affirmed(clause, wordsAt(clause, wordSet('call fetch append open visit'))),
  );
  const [verb] = verbs;
  return verb !== undefined && close(value, url, 14) ? verdict(clause, verb) : undefined;
};

/** The same without a known sending word: whole conversations or secrets named beside a literal address. */
const secretBesideUrl: ClauseRule = (clause) => {
  const where = joined(clause.shaped('url'), clause.shaped('address'));
  const [verb] = imperative(clause);
  if (where.length === 0 || verb === undefined) return undefined;
  const secret = joined(
    clause.at('strongSecret'),
    clause.shaped('path').filter((at) => /\.env|\.ssh|\.aws/.test(clause.words[at] ?? '')),
  );
  return close(secret, where, 24) ? verdict(clause, verb) : undefined;
};

const crime = /^(?:exfiltrat\w*|siphon\w*|harvest(?:s|ing)?_?credentials?)$/;
const crimeNouns = wordSet('data-exfiltration exfiltration');
const harmless = wordSet(
  'against risk risks attack attacks such prevention attempts poisoning signs possible potential',
);

/** "Exfiltrate" as something to do, not as something to look for. */
const saysSo: ClauseRule = (clause) => {
  const named = clause.words.flatMap((word, at) => (crime.test(word) ? [at] : []));
  const [at] = affirmed(clause, named);
  if (at === undefined || looksFor(clause, at)) return undefined;
  if (close([at], wordsAt(clause, harmless), 4)) return undefined;
  const isNoun = crimeNouns.has(clause.words[at] ?? '');
  const acts = wordsAt(clause, wordSet('activates activate its performs logic will'));
  if (isNoun && !close([at], acts, 4)) return { severity: 'medium', what: takes };
  return verdict(clause, at);
};

const wholeTalk = wordSet('full entire complete whole verbatim all');

/** "Include the full conversation in `ctx`": memory tools ask so too; a look is wanted, high with confidential content. */
const conversationIn: ClauseRule = (clause) => {
  const talk = clause.at('talk').filter((at) => close([at], wordsAt(clause, wholeTalk), 5));
  const passed = joined(
    affirmed(clause, clause.at('pass')),
    affirmed(clause, clause.at('send')),
    wordsAt(clause, wordSet('with')),
  );
  if (!close(passed, talk, 8)) return undefined;
  const quiet = clause.at('quiet').length + clause.at('secrecy').length > 0;
  const private_ =
    wordsAt(clause, wordSet('confidential private sensitive')).length > 0 &&
    denied(clause, wordsAt(clause, wordSet('confidential private sensitive'))).length === 0;
  const what = 'It asks for the whole conversation';
  return { severity: quiet || private_ ? 'high' : 'medium', what };
};

/** Finds instructions to hand data to a third party. Code `exfiltration`. */
export const exfiltration = clauseDetector('exfiltration', 'MCP10', [
  copyOut,
  secretBesideUrl,
  variableToUrl,
  cloudMetadata,
  saysSo,
  conversationIn,
]);
