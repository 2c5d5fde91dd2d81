import { fail, ok, type Result } from '../../shared/outcome.ts';
import type { Decision, Rule } from '../../shared/policy.ts';
import { builtInRules } from '../policy/built-in.ts';
import { sourceName } from '../policy/explain.ts';
import { type CompiledRule, compileRules } from '../policy/rule-set.ts';
import type { ExitCode, Output } from './output.ts';
import { fileNames } from './policy-files.ts';
import { readPolicyFolder, readText } from './policy-folder.ts';
import { readJson } from './policy-json.ts';
import { PolicyRequest } from './policy-request.ts';
import { tryPolicy } from './policy-trial.ts';

/** A rule that took part in a decision, with where it stands. */
export interface ExplainedRule extends Rule {
  /** Absent for what is no rule: that none permits, or that one failed. */
  readonly effect?: 'permit' | 'forbid';
  /** The line of `policy.cedar`, from 1; absent for rules that are built in. */
  readonly line?: number;
  /** As it is written. */
  readonly cedar?: string;
}

const meanings: Readonly<Record<Decision['decision'], string>> = {
  allow: 'It runs unattended: both sets of rules permit it with nobody watching.',
  ask: 'It asks: it is permitted, but not with nobody watching.',
  deny: 'It is denied: a rule forbids it, or none permits it.',
};

/** Finds the rules of a decision as they are written. */
function explained(decision: Decision, text: string): ExplainedRule[] {
  const written = new Map<string, CompiledRule>();
  const keep = (rules: readonly CompiledRule[]) => {
    for (const one of rules) written.set(`${one.rule.source} ${one.rule.id}`, one);
  };
  keep(compileRules(builtInRules, { source: 'built-in', name: 'built-in rules' }).rules);
  keep(compileRules(text, { source: 'managed', name: 'the managed policy' }).rules);
  return decision.rules.map((rule) => {
    const found = written.get(`${rule.source} ${rule.id}`);
    if (found === undefined) return rule;
    const { effect, line, text: cedar } = found;
    return { ...rule, effect, ...(rule.source === 'managed' ? { line } : {}), cedar };
  });
}

/** `airlock policy explain`: which rules decide a request, and why. `request` is JSON or the name of a file. */
export function policyExplain(folder: string, request: string, out: Output): Result<ExitCode> {
  const read = readPolicyFolder(folder);
  if (!read.ok) return read;
  const text = request.trimStart().startsWith('{') ? ok(request) : readText(request);
  if (!text.ok) return text;
  const form = readJson(text.value, PolicyRequest);
  if (!form.ok) {
    const { line, column, message } = form.problems[0] ?? { line: 1, column: 1, message: '' };
    return fail('request', `The request cannot be used (${line}:${column}): ${message}`);
  }
  const decision = tryPolicy(read.value)(form.value);
  const found = explained(decision, read.value.rules.text);
  out.result(
    { decision: decision.decision, risk: decision.risk, rules: found },
    [
      `${decision.decision.toUpperCase()}  ${meanings[decision.decision]}`,
      `Risk: ${decision.risk.level}. ${decision.risk.reasons.join(' ')}`,
      ...found.flatMap(ruleText),
    ].join('\n'),
  );
  return ok(0);
}

function ruleText({ id, text, source, effect, line, cedar }: ExplainedRule): string[] {
  const where = line === undefined ? sourceName(source) : `${fileNames.rules}:${line}`;
  const title = ['', `${effect ?? 'no rule'}  ${id}  (${where})`, `  ${text}`];
  return cedar === undefined || cedar === text
    ? title
    : [...title, ...cedar.split('\n').map((part) => `    ${part}`)];
}
