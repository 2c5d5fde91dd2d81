import { AuthorizationResponseError, ClientError, ResponseBodyError } from 'openid-client';
import { fail, type Problem } from '../../shared/outcome.ts';

/** Why a sign-in, a check or a sign-out could not be done. The sentence beside it says what to do. */
export type OidcProblemCode =
  /** IT has set up no provider, or one that cannot be used. */
  | 'not-offered'
  | 'bad-issuer'
  | 'no-pkce'
  | 'client-refused'
  /** The provider does not answer, or not as it should. */
  | 'unreachable'
  | 'server-error'
  | 'bad-answer'
  | 'wrong-issuer'
  | 'bad-id-token'
  | 'clock-wrong'
  /** A person has to do something, or did. */
  | 'sign-in-refused'
  | 'sign-in-timed-out'
  | 'needs-sign-in'
  | 'wrong-person'
  | 'not-fresh'
  | 'acr-refused'
  | 'busy'
  | 'stopped'
  /** A sign-in that there was counts no longer. */
  | 'session-revoked'
  | 'session-ended'
  | 'offline-too-long'
  | 'other-issuer'
  /** Something on this machine is in the way. */
  | 'browser-failed'
  | 'listener-failed'
  | 'not-recorded'
  | 'keychain'
  | 'forgetting-failed';

/** A problem of the sign-in. It never holds a token, a code, a secret or text a server wrote. */
export type OidcProblem = Problem & { readonly code: OidcProblemCode };

/** Why a request was not made or its answer not taken. Only for the way through the library. */
export class OidcRefused extends Error {
  readonly problem: OidcProblem;

  constructor(problem: OidcProblem) {
    super(problem.message);
    this.name = 'OidcRefused';
    this.problem = problem;
  }
}

/** OAuth errors (RFC 6749 section 5.2, OpenID Connect Core section 3.1.2.6) by which a provider says no to the person. */
const noToPerson: readonly string[] = [
  'invalid_grant',
  'access_denied',
  'interaction_required',
  'login_required',
  'consent_required',
  'account_selection_required',
];
const noToClient: readonly string[] = ['invalid_client', 'unauthorized_client'];
const notNow: readonly string[] = ['server_error', 'temporarily_unavailable', 'slow_down'];

/**
 * What went wrong in a request of the library, for a person. `refused` is the problem where the provider says no to
 * the person: a refusal of a sign-in is something else than the end of one.
 */
export function oidcProblem(
  error: unknown,
  host: string,
  refused: 'sign-in-refused' | 'session-revoked',
): OidcProblem {
  const chain = [...causes(error)];
  const own = chain.find((one) => one instanceof OidcRefused);
  if (own !== undefined) return own.problem;
  const answer = chain.find(
    (one) => one instanceof ResponseBodyError || one instanceof AuthorizationResponseError,
  );
  if (answer instanceof ResponseBodyError && answer.status >= 500) return serverError(host);
  if (answer !== undefined) return ofAnswer(answer.error, host, refused);
  const code = chain.find((one) => one instanceof ClientError)?.code;
  switch (code) {
    case 'OAUTH_TIMEOUT':
    case 'OAUTH_ABORT':
      return unreachable(host);
    case 'OAUTH_JWT_TIMESTAMP_CHECK_FAILED':
      return clockWrong(host);
    case 'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED':
      return wrongIssuer(host);
    case 'OAUTH_JWT_CLAIM_COMPARISON_FAILED':
      return badIdToken(host);
    case 'OAUTH_INVALID_RESPONSE':
      // Of the redirect this is a wrong state or issuer (RFC 9207); of a token answer a claim of a wrong form.
      return chain.some((one) => one instanceof Error && /"iss"/.test(one.message))
        ? wrongIssuer(host)
        : badIdToken(host);
    case 'OAUTH_RESPONSE_IS_NOT_CONFORM': {
      const response = chain.find((one) => one instanceof Response);
      return response !== undefined && response.status >= 500 ? serverError(host) : badAnswer(host);
    }
    default:
      return badAnswer(host);
  }
}

function* causes(error: unknown): Generator<unknown> {
  let at = error;
  for (let depth = 0; depth < 6 && at !== undefined && at !== null; depth += 1) {
    yield at;
    at = at instanceof Error ? at.cause : undefined;
  }
}

function ofAnswer(
  error: string,
  host: string,
  refused: 'sign-in-refused' | 'session-revoked',
): OidcProblem {
  if (noToPerson.includes(error)) {
    return refused === 'session-revoked'
      ? fail(
          refused,
          `${host} has ended your sign-in: it ran out there, or your company took it back. Sign in again; if that is refused, ask IT.`,
        ).problem
      : fail(
          refused,
          `The sign-in was cancelled or refused at ${host}. Try again; if it is refused again, ask IT whether you may use Airlock.`,
        ).problem;
  }
  if (noToClient.includes(error)) {
    return fail(
      'client-refused',
      `${host} does not accept Airlock under the client id your company set. Tell IT.`,
    ).problem;
  }
  if (error === 'unmet_authentication_requirements') return acrRefused(host);
  return notNow.includes(error) ? serverError(host) : badAnswer(host);
}

/** The provider cannot be reached in time. */
export const unreachable = (host: string): OidcProblem =>
  fail('unreachable', `${host} cannot be reached. Check the network connection, then try again.`)
    .problem;

const serverError = (host: string): OidcProblem =>
  fail('server-error', `${host} has a problem of its own. Try again later.`).problem;

/** An answer that cannot be used. */
export const badAnswer = (host: string): OidcProblem =>
  fail('bad-answer', `${host} gave an answer that Airlock cannot use. Tell IT.`).problem;

/** Something came from elsewhere than the issuer IT named. */
export const wrongIssuer = (host: string): OidcProblem =>
  fail(
    'wrong-issuer',
    `What came back does not come from the issuer that your company set for ${host}, so it was thrown away. Tell IT; for Entra ID the issuer has to name your tenant.`,
  ).problem;

const badIdToken = (host: string): OidcProblem =>
  fail(
    'bad-id-token',
    `The proof of identity from ${host} was not made for this sign-in, so it was thrown away. Try again; if it happens again, tell IT.`,
  ).problem;

/** The times in a proof and the time here do not fit. */
export const clockWrong = (host: string): OidcProblem =>
  fail(
    'clock-wrong',
    `The clocks of this machine and of ${host} differ too much. Set this machine’s date and time, then try again.`,
  ).problem;

/** The provider did not do what was asked for as proof. */
export const acrRefused = (host: string): OidcProblem =>
  fail(
    'acr-refused',
    `${host} did not confirm you in the way that your company wants for this. Try again with that second factor, or ask IT.`,
  ).problem;
