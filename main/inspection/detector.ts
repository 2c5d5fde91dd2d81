import type { Finding, Severity } from '../../shared/finding.ts';
import { owasp } from '../../shared/finding.ts';

/**
 * One thing that looks for one kind of danger in a subject (a tool definition, a request, an answer). Pure, and
 * linear in the size of the subject. `code` is the stable code its findings carry.
 */
export interface Detector<Subject> {
  readonly code: string;
  inspect(subject: Subject): readonly Finding[];
}

/** Which entry of the OWASP MCP Top 10 a finding belongs to. */
export type OwaspId = keyof typeof owasp;

/** Most findings one inspection reports: a hostile text must not flood the trail or the prompt. */
const mostFindings = 32;

/** Makes a finding, with the OWASP id spelled out together with its title. */
export const finding = (
  code: string,
  severity: Severity,
  place: string,
  message: string,
  risk: OwaspId,
): Finding => ({ code, severity, place, message, owasp: owasp[risk] });

const failed = (code: string): Finding =>
  finding(
    'inspection-failed',
    'high',
    code,
    `The check "${code}" could not be completed, so this counts as dangerous. Look at the text before you allow it.`,
    'MCP03',
  );

/**
 * Runs every detector and joins what they saw, the gravest first, at most 32. A detector that throws leaves a
 * high finding `inspection-failed` in its place: a check that did not run must never read as "nothing found".
 */
export function runDetectors<Subject>(
  detectors: readonly Detector<Subject>[],
  subject: Subject,
): readonly Finding[] {
  let all: Finding[] | undefined;
  for (const detector of detectors) {
    try {
      const seen = detector.inspect(subject);
      if (seen.length > 0) all = all === undefined ? [...seen] : all.concat(seen);
    } catch {
      all = [...(all ?? []), failed(detector.code)];
    }
  }
  return all === undefined ? none : bounded(all);
}

const none: readonly Finding[] = [];
const weight: Record<Severity, number> = { high: 0, medium: 1, low: 2 };

function bounded(all: readonly Finding[]): readonly Finding[] {
  const seen = new Map<string, Finding>();
  for (const one of all) {
    const key = `${one.code}\n${one.place}`;
    const known = seen.get(key);
    if (known === undefined || weight[one.severity] < weight[known.severity]) seen.set(key, one);
  }
  const ordered = [...seen.values()].sort((a, b) => weight[a.severity] - weight[b.severity]);
  return ordered.slice(0, mostFindings);
}
