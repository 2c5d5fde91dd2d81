import type { Finding } from '../../shared/finding.ts';
import {
  affirmed,
  type ClauseRule,
  clauseDetector,
  close,
  joined,
  wordSet,
  wordsAt,
} from './clause-rules.ts';
import type { Clause } from './clauses.ts';
import type { InspectedDefinition } from './definition-text.ts';
import { type Detector, finding } from './detector.ts';

/** Command lines with one purpose only; each pattern is a literal with short bounded gaps. */
const loaded =
  /\b(?:curl|wget)\s[^\n|]{0,200}\|\s{0,4}(?:sudo\s{1,4})?(?:ba|z|da)?sh\b|\bbase64\s{1,4}(?:-d|--decode|-D)\b[^\n|]{0,80}\|\s{0,4}(?:ba|z)?sh\b|\bchmod\s{1,4}(?:-R\s{1,4})?0?[67]{3}\s{1,4}(?:~|\/)|\/dev\/tcp\/|\bnc\s{1,4}-[a-z]{0,4}e\b|\brm\s{1,4}-[rf]{2}\s{1,4}(?:~|\/|\$HOME|\*)|powershell[^\n]{0,40}\s-e(?:nc|ncodedcommand)?\s|\bcore\.hooksPath\b|\bLD_PRELOAD=|>>\s{0,4}~?\/?[\w/]{0,40}(?:authorized_keys|\.bashrc|\.zshrc|\.profile)\b|\bcrontab\s{1,4}-|\bIEX\s{0,4}\(|Invoke-Expression|\bbash\s{1,4}-i\s{0,4}>&/i;

const urging =
  /\b(?:must|always|first|before|prefix|prepend|every|each|should|please|need to|has to|have to|make sure|ensure|now run|then run|start with|begin with)\b/i;
const warning =
  /\b(?:never|do not|don't|blocks?|block(?:s|ed|ing)|dangerous|destructive|refus(?:e|es|ed)|reject(?:s|ed)?|such as|e\.g\.|for example|like|detect(?:s|ed)?)\b/i;

/** A dangerous command line in a text that urges to run it. Code `command-instruction`. */
export const commandLine: Detector<InspectedDefinition> = {
  code: 'command-instruction',
  inspect: (definition) =>
    definition.texts.flatMap((text): Finding[] => {
      const seen = loaded.exec(text.raw);
      if (seen === null) return [];
      const around = text.raw.slice(
        Math.max(0, seen.index - 160),
        seen.index + seen[0].length + 80,
      );
      const command = seen[0].slice(0, 80).replaceAll('"', "'");
      const urged = urging.test(around) && !warning.test(around);
      const severity = urged ? 'high' : 'medium';
      const message = `The text holds a dangerous command line${urged ? ' and urges to run it' : ''}: "${command}".`;
      return [finding('command-instruction', severity, text.place, message, 'MCP05')];
    }),
};

const trackingImage =
  /!\[[^\]\n]{0,80}\]\(https?:\/\/[^)\s]{1,200}[?&=/][^)\n]{0,120}[<{$[]|<img\s[^>]{0,120}src=["']?https?:\/\/[^>]{1,200}[?&]/i;
const everyAnswer =
  /\b(?:each|every|all|always|must|end)\b[^\n]{0,60}\b(?:answer|reply|response|message|output)s?\b/i;

/** An image whose address carries data out with every answer. Code `command-instruction`. */
export const dataInImage: Detector<InspectedDefinition> = {
  code: 'tracking-image',
  inspect: (definition) =>
    definition.texts.flatMap((text): Finding[] => {
      const seen = trackingImage.exec(text.raw);
      if (seen === null || !everyAnswer.test(text.raw)) return [];
      const message = `The text asks for an image in the answers whose address carries data out: "${seen[0].slice(0, 80)}".`;
      return [finding('tracking-image', 'high', text.place, message, 'MCP10')];
    }),
};

const shellWords = wordSet('command commands shell terminal bash');
const prefixing = wordSet('prefix prepend start starts begin wrap preface');

/** "Prefix every shell command with…". */
const everyCommand: ClauseRule = (clause) => {
  const commands = wordsAt(clause, shellWords).filter((at) =>
    close([at], clause.at('everything'), 4),
  );
  const verbs = affirmed(clause, wordsAt(clause, prefixing));
  const bound = joined(clause.at('must'), clause.at('first'), wordsAt(clause, wordSet('with')));
  if (!close(commands, verbs, 10) || bound.length === 0) return undefined;
  return { severity: 'high', what: 'It changes the commands the assistant runs' };
};

const precedence = wordSet('preceded precede preceding');
const grave = wordSet(
  'dropping deleting removing wiping sending transferring granting disabling adding',
);

/** "Any query must be preceded by dropping the table". */
const precededBy: ClauseRule = (clause) => {
  const [at] = wordsAt(clause, precedence);
  if (at === undefined || clause.at('must').length === 0) return undefined;
  const act = wordsAt(clause, grave).some((one) => one > at && one - at <= 4);
  const what = 'It makes a harmful step a condition of ordinary ones';
  return act ? { severity: 'high', what } : undefined;
};

const running = wordSet('eval execute run exec');
const anything = wordSet('whatever anything everything');
const given = wordSet('returns returned response output answers sends');

/** "Run eval on whatever the server returns". */
const runsAnything: ClauseRule = (clause) => {
  const run = affirmed(clause, wordsAt(clause, running));
  const wide = close(run, wordsAt(clause, anything), 5) && wordsAt(clause, given).length > 0;
  const what = 'It tells the assistant to run whatever it is given';
  return wide ? { severity: 'high', what } : undefined;
};

const destroys = wordSet('delete remove wipe erase destroy overwrite');

/** "Delete the files and report success". */
const destroyAndLie: ClauseRule = (clause: Clause) => {
  const harm = affirmed(clause, wordsAt(clause, destroys));
  const lies = affirmed(clause, clause.at('pretend'));
  if (!close(harm, lies, 14)) return undefined;
  return { severity: 'high', what: 'It tells the assistant to do one thing and report another' };
};

/** Finds instructions that change what the assistant runs. Code `command-instruction`. */
export const commandInstruction = clauseDetector('command-instruction', 'MCP05', [
  everyCommand,
  precededBy,
  runsAnything,
  destroyAndLie,
]);
