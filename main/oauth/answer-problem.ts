import {
  type AuthorizationResponseError,
  ResponseBodyError,
  WWWAuthenticateChallengeError,
} from 'oauth4webapi';
import { RequestRefused } from './limited-fetch.ts';
import type { OAuthProblem } from './problem.ts';

/** Errors of a token, registration or revocation endpoint that say the client itself is not (or no longer) known. */
const ofClient = ['invalid_client', 'unauthorized_client'];

/**
 * What a failed exchange with an issuer means. Only a known error code decides; nothing the issuer wrote is shown,
 * and the error itself, which may hold tokens, goes no further.
 */
export function answerProblem(error: unknown, host: string): OAuthProblem {
  if (error instanceof RequestRefused) return error.problem;
  if (error instanceof WWWAuthenticateChallengeError) return clientRefused(host);
  if (error instanceof ResponseBodyError) {
    if (ofClient.includes(error.error)) return clientRefused(host);
    if (error.error === 'invalid_grant') {
      const message = `${host} no longer accepts this sign-in. Sign in to the server again.`;
      return { code: 'grant-refused', message };
    }
    if (error.error === 'invalid_scope' || error.error === 'invalid_target') {
      const message = `${host} does not give access to this server as it was asked for. Ask whoever runs the server.`;
      return { code: 'sign-in-refused', message };
    }
    if (error.error === 'temporarily_unavailable' || error.error === 'slow_down')
      return later(host);
  }
  const status = statusOf(error);
  if (status === 429 || (status !== undefined && status >= 500)) return later(host);
  const message = `${host} gave an answer that Airlock does not understand. Try again; if it stays so, tell whoever runs it.`;
  return { code: 'bad-answer', message };
}

/** What an error in the redirect means (RFC 6749, section 4.1.2.1), after state and issuer were found right. */
export function redirectProblem(error: AuthorizationResponseError, host: string): OAuthProblem {
  switch (error.error) {
    case 'access_denied':
      return {
        code: 'sign-in-declined',
        message: `The sign-in at ${host} was declined. Sign in again if that was a mistake.`,
      };
    case 'server_error':
    case 'temporarily_unavailable':
      return later(host);
    case 'unauthorized_client':
      return clientRefused(host);
    default:
      return {
        code: 'sign-in-refused',
        message: `${host} refused the sign-in. Ask whoever runs the server whether you have access.`,
      };
  }
}

const clientRefused = (host: string): OAuthProblem => ({
  code: 'client-refused',
  message: `${host} does not know Airlock any more. Sign in to the server again.`,
});

const later = (host: string): OAuthProblem => ({
  code: 'server-error',
  message: `${host} has trouble of its own. Try again later.`,
});

/** The status of the answer that an error of the library carries, wherever it keeps it. */
function statusOf(error: unknown): number | undefined {
  if (error instanceof ResponseBodyError) return error.status;
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Response ? cause.status : undefined;
}
