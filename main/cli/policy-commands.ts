import { ok, type Result } from '../../shared/outcome.ts';
import type { ExitCode, Output } from './output.ts';
import { policyCheck } from './policy-check.ts';
import { type PolicyCommand, policyHelp } from './policy-command-line.ts';
import { policyDiff } from './policy-diff.ts';
import { policyExplain } from './policy-explain.ts';
import { policyInit } from './policy-init.ts';
import { policyKeygen } from './policy-keys.ts';
import { policyPull } from './policy-pull.ts';
import { policySign } from './policy-sign.ts';
import { policyTest } from './policy-test.ts';
import { policyVerify } from './policy-verify.ts';
import type { Workplace } from './workplace.ts';

/** Carries out `airlock policy …`. */
export async function policy(
  place: Workplace,
  command: PolicyCommand,
  out: Output,
): Promise<Result<ExitCode>> {
  switch (command.name) {
    case 'help':
      out.result({ help: policyHelp }, policyHelp.trimEnd());
      return ok(0);
    case 'init':
      return policyInit(command, out);
    case 'check':
      return policyCheck(command.path, out);
    case 'test':
      return policyTest(command.folder, out);
    case 'explain':
      return policyExplain(command.folder, command.request, out);
    case 'keygen':
      return policyKeygen(command.output, out);
    case 'sign':
      return policySign(command, out);
    case 'verify':
      return policyVerify(command, out);
    case 'diff':
      return policyDiff(place, command, out);
    case 'pull':
      return policyPull(place, out);
    default:
      return command satisfies never;
  }
}
