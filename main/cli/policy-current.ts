import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import { BundlePayload } from '../../shared/managed.ts';
import { fail, ok, type Result } from '../../shared/outcome.ts';
import { cedarOf } from '../managed/bundle-payload.ts';
import { readText } from './policy-folder.ts';
import type { TrialRules } from './policy-trial.ts';

/** Where the app keeps the last bundle it took, in the data folder. */
export const keptBundle = (data: string): string => join(data, 'managed-policy.jws');

/**
 * The managed rules of this machine as they were last taken; none where no bundle was. The app has verified them; here
 * they are only compared with, so their signature is not looked at again.
 */
export function currentRules(data: string): Result<Pick<TrialRules, 'text' | 'registry'>> {
  const file = keptBundle(data);
  if (!existsSync(file)) return ok({ text: undefined, registry: undefined });
  const compact = readText(file);
  if (!compact.ok) return compact;
  const payload = BundlePayload.safeParse(claims(compact.value.trim()));
  return payload.success
    ? ok({ text: cedarOf(payload.data), registry: payload.data.registry })
    : fail('no-bundle', `${file} cannot be read, so nobody can say what the current policy is.`);
}

function claims(compact: string): unknown {
  try {
    return decodeJwt(compact);
  } catch {
    return undefined;
  }
}
