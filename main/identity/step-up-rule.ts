import type { RiskLevel } from '../../shared/policy.ts';

/** Which calls want a fresh proof of the person before a yes counts. */
export interface StepUpRule {
  /** Names of tools; `*` stands for any characters. */
  readonly tools: readonly string[];
  readonly risks: readonly RiskLevel[];
}

/** Whether a call of a tool with this risk wants one. Pure. */
export const wantsStepUp = (rule: StepUpRule, tool: string, risk: RiskLevel): boolean =>
  rule.risks.includes(risk) || rule.tools.some((pattern) => fits(pattern, tool));

/** The parts between the stars in order, each at its earliest place: linear, unlike a regular expression. */
function fits(pattern: string, name: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return name === pattern;
  if (!name.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
}
