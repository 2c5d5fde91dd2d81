import { z } from 'zod';

/** Where a rule came from. Managed and user sets are evaluated apart and both must permit. */
export const RuleSource = z.enum(['managed', 'user', 'built-in']);
export type RuleSource = z.infer<typeof RuleSource>;

/** A rule that made a decision: its id, its sentence for people, and where it came from. */
export const Rule = z.object({ id: z.string(), text: z.string(), source: RuleSource });
export type Rule = z.infer<typeof Rule>;

/** What a call may do at worst, from annotations, verbs and arguments; ordered from harmless to unknown. */
export const RiskLevel = z.enum(['read', 'write', 'send', 'execute', 'destroy', 'unknown']);
export type RiskLevel = z.infer<typeof RiskLevel>;

/** True when `level` is no worse than `ceiling` in the order of RiskLevel. */
export const withinRisk = (level: RiskLevel, ceiling: RiskLevel): boolean =>
  RiskLevel.options.indexOf(level) <= RiskLevel.options.indexOf(ceiling);

/** A risk with the reasons for it, one short sentence each. */
export const Risk = z.object({ level: RiskLevel, reasons: z.array(z.string()) });
export type Risk = z.infer<typeof Risk>;

/**
 * allow, ask or deny with the rules that made it. Deny = not permitted to `callTool`; ask = permitted, but not
 * to `callToolUnattended`; allow = both.
 */
export const Decision = z.object({
  decision: z.enum(['allow', 'ask', 'deny']),
  rules: z.array(Rule),
  risk: Risk,
});
export type Decision = z.infer<typeof Decision>;
