import { fail, ok, type Result } from '../../shared/outcome.ts';
import type { Decision } from '../../shared/policy.ts';
import { columns, type ExitCode, type Output } from './output.ts';
import { checkPolicy, hasErrors, problemLines } from './policy-check.ts';
import { fileNames, type PolicyTest } from './policy-files.ts';
import { type PolicyFolder, readPolicyFolder } from './policy-folder.ts';
import { tryPolicy } from './policy-trial.ts';

/** How one test came out. */
export interface TestResult {
  readonly name: string;
  readonly pass: boolean;
  readonly expected: PolicyTest['expect'];
  readonly decision: Decision['decision'];
  /** Ids of the rules that made the decision, the deciding ones first. */
  readonly rules: readonly string[];
}

/** Runs the tests of a policy folder. A folder without tests, or with unreadable ones, is a problem. */
export function runTests(policy: PolicyFolder): Result<TestResult[]> {
  const { tests } = policy;
  if (tests === undefined) {
    return fail('no-tests', `There is no ${fileNames.tests} in ${policy.folder}.`);
  }
  if (!tests.ok) {
    const { line, column, message } = tests.problems[0] ?? { line: 1, column: 1, message: '' };
    return fail('tests', `${fileNames.tests}:${line}:${column}: ${message}`);
  }
  const decide = tryPolicy(policy);
  return ok(
    tests.value.tests.map(({ name, request, expect }): TestResult => {
      const decision = decide(request);
      const ids = decision.rules.map(({ id }) => id);
      const named = (expect.rules ?? []).every((id) => ids.includes(id));
      const pass = decision.decision === expect.decision && named;
      return { name, pass, expected: expect, decision: decision.decision, rules: ids };
    }),
  );
}

/** `airlock policy test`: 1 where a test fails. */
export function policyTest(folder: string, out: Output): Result<ExitCode> {
  const read = readPolicyFolder(folder);
  if (!read.ok) return read;
  const report = checkPolicy(read.value);
  if (hasErrors(report)) {
    const errors = report.problems.filter(({ severity }) => severity === 'error');
    for (const line of problemLines(errors)) out.note(line);
  }
  const ran = runTests(read.value);
  if (!ran.ok) return ran;
  const passed = ran.value.filter(({ pass }) => pass).length;
  const sum = `${passed} of ${ran.value.length} tests pass.`;
  out.result(
    { passed, failed: ran.value.length - passed, tests: ran.value },
    `${columns(ran.value.map(row))}\n${sum}`,
  );
  return ok(passed === ran.value.length ? 0 : 1);
}

function row({ name, pass, expected, decision, rules }: TestResult): string[] {
  const wanted = (expected.rules ?? []).filter((id) => !rules.includes(id));
  const missed = [
    ...(expected.decision === decision ? [] : [expected.decision]),
    ...(wanted.length === 0 ? [] : [`rule ${wanted.join(', ')}`]),
  ];
  const said = missed.length === 0 ? '' : ` (expected ${missed.join(' by ')})`;
  return [pass ? 'ok' : 'FAIL', name, decision, `${rules.join(', ')}${said}`];
}
