import { join, relative } from 'node:path';
import { ok, type Result } from '../../shared/outcome.ts';
import { SettingsPatch } from '../../shared/settings.ts';
import { catalogue } from '../clients/catalogue.ts';
import { checkRules } from '../policy/rule-problems.ts';
import { columns, type ExitCode, type Output } from './output.ts';
import { type BundleFile, fileNames } from './policy-files.ts';
import { type PolicyFolder, readPolicy } from './policy-folder.ts';
import type { ReadJson } from './policy-json.ts';

/** Something to correct in a policy folder, or to look at again. */
export interface PolicyProblem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly severity: 'error' | 'warning';
  /** The id of the rule, where it is about one. */
  readonly rule?: string;
  readonly message: string;
}

/** What a check of a policy came to. */
export interface PolicyReport {
  readonly rules: readonly string[];
  readonly problems: readonly PolicyProblem[];
}

/** What `airlock run` goes by; it is no client with a config. */
const clientIds: ReadonlySet<string> = new Set([...catalogue.map(({ id }) => id), 'airlock-run']);

/** Checks everything a policy folder holds: the rules, the bundle and the form of the tests. */
export function checkPolicy({ rules, bundle, tests, folder }: PolicyFolder): PolicyReport {
  const report = checkRules(rules.text, {
    name: fileNames.rules,
    clients: clientIds,
    standsAlone: bundle !== undefined,
  });
  return {
    rules: report.rules,
    problems: [
      ...report.problems.map(({ rule, ...rest }) => ({
        file: rules.path,
        ...rest,
        ...(rule === '' ? {} : { rule }),
      })),
      ...formProblems(join(folder, fileNames.bundle), bundle),
      ...(bundle?.ok === true ? bundleProblems(join(folder, fileNames.bundle), bundle.value) : []),
      ...formProblems(join(folder, fileNames.tests), tests),
    ],
  };
}

const formProblems = (
  file: string,
  read: ReadJson<unknown> | undefined,
): readonly PolicyProblem[] =>
  read === undefined || read.ok
    ? []
    : read.problems.map((one) => ({ file, severity: 'error' as const, ...one }));

/** What a well-formed bundle says that cannot be meant. */
function bundleProblems(file: string, bundle: BundleFile): PolicyProblem[] {
  const at = (severity: PolicyProblem['severity'], message: string): PolicyProblem => ({
    file,
    line: 1,
    column: 1,
    severity,
    message,
  });
  const known: Readonly<Record<string, { safeParse(value: unknown): { success: boolean } }>> =
    SettingsPatch.shape;
  return [
    ...(bundle.expires !== undefined && Date.parse(bundle.expires) <= Date.now()
      ? [at('error', `expires: ${bundle.expires} is past, so no machine would take it.`)]
      : []),
    ...Object.entries(bundle.settings).flatMap(([key, { value }]) => {
      const form = Object.hasOwn(known, key) ? known[key] : undefined;
      if (form === undefined) {
        return [at('warning', `settings.${key}: this version of Airlock has no such setting.`)];
      }
      return form.safeParse(value).success
        ? []
        : [at('error', `settings.${key}: ${JSON.stringify(value)} is no value of this setting.`)];
    }),
  ];
}

/** Whether anything has to be corrected before the policy may be used. */
export const hasErrors = ({ problems }: PolicyReport): boolean =>
  problems.some(({ severity }) => severity === 'error');

/** One line for each problem, as compilers write them: `policy.cedar:3:9: error [no-etc] …`. */
export const problemLines = (problems: readonly PolicyProblem[]): string[] =>
  problems.map(({ file, line, column, severity, rule, message }) => {
    const named = rule === undefined ? '' : ` [${rule}]`;
    const near = relative(process.cwd(), file);
    const shown = near.startsWith('..') ? file : near;
    return `${shown}:${line}:${column}: ${severity}${named} ${message}`;
  });

const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;

/** `airlock policy check`: 1 where something has to be corrected. */
export function policyCheck(path: string, out: Output): Result<ExitCode> {
  const read = readPolicy(path);
  if (!read.ok) return read;
  const report = checkPolicy(read.value);
  const errors = report.problems.filter(({ severity }) => severity === 'error').length;
  const warnings = report.problems.length - errors;
  const sum = `${count(report.rules.length, 'rule')}, ${count(errors, 'error')}, ${count(warnings, 'warning')}.`;
  out.result(
    { ...report, errors, warnings },
    columns([...problemLines(report.problems), sum].map((line) => [line])),
  );
  return ok(errors === 0 ? 0 : 1);
}
