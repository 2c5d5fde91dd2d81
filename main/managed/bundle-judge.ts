import { createHash } from 'node:crypto';
import type { BundlePayload } from '../../shared/managed.ts';
import { fail, ok, type Problem, type Result } from '../../shared/outcome.ts';

/** The newest bundle this machine has seen: its serial, and the hash of its payload. */
export interface Mark {
  readonly serial: number;
  readonly hash: string;
}

/** Why a bundle is not taken now. */
export type JudgeProblem = Problem & {
  readonly code: 'bundle-expired' | 'bundle-not-yet' | 'bundle-rollback' | 'bundle-serial-reused';
};

/** How far the clock of this machine may differ from the one that issued the bundle, in milliseconds. */
export const clockTolerance = 5 * 60_000;

const day = (moment: string | number): string => new Date(moment).toISOString().slice(0, 16);

/** Whether the bundle's end has passed. `now` in Unix milliseconds. */
export const isExpired = ({ expires }: Pick<BundlePayload, 'expires'>, now: number): boolean =>
  now > Date.parse(expires) + clockTolerance;

/** Whether a bundle comes after what was seen, or is the very one. */
export function judgeSerial(
  serial: number,
  hash: string,
  seen: Mark | undefined,
): Result<null, JudgeProblem> {
  if (seen === undefined || serial > seen.serial) return ok(null);
  if (serial < seen.serial) {
    return fail(
      'bundle-rollback',
      `The policy bundle has the serial ${serial}, and ${seen.serial} was seen before: an older policy is not taken.`,
    );
  }
  if (hash === seen.hash) return ok(null);
  return fail(
    'bundle-serial-reused',
    `Two different policy bundles have the serial ${serial}. Publish the next one under a higher serial.`,
  );
}

/** Whether a bundle may be taken now: its time has come and has not passed, and it is no step back. */
export function judgeBundle(
  payload: BundlePayload,
  hash: string,
  seen: Mark | undefined,
  now: number,
): Result<null, JudgeProblem> {
  if (isExpired(payload, now)) {
    return fail('bundle-expired', `The policy bundle ended on ${day(payload.expires)} UTC.`);
  }
  const begins = payload.notBefore ?? payload.issued;
  if (now < Date.parse(begins) - clockTolerance) {
    return fail(
      'bundle-not-yet',
      `The policy bundle begins on ${day(begins)} UTC, and this machine's clock says ${day(now)}. Check the clock.`,
    );
  }
  return judgeSerial(payload.serial, hash, seen);
}

/** The share of machines, from 0 to 100, below which this one falls for a salt. The same salt always gives the same. */
export function rolloutPlace(salt: string, deviceId: string): number {
  const digest = createHash('sha256')
    .update(JSON.stringify([salt, deviceId]))
    .digest();
  return (digest.readUInt32BE(0) / 2 ** 32) * 100;
}

/** Whether this machine takes part in a staged roll-out. */
export const takesPart = ({ rollout }: Pick<BundlePayload, 'rollout'>, deviceId: string): boolean =>
  rollout === undefined || rolloutPlace(rollout.salt, deviceId) < rollout.percent;
