import type { Call } from '../../shared/call.ts';
import type { Decision, RiskLevel, Rule, RuleSource } from '../../shared/policy.ts';
import { defaultAskText } from './built-in.ts';
import { isPermitted, type Verdict } from './evaluation.ts';

/** What the rules come to, without the risk: that is each call's own. */
export type Judgement = Pick<Decision, 'decision' | 'rules'>;

/** The three questions of one call, in this order; each asks every set, and every set must permit. */
export type Stage = 'connect' | 'act' | 'unattended';
export const stages: readonly Stage[] = ['connect', 'act', 'unattended'];

/** The action a stage asks for. */
export function actionOf(stage: Stage, action: Call['action']): string {
  if (stage === 'connect') return 'connect';
  return stage === 'act' ? action : `${action}Unattended`;
}

/** What one set said at one stage. */
export interface Opinion {
  readonly stage: Stage;
  readonly set: 'managed' | 'user';
  readonly verdict: Verdict;
}

const defaultTexts: Readonly<Record<Opinion['set'], Readonly<Record<Stage, string>>>> = {
  managed: {
    connect: 'No rule of your organisation permits this client to use this server.',
    act: 'No rule of your organisation permits this.',
    unattended: 'No rule of your organisation lets this happen unattended.',
  },
  user: {
    connect: 'No rule permits this client to use this server.',
    act: 'No rule permits this.',
    unattended: '',
  },
};

function defaultRule({ stage, set }: Opinion, level: RiskLevel): Rule {
  const source: RuleSource = set === 'managed' ? 'managed' : 'built-in';
  const text = defaultTexts[set][stage];
  return { id: 'default', text: text === '' ? defaultAskText(level) : text, source };
}

/** Why an opinion does not permit: the forbids that hold, those that failed, else that no rule permits. */
function blockers(opinion: Opinion, level: RiskLevel): Rule[] {
  const { forbids, failed } = opinion.verdict;
  const failures = failed.map(({ rule, message }): Rule => {
    const effect = rule.effect === 'forbid' ? 'it counts as forbidding' : 'it permits nothing';
    const text = `The rule "${rule.rule.id}" could not be evaluated, so ${effect}: ${message.slice(0, 200)}`;
    return { id: 'evaluation-failed', text, source: rule.rule.source };
  });
  const found = [...forbids.map(({ rule }) => rule), ...failures];
  const forbidden = forbids.length > 0 || failed.some(({ rule }) => rule.effect === 'forbid');
  return forbidden ? found : [defaultRule(opinion, level), ...found];
}

const distinct = (rules: readonly Rule[]): Rule[] => [
  ...new Map(rules.map((rule) => [JSON.stringify(rule), rule])).values(),
];

/**
 * Joins what the sets said. deny: not permitted to connect or to act. ask: permitted, but not unattended, or a
 * broken rule leaves open what it would have forbidden. allow: all of it. The deciding rules come first.
 */
export function judge(
  opinions: Iterable<Opinion>,
  broken: readonly Rule[],
  level: RiskLevel,
): Judgement {
  const permits: Record<Stage, Rule[]> = { connect: [], act: [], unattended: [] };
  const blocked: Record<Stage, Rule[]> = { connect: [], act: [], unattended: [] };
  let stage: Stage = 'connect';
  for (const opinion of opinions) {
    // A refused stage ends it; what the other set says at the same stage still belongs to the explanation.
    if (opinion.stage !== stage && blocked[stage].length > 0) break;
    stage = opinion.stage;
    if (isPermitted(opinion.verdict)) {
      permits[stage].push(...opinion.verdict.permits.map(({ rule }) => rule));
    } else blocked[stage].push(...blockers(opinion, level));
  }
  const denied = [...blocked.connect, ...blocked.act];
  if (denied.length > 0) return { decision: 'deny', rules: distinct(denied) };
  if (stage !== 'unattended') throw new Error('A decision needs all three questions answered.');
  const unattended = [...blocked.unattended, ...broken];
  if (unattended.length > 0) {
    return { decision: 'ask', rules: distinct([...unattended, ...permits.act]) };
  }
  return { decision: 'allow', rules: distinct([...permits.unattended, ...permits.act]) };
}
