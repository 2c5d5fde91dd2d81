import { fail } from '../../shared/outcome.ts';
import type { KeptSession } from './oidc-kept.ts';
import type { OidcPolicy } from './oidc-ports.ts';
import type { OidcProblem } from './oidc-problem.ts';

/** Whether a session counts at a moment, and for how long. Times in Unix milliseconds. */
export type Standing =
  | {
      readonly counts: true;
      readonly endsAt: number;
      /** Where the provider is overdue to confirm it: since when it has not, and until when that is borne. */
      readonly offline?: { readonly since: number; readonly until: number };
    }
  | { readonly counts: false; readonly problem: OidcProblem };

const hourMs = 3_600_000;

/** A clock set back further than this before the last check tells of nothing that the check was good for. */
const setBackMs = 300_000;

/**
 * Judges a session by policy. A provider that answers late is no reason yet: `overdueMs` after the last check the
 * session is called offline. A session that cannot be checked has no grace, only its end. Pure.
 */
export function standingOf(
  session: KeptSession,
  policy: OidcPolicy | undefined,
  now: number,
  overdueMs: number,
): Standing {
  if (
    policy === undefined ||
    policy.issuer !== session.issuer ||
    policy.clientId !== session.clientId
  ) {
    return { counts: false, problem: other };
  }
  const endsAt = session.signedInAt + policy.sessionHours * hourMs;
  if (now >= endsAt) return { counts: false, problem: ended(policy.sessionHours) };
  if (session.refreshToken === undefined) {
    return now + setBackMs < session.signedInAt
      ? { counts: false, problem: unsure }
      : { counts: true, endsAt };
  }
  if (now + setBackMs < session.checkedAt) return { counts: false, problem: unsure };
  const until = session.checkedAt + overdueMs + policy.offlineGraceHours * hourMs;
  if (now >= until) return { counts: false, problem: tooLong(policy.offlineGraceHours) };
  const overdue = now >= session.checkedAt + overdueMs;
  return { counts: true, endsAt, ...(overdue && { offline: { since: session.checkedAt, until } }) };
}

const other = fail(
  'other-issuer',
  'Your company now uses another identity provider. Sign in again.',
).problem;

const span = (hours: number): string => `${hours} ${hours === 1 ? 'hour' : 'hours'}`;

const ended = (hours: number): OidcProblem =>
  fail(
    'session-ended',
    `Your sign-in is older than the ${span(hours)} that your company allows. Sign in again.`,
  ).problem;

const tooLong = (hours: number): OidcProblem =>
  fail(
    'offline-too-long',
    `Your company’s identity provider has not confirmed your sign-in for more than ${span(hours)}. Connect to the network; Airlock tries again by itself, or sign in again.`,
  ).problem;

const unsure = fail(
  'clock-wrong',
  'This machine’s clock stands before the last confirmation of your sign-in. Set date and time, then sign in again.',
).problem;
