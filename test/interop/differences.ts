import type { Check, Report } from './suite.ts';

/** A check that came out differently through Airlock than without it. */
export interface Difference {
  readonly scenario: string;
  readonly check: string;
  /** `absent` where the scenario never got as far as the check. */
  readonly direct: Check['status'] | 'absent';
  readonly through: Check['status'] | 'absent';
  readonly message: string;
}

/** Compares two runs scenario by scenario and check by check; what differs first, in the order of the first run. */
export function differences(direct: Report, through: Report): Difference[] {
  const scenarios = new Set([...direct.keys(), ...through.keys()]);
  return [...scenarios].flatMap((scenario) => {
    const before = numbered(direct.get(scenario) ?? []);
    const after = numbered(through.get(scenario) ?? []);
    return [...new Set([...before.keys(), ...after.keys()])].flatMap((check) => {
      const one = before.get(check);
      const other = after.get(check);
      if (one?.status === other?.status) return [];
      const message = other?.errorMessage ?? one?.errorMessage ?? '';
      return [
        {
          scenario,
          check,
          direct: one?.status ?? 'absent',
          through: other?.status ?? 'absent',
          message,
        } as const,
      ];
    });
  });
}

/** The checks by id and name; one that comes again gets its number. */
function numbered(checks: readonly Check[]): Map<string, Check> {
  const seen = new Map<string, number>();
  return new Map(
    checks.map((check) => {
      const name = check.id === check.name ? check.id : `${check.id} ${check.name}`;
      const count = (seen.get(name) ?? 0) + 1;
      seen.set(name, count);
      return [count === 1 ? name : `${name} #${count}`, check];
    }),
  );
}

/** How many checks passed, failed, warned and were skipped. */
export function tally(report: Report): Record<Check['status'], number> {
  const counts = { SUCCESS: 0, FAILURE: 0, WARNING: 0, SKIPPED: 0, INFO: 0 };
  for (const checks of report.values()) for (const { status } of checks) counts[status] += 1;
  return counts;
}

/** The scenarios with a failed check or a warning, and what each says. */
export const shortfalls = (report: Report): string[] =>
  [...report].flatMap(([scenario, checks]) =>
    checks
      .filter(({ status }) => status === 'FAILURE' || status === 'WARNING')
      .map(({ id, status, errorMessage = '' }) => `${scenario}: ${status} ${id}: ${errorMessage}`),
  );
