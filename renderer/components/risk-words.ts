import type { RiskLevel, RuleSource } from '../../shared/policy.ts';

/** How loudly a thing is shown; colour never says it alone, a word and a shape go with it. */
export type Tone = 'neutral' | 'info' | 'ok' | 'warn' | 'danger';

/** What a call of this risk may do, as a person says it, and how loudly. */
export function riskWords(level: RiskLevel): { readonly text: string; readonly tone: Tone } {
  switch (level) {
    case 'read':
      return { text: 'Reads only', tone: 'info' };
    case 'write':
      return { text: 'Changes data', tone: 'warn' };
    case 'send':
      return { text: 'Sends data out', tone: 'warn' };
    case 'execute':
      return { text: 'Runs commands', tone: 'danger' };
    case 'destroy':
      return { text: 'Can destroy data', tone: 'danger' };
    case 'unknown':
      return { text: 'Effect unknown', tone: 'danger' };
    default:
      return level satisfies never;
  }
}

/** Who made a rule. */
export function sourceWords(source: RuleSource): string {
  switch (source) {
    case 'managed':
      return 'set by your organisation';
    case 'user':
      return 'your rule';
    case 'built-in':
      return 'built in';
    default:
      return source satisfies never;
  }
}

const levels: readonly RiskLevel[] = ['read', 'write', 'send', 'execute', 'destroy', 'unknown'];

/** A risk level as the trail wrote it, in words where it is one of ours. */
export const writtenRisk = (risk: string): string => {
  const level = levels.find((known) => known === risk);
  return level === undefined ? risk : riskWords(level).text;
};
