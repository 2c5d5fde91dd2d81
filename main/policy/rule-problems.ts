import type { DetailedError, PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';
import { cedar, outOfBounds } from './cedar.ts';
import { type Place, type PlacedRule, placeOf, placeRules } from './rule-place.ts';
import { maxRules } from './rule-set.ts';
import { contextUses } from './rule-uses.ts';
import { setWarnings, warningsOf } from './rule-warnings.ts';
import { contextParts, schemaText } from './schema.ts';

/** Something that is wrong with a policy text, or worth a second look, at its place in the text. */
export interface RuleProblem extends Place {
  /** An error makes the rule unusable or able to fail; a warning says that it does not mean what it seems to. */
  readonly severity: 'error' | 'warning';
  /** The id of the rule, or `<name>:<line>` where it has none; empty for what concerns the text as a whole. */
  readonly rule: string;
  /** One sentence. */
  readonly message: string;
}

/** What an author is told of a policy text. */
export interface RuleReport {
  /** The ids of the rules, in the order of the text. */
  readonly rules: readonly string[];
  /** In the order of the text. */
  readonly problems: readonly RuleProblem[];
}

/** What is known beyond the vocabulary. */
export interface RuleChecks {
  /** How the text is called where a rule has no id ("policy.cedar"). */
  readonly name: string;
  /** Ids of the clients that exist; a rule about another one gets a warning. */
  readonly clients?: ReadonlySet<string>;
  /** True for a managed set: from its first rule on, what it does not permit is denied. */
  readonly standsAlone?: boolean;
}

interface ReadRule {
  readonly id: string;
  readonly policy: PolicyJson | undefined;
  readonly problems: readonly RuleProblem[];
}

/**
 * Checks a policy text for its author, rule by rule, and names line and column (from 1, columns in UTF-16 units).
 * Stricter than loading: a condition after one that reads the arguments is checked against the vocabulary as well,
 * because a rule that fails there counts as forbidding. What loading rejects is always an error here.
 * Throws CedarBroken when Cedar itself failed.
 */
export function checkRules(text: string, checks: RuleChecks): RuleReport {
  const read = (stopAtNewline: boolean) =>
    placeRules(text, stopAtNewline).map((rule) => readRule(rule, checks));
  const whole = read(false);
  const failed = whole.some(({ policy }) => policy === undefined);
  // As loading does it: one missing quote spoils one rule and not the rest of the file.
  const cut = failed ? read(true) : whole;
  const rules = cut.length === whole.length ? whole : cut;
  const usable = rules.flatMap(({ policy }) => (policy === undefined ? [] : [policy]));
  const of = (rule: string, found: readonly { place: Place; message: string }[]) =>
    found.map(({ place, message }): RuleProblem => problem('warning', rule, place, message));
  return {
    rules: rules.map(({ id }) => id),
    problems: [
      ...tooMany(rules.length),
      ...(checks.standsAlone === true && usable.length === rules.length
        ? of('', setWarnings(usable))
        : []),
      ...rules.flatMap(({ problems }) => problems),
      ...sameIds(placeRules(text, rules !== whole), rules),
    ].sort((a, b) => a.line - b.line || a.column - b.column),
  };
}

const problem = (
  severity: RuleProblem['severity'],
  rule: string,
  { line, column }: Place,
  message: string,
): RuleProblem => ({ severity, rule, line, column, message });

const tooMany = (count: number): RuleProblem[] =>
  count <= maxRules
    ? []
    : [
        problem(
          'error',
          '',
          { line: 1, column: 1 },
          `There are ${count} rules, and no more than ${maxRules} are read.`,
        ),
      ];

const writtenId = (text: string): string | undefined => /@id\s*\(\s*"([^"\\]*)"/.exec(text)?.[1];

function readRule(written: PlacedRule, checks: RuleChecks): ReadRule {
  const at = placeOf(written, 0);
  const id = writtenId(written.text) ?? `${checks.name}:${at.line}`;
  const error = (place: Place, message: string) => problem('error', id, place, message);
  const tooBig = outOfBounds(written.text);
  if (tooBig !== undefined) return { id, policy: undefined, problems: [error(at, tooBig)] };
  const answer = cedar.policyToJson(written.text);
  if (answer.type === 'failure') {
    const problems = answer.errors.map((one) => error(placeOfError(written, one), sentence(one)));
    return { id, policy: undefined, problems };
  }
  const policy = answer.json;
  const types = typeProblems(written, policy, id);
  const problems = [
    ...strangers(at, policy, id, types),
    ...types,
    ...warningsOf(written, policy, checks.clients).map(({ place, message }) =>
      problem('warning', id, place, message),
    ),
  ];
  return { id, policy, problems: distinct(problems) };
}

/**
 * The parts of the context that do not exist. Cedar names them with their place, but not where it can tell that it
 * never comes to them; loading rejects them even there.
 */
function strangers(at: Place, policy: PolicyJson, id: string, told: readonly RuleProblem[]) {
  return [...contextUses(policy)]
    .filter((part) => part !== '*' && !contextParts.has(part))
    .filter((part) => !told.some(({ message }) => message.includes(`\`${part}\``)))
    .map((part) => problem('error', id, at, `There is no context.${part}.`));
}

/** Cedar knows nothing of the arguments, as they have no type; this is the one complaint that is not one. */
const aboutArguments = /attribute `arguments` in context for /;
const unfit = /unable to find an applicable action/;
const impossible = /policy is impossible/;

function typeProblems(written: PlacedRule, policy: PolicyJson, id: string): RuleProblem[] {
  const staticPolicies = { rule: written.text };
  const answer = cedar.validate({ schema: schemaText, policies: { staticPolicies } });
  if (answer.type === 'failure') {
    throw new Error(`The schema cannot be used: ${answer.errors[0]?.message ?? 'no reason given'}`);
  }
  const errors = answer.validationErrors
    .filter(({ error }) => !aboutArguments.test(error.message))
    .map(({ error }) => problem('error', id, placeOfError(written, error), sentence(error)));
  // To Cedar there are no arguments, so a rule that asks for them seems impossible to it.
  const uses = contextUses(policy);
  const readsArguments = uses.has('arguments') || uses.has('*');
  const warnings = answer.validationWarnings.flatMap(({ error }): RuleProblem[] => {
    const never = unfit.test(error.message) || impossible.test(error.message);
    // That it never holds follows from any error; what the error says is enough then.
    if (never && errors.length > 0) return [];
    if (impossible.test(error.message) && readsArguments) return [];
    const message = never
      ? 'It can never hold: nothing that is asked fits what it names.'
      : sentence(error);
    return [problem('warning', id, placeOfError(written, error), message)];
  });
  return [...errors, ...warnings];
}

const placeOfError = (written: PlacedRule, error: DetailedError): Place =>
  placeOf(written, error.sourceLocations?.[0]?.start ?? 0);

/** Cedar's words as one sentence, without the name it was given for the rule. */
function sentence({ message, help, sourceLocations }: DetailedError): string {
  const label = sourceLocations?.[0]?.label ?? undefined;
  const said = [message, label, help]
    .filter((part): part is string => part !== null && part !== undefined && part !== '')
    .map((part) =>
      part
        .replace(/^for policy `[^`]*`, /, '')
        .replace(/^failed to parse policy from string: /, ''),
    )
    .join('; ');
  return `${said.charAt(0).toUpperCase()}${said.slice(1)}${/[.?]$/.test(said) ? '' : '.'}`;
}

/** The first of each kind at each place: Cedar says the same once more for every kind of resource. */
function distinct(problems: readonly RuleProblem[]): RuleProblem[] {
  const seen = new Set<string>();
  return problems.filter(({ severity, line, column, message }) => {
    const key = severity === 'error' ? `${line}:${column}` : `${line}:${column}:${message}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function sameIds(places: readonly PlacedRule[], rules: readonly ReadRule[]): RuleProblem[] {
  const seen = new Set<string>();
  return rules.flatMap(({ id }, order) => {
    const known = seen.has(id);
    seen.add(id);
    const written = places[order];
    if (!known || written === undefined) return [];
    const message = `Another rule is called "${id}" too; explanations will call this one by a number.`;
    return [problem('warning', id, placeOf(written, 0), message)];
  });
}
