import { fail, ok } from '../../shared/outcome.ts';
import type { KeptSession } from './oidc-kept.ts';
import type { OidcLimits, OidcOutcome } from './oidc-ports.ts';
import { acrRefused, clockWrong } from './oidc-problem.ts';

/** How a person has to prove anew who they are, for a tool that policy chose. */
export interface Demand {
  /** How long ago the proof may lie, in seconds. */
  readonly maxAgeSeconds: number;
  /** The authentication context class that the provider has to name (OpenID Connect Core, section 2). */
  readonly acr?: string;
}

/**
 * Judges the end of a step-up: the same person, `auth_time` within the demand, and the class it names. A provider
 * that does not say when the person proved it cannot serve: that a page was opened proves nothing. Pure.
 */
export function demandMet(
  next: KeptSession,
  demand: Demand,
  about: {
    readonly subject: string;
    readonly host: string;
    /** The earliest `auth_time` that is good, by this machine's clock; Unix milliseconds as `now`. */
    readonly since: number;
    readonly now: number;
  },
  limits: Pick<OidcLimits, 'clockToleranceSeconds'>,
): OidcOutcome<KeptSession> {
  const { host, since, now } = about;
  const toleranceMs = limits.clockToleranceSeconds * 1000;
  if (next.subject !== about.subject) return otherPerson;
  if (next.authenticatedAt === undefined) return silent(host);
  if (next.authenticatedAt > now + toleranceMs) return { ok: false, problem: clockWrong(host) };
  if (next.authenticatedAt < since - toleranceMs) return stale(host);
  if (demand.acr !== undefined && next.acr !== demand.acr) {
    return { ok: false, problem: acrRefused(host) };
  }
  return ok(next);
}

/** Whether a session still holds a proof that meets a demand. Pure. */
export function heldMeets(
  { authenticatedAt, acr }: KeptSession,
  demand: Demand,
  now: number,
  { clockToleranceSeconds }: Pick<OidcLimits, 'clockToleranceSeconds'>,
): boolean {
  if (authenticatedAt === undefined) return false;
  const ageSeconds = (now - authenticatedAt) / 1000;
  const timely =
    ageSeconds >= -clockToleranceSeconds &&
    ageSeconds <= demand.maxAgeSeconds + clockToleranceSeconds;
  return timely && (demand.acr === undefined || demand.acr === acr);
}

const otherPerson = fail(
  'wrong-person',
  'Somebody else confirmed than the person who is signed in, so it does not count. Try again as yourself, or sign out first.',
);

const silent = (host: string) =>
  fail(
    'not-fresh',
    `${host} does not say when you last proved who you are (auth_time), so it cannot confirm this. Tell IT.`,
  );

const stale = (host: string) =>
  fail('not-fresh', `${host} did not ask you again for your password or second factor. Tell IT.`);
