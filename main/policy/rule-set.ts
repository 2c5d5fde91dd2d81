import { createHash } from 'node:crypto';
import type { PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';
import type { Rule, RuleSource } from '../../shared/policy.ts';
import { cedar } from './cedar.ts';
import { makePolicyReader, type PolicyAnswer } from './policy-reader.ts';
import { keysOf, type Need, needOf } from './rule-index.ts';
import { isSurelyPermit, lineOf, type RuleText, splitRules } from './rule-text.ts';
import { guardOf, isVolatile } from './rule-uses.ts';
import { contextParts, schemaText } from './schema.ts';

/** A rule ready for evaluation. */
export interface CompiledRule {
  /** What a person sees of it. */
  readonly rule: Rule;
  /** Unique in the process of loading; the policy id Cedar answers with. */
  readonly key: string;
  /** Its place among the rules it was loaded with. */
  readonly order: number;
  /** The line it starts on, from 1. */
  readonly line: number;
  readonly effect: 'permit' | 'forbid';
  readonly text: string;
  readonly policy: PolicyJson;
  /** True where its answer can differ between two calls of one tool: it reads the arguments or the rate. */
  readonly volatile: boolean;
  /** The part of a volatile rule that does not differ; see guardOf. */
  readonly guard: PolicyJson | undefined;
  /** The condition it starts with, if it is a plain one; see needOf. */
  readonly need: Need | undefined;
  /** Where an index keeps it; see keysOf. */
  readonly keys: readonly string[] | undefined;
}

/** The rules of one text. `broken` is set when a rule that may forbid was lost: then everything asks at least. */
export interface RuleSet {
  readonly rules: readonly CompiledRule[];
  readonly problems: readonly string[];
  readonly broken: Rule | undefined;
  /** Hex SHA-256 over what the rules mean; comments and blanks do not change it. */
  readonly digest: string;
}

/** Where a text comes from and how it is called in sentences. */
export interface RuleOrigin {
  readonly source: RuleSource;
  /** "policy.cedar", "the managed policy". */
  readonly name: string;
}

/** The most rules one text may hold. Beyond it loading would stall the app. */
export const maxRules = 10_000;

/** More broken rules than this are counted, not listed. */
const maxProblems = 20;
const maxSentence = 300;

interface Broken {
  readonly line: number;
  readonly why: string;
  readonly mayForbid: boolean;
}

const isBroken = (part: Shaped | Broken): part is Broken => 'why' in part;

/** A rule that was read, before it is checked against the vocabulary, with its shape. */
interface Shaped {
  readonly compiled: CompiledRule;
  readonly shape: string;
}

/** What Cedar said of a rule, as a rule to use or as what is wrong with it. */
function compileRule(
  written: RuleText,
  order: number,
  origin: RuleOrigin,
  answer: PolicyAnswer,
): Shaped | Broken {
  const broken = (line: number, why: string): Broken => ({
    line,
    why,
    mayForbid: !isSurelyPermit(written.text),
  });
  if (answer.kind === 'too-big') return broken(written.line, answer.why);
  if (answer.kind === 'failed') {
    const { error } = answer;
    const place = error?.sourceLocations?.[0];
    const line = place === undefined ? written.line : lineOf(written, place.start);
    const why = [error?.message ?? 'It cannot be read', error?.help].filter(Boolean).join('; ');
    return broken(line, `${why}.`);
  }
  const { policy, uses, fits, shape } = answer.read;
  const stranger = [...uses].find((part) => part !== '*' && !contextParts.has(part));
  if (stranger !== undefined) return broken(written.line, `There is no context.${stranger}.`);
  const volatile = isVolatile(uses);
  const need = needOf(policy);
  const { id = `${origin.name}:${written.line}`, text } = policy.annotations ?? {};
  const sentence = (text ?? written.text).replace(/[\p{C}\s]+/gu, ' ').slice(0, maxSentence);
  return {
    shape,
    compiled: {
      rule: { id, text: sentence, source: origin.source },
      key: `${origin.source}-${order}`,
      order,
      line: written.line,
      effect: policy.effect,
      text: written.text,
      policy,
      volatile,
      guard: volatile && fits ? guardOf(policy) : undefined,
      need,
      keys: keysOf(policy, need),
    },
  };
}

/** Reads every rule; only where one does not parse are unclosed strings cut at the end of their line. */
function compileAll(text: string, origin: RuleOrigin): (Shaped | Broken)[] {
  const readPolicy = makePolicyReader();
  const read = (written: readonly RuleText[]) => {
    const parts = written
      .slice(0, maxRules)
      .map((rule, order) => compileRule(rule, order, origin, readPolicy(rule.text)));
    const next = written[maxRules];
    if (next === undefined) return parts;
    const why = `There are more than ${maxRules} rules; those from here on are left out.`;
    return [...parts, { line: next.line, why, mayForbid: true }];
  };
  const whole = splitRules(text);
  const parts = read(whole);
  if (!parts.some(isBroken)) return parts;
  const cut = splitRules(text, true);
  return cut.length !== whole.length ? read(cut) : parts;
}

/**
 * Checks rules against the vocabulary, one of each shape: the types of literals are the same in all. A rule that reads
 * the arguments is checked without the conditions that do: they have no type. Returns what is wrong by shape.
 */
function validate(rules: readonly Shaped[]): Map<string, string> {
  if (rules.length === 0) return new Map();
  const shapes = [...new Map(rules.map((rule) => [rule.shape, rule])).values()];
  const staticPolicies = Object.fromEntries(
    shapes.map(({ compiled: { text, policy, volatile, guard } }, index) => [
      `shape-${index}`,
      volatile ? { ...policy, conditions: guard?.conditions ?? [] } : text,
    ]),
  );
  const answer = cedar.validate({ schema: schemaText, policies: { staticPolicies } });
  if (answer.type === 'failure') {
    throw new Error(`The schema cannot be used: ${answer.errors[0]?.message ?? 'no reason given'}`);
  }
  return new Map(
    answer.validationErrors.map(({ policyId, error }) => [
      shapes[Number(policyId.slice('shape-'.length))]?.shape ?? '',
      error.message.replace(/^for policy `[^`]*`, /, ''),
    ]),
  );
}

/**
 * Reads a policy text rule by rule. A rule that cannot be read or that the vocabulary does not know is left out and
 * reported with its line; unless it surely was a permit, `broken` is set, as nobody can say what it would have
 * forbidden. Throws CedarBroken when Cedar itself failed.
 */
export function compileRules(text: string, origin: RuleOrigin): RuleSet {
  const parts = compileAll(text, origin);
  const wrong = parts.filter(isBroken);
  const compiled = parts.filter((part): part is Shaped => !isBroken(part));
  // The built-in rules are checked by their test; here it would only cost every start.
  const invalid = origin.source === 'built-in' ? new Map<string, string>() : validate(compiled);
  for (const { shape, compiled: rule } of compiled) {
    const why = invalid.get(shape);
    if (why === undefined) continue;
    wrong.push({ line: rule.line, why: `${why}.`, mayForbid: rule.effect === 'forbid' });
  }
  const valid = compiled.filter(({ shape }) => !invalid.has(shape));
  const rules = distinctIds(valid.map((rule) => rule.compiled));
  const broken = brokenRule(wrong, origin);
  return {
    rules,
    problems: sentences(wrong, origin.name),
    broken,
    digest: digestOf(rules, broken),
  };
}

function digestOf(rules: readonly CompiledRule[], broken: Rule | undefined): string {
  const digest = createHash('sha256');
  for (const { rule, policy } of rules) {
    digest.update(JSON.stringify([rule.source, rule.id, policy]));
  }
  return digest.update(JSON.stringify(broken?.text ?? null)).digest('hex');
}

/** Two rules of one id would be one in every explanation, so the second gets a number. */
function distinctIds(rules: readonly CompiledRule[]): CompiledRule[] {
  const seen = new Map<string, number>();
  return rules.map((compiled) => {
    const count = (seen.get(compiled.rule.id) ?? 0) + 1;
    seen.set(compiled.rule.id, count);
    if (count === 1) return compiled;
    return { ...compiled, rule: { ...compiled.rule, id: `${compiled.rule.id}#${count}` } };
  });
}

function sentences(wrong: readonly Broken[], name: string): string[] {
  const sorted = [...wrong].sort((a, b) => a.line - b.line);
  const listed = sorted.slice(0, maxProblems).map(({ line, why, mayForbid }) => {
    const effect = mayForbid
      ? 'Until it is corrected, everything asks.'
      : 'It permits nothing until it is corrected.';
    return `${name}, line ${line}: ${why.slice(0, maxSentence)} ${effect}`;
  });
  const more = sorted.length - listed.length;
  return more > 0 ? [...listed, `${name}: ${more} more rules cannot be used.`] : listed;
}

function brokenRule(wrong: readonly Broken[], origin: RuleOrigin): Rule | undefined {
  const first = wrong.filter(({ mayForbid }) => mayForbid).sort((a, b) => a.line - b.line)[0];
  if (first === undefined) return undefined;
  const text = `A rule in ${origin.name}, line ${first.line}, cannot be used, so everything asks until it is corrected.`;
  return { id: 'broken-rule', text, source: origin.source };
}
