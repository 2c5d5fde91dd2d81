import { ok, type Result } from '../../shared/outcome.ts';
import { judgeBundle } from '../managed/bundle-judge.ts';
import { verifyBundleJws } from '../managed/bundle-jws.ts';
import { cedarOf, readPayload } from '../managed/bundle-payload.ts';
import { checkRules } from '../policy/rule-problems.ts';
import { columns, type ExitCode, type Output } from './output.ts';
import { readText } from './policy-folder.ts';
import { readEnrolment, readPublicKeys } from './policy-keys.ts';

/** What `airlock policy verify` is asked for. */
export interface VerifyRequest {
  readonly file: string;
  /** By which keys it should be signed: a file with public keys, or an enrolment. */
  readonly by: { readonly key: string } | { readonly enrolment: string };
}

/** `airlock policy verify`: what a machine would say of a bundle. 1 where it would not take it. */
export async function policyVerify(
  { file, by }: VerifyRequest,
  out: Output,
  now: () => number = Date.now,
): Promise<Result<ExitCode>> {
  const text = readText(file);
  if (!text.ok) return text;
  const enrolment = 'enrolment' in by ? readEnrolment(by.enrolment) : undefined;
  if (enrolment?.ok === false) return enrolment;
  const keys = 'key' in by ? readPublicKeys(by.key) : ok(enrolment?.value.keys ?? []);
  if (!keys.ok) return keys;
  const signed = await verifyBundleJws(text.value.trim(), keys.value);
  if (!signed.ok) return negative(out, [signed.problem.message]);
  const { kid, hash, json } = signed.value;
  const read = readPayload(json, enrolment?.value.organisation ?? organisationOf(json));
  if (!read.ok) return negative(out, [read.problem.message]);
  const { payload } = read.value;
  const { organisation, serial, issued, notBefore, expires } = payload;
  const rules = checkRules(cedarOf(payload), { name: 'the bundle' });
  const judged = judgeBundle(payload, hash, undefined, now());
  const problems = [
    ...(judged.ok ? [] : [judged.problem.message]),
    ...read.value.problems,
    ...rules.problems
      .filter(({ severity }) => severity === 'error')
      .map(({ rule, line, column, message }) => `Rule ${rule} (${line}:${column}): ${message}`),
  ];
  const facts = { kid, organisation, serial, issued, notBefore, expires, mode: payload.mode };
  out.result(
    { ok: problems.length === 0, problems, ...facts, kill: payload.kill, rules: rules.rules },
    [
      problems.length === 0
        ? 'The signature holds, and a machine would take it.'
        : `The signature holds, but a machine would not take it as it is:\n${problems.map((one) => `! ${one}`).join('\n')}`,
      columns([
        ['organisation', organisation],
        ['serial', String(serial)],
        ['signed by', kid],
        ['valid', `${notBefore ?? issued} to ${expires}`],
        ['mode', payload.mode],
        ...(payload.kill.scope === 'none' ? [] : [['kill', payload.kill.scope]]),
        ['rules', `${rules.rules.length}: ${shortList(rules.rules)}`],
      ]),
    ].join('\n'),
  );
  return ok(problems.length === 0 ? 0 : 1);
}

/** Without an enrolment a bundle is read for whomever it says it is for. */
const organisationOf = (json: unknown): string =>
  typeof json === 'object' && json !== null && 'organisation' in json
    ? String(json.organisation)
    : '';

const mostListed = 20;
const shortList = (ids: readonly string[]): string =>
  ids.length > mostListed ? `${ids.slice(0, mostListed).join(', ')}, …` : ids.join(', ');

function negative(out: Output, problems: readonly string[]): Result<ExitCode> {
  out.result({ ok: false, problems }, problems.map((one) => `! ${one}`).join('\n'));
  return ok(1);
}
