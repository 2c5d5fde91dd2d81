import type { Call } from '../../shared/call.ts';
import type { Decision, Rule, RuleSource } from '../../shared/policy.ts';

const sources: Readonly<Record<RuleSource, string>> = {
  managed: "your organisation's policy",
  user: 'your policy file',
  'built-in': "Airlock's defaults",
};

/** How the source of a rule is called in a sentence. */
export const sourceName = (source: RuleSource): string => sources[source];

/** What a person does about a rule that stands in the way, by rule where there is something better than to edit. */
const remedies: Readonly<Record<string, string>> = {
  'held-changed':
    'Open Airlock, look at what changed, and accept the tool if it is as it should be.',
  'held-quarantined':
    'Open Airlock, read the definition, and accept the tool if it is as it should be.',
  'broken-rule': 'Correct the rule in the policy file.',
  'policy-unreadable': 'Correct the policy file, or remove it to go back to the defaults.',
};

const remediesBySource: Readonly<Record<RuleSource, string>> = {
  managed: 'Ask your IT department if you need it.',
  user: 'Change the rule in the policy file if it is not meant.',
  'built-in': 'Add a rule to the policy file if it should be decided otherwise.',
};

/** What to do about a rule, as one sentence for the person. */
export function remedyFor(rule: Rule): string {
  if (rule.source !== 'managed' && Object.hasOwn(remedies, rule.id)) return remedies[rule.id] ?? '';
  return remediesBySource[rule.source];
}

/** A name or text from outside as it may stand in a sentence: no controls or hidden characters, not endless. */
function plain(text: string, most: number): string {
  const visible = text
    .toWellFormed()
    .replace(/[\p{C}\p{Z}\s]+/gu, ' ')
    .trim();
  return visible.length > most ? `${visible.slice(0, most - 1)}…`.toWellFormed() : visible;
}

const subjects: Readonly<Record<Call['action'], (target: string) => string>> = {
  callTool: (target) => `the tool ${target}`,
  readResource: (target) => `the resource ${target}`,
  getPrompt: (target) => `the prompt ${target}`,
  sample: () => "the server's request to the model",
  elicit: () => "the server's request to the person",
};

const subjectOf = (call: Call): string => {
  const name = subjects[call.action](plain(call.target, 80));
  return `${name} of "${plain(call.connection.name, 60)}"`;
};

/** The rule that made a decision; each decision has one. */
export const decidingRule = (decision: Decision): Rule =>
  decision.rules[0] ?? { id: 'default', text: 'No rule permits this.', source: 'built-in' };

/**
 * One sentence for the model whose call was refused: what happened, by which rule, and what to do; so that it
 * neither tries again nor looks for a way around.
 */
export function refusalSentence(call: Call, decision: Decision): string {
  const rule = decidingRule(decision);
  const because = `rule "${plain(rule.id, 80)}" of ${sources[rule.source]} (${plain(rule.text, 300)})`;
  return (
    `Airlock refused ${subjectOf(call)} by ${because}: do not try again or another way, ` +
    `but tell the user, who can do this about it: ${remedyFor(rule)}`
  );
}

/** One line of an explanation: a rule's sentence with its name and source. */
export const ruleLine = (rule: Rule): string =>
  `${plain(rule.text, 300)} (rule "${plain(rule.id, 80)}", ${sources[rule.source]})`;

/** Why a call asks, for the person: the deciding rule, the worst of the risk, and what to do to be asked less. */
export function askSentences(call: Call, decision: Decision): string[] {
  const rule = decidingRule(decision);
  const risk = decision.risk.reasons[0];
  return [
    `${plain(call.agent.clientName, 60)} wants to use ${subjectOf(call)}.`,
    ruleLine(rule),
    ...(risk === undefined ? [] : [plain(risk, 300)]),
    remedyFor(rule),
  ];
}
