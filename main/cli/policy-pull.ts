import { fail, ok, type Result } from '../../shared/outcome.ts';
import { askApp } from '../kill/control-client.ts';
import type { ExitCode, Output } from './output.ts';
import type { PolicyPlace } from './policy-place.ts';

/** A policy host may take its time; the app gives up on it sooner. */
const pullMs = 90_000;

/** `airlock policy pull`: lets the running app look for a new policy now. 1 where none is in force after it. */
export async function policyPull(place: PolicyPlace, out: Output): Promise<Result<ExitCode>> {
  const asked = await askApp(place.data, { ask: 'check-policy' }, pullMs);
  if (!asked.running) {
    out.result({ running: false }, 'Airlock is not running; it looks for a policy when it starts.');
    return ok(1);
  }
  const { reply } = asked;
  if (!reply.ok) return fail(reply.problem.code, reply.problem.message);
  if (!('policy' in reply))
    return fail('no-answer', 'Airlock gave another answer than asked for. Update both.');
  const { policy } = reply;
  const said =
    policy.state === 'not-managed'
      ? 'This machine is not managed by an organisation.'
      : policy.serial === undefined
        ? `No policy of ${policy.organisation || 'the organisation'} could be had yet.`
        : `The policy of ${policy.organisation} is in force: serial ${policy.serial}, until ${policy.expires ?? 'an unknown time'}.`;
  out.result(
    { running: true, ...policy },
    [said, ...policy.problems.map((one) => `! ${one}`)].join('\n'),
  );
  return ok(policy.state === 'managed' && policy.problems.length === 0 ? 0 : 1);
}
