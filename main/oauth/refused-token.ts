import { fail, ok } from '../../shared/outcome.ts';
import type { SessionParts } from './browser-sign-in.ts';
import type { Resource } from './discovery.ts';
import type { HeldSignIn } from './held-sign-in.ts';
import { sameIssuer } from './issuers.ts';
import type { KeptSignIn } from './kept.ts';
import type { Outcome } from './ports.ts';
import type { OAuthProblem } from './problem.ts';

/** A token refused within this time after it was given will not do better the next time, in milliseconds. */
const justGivenMs = 30_000;

/** Deals with a refused token: `retry` where there is another one now, `sign-in` where only a person can help. */
type RefusedToken = (
  connectionId: string,
  refused: KeptSignIn,
  /** Where the challenge says that the resource metadata stands. */
  metadata: string | undefined,
) => Promise<Outcome<'retry' | 'sign-in'>>;

/**
 * Makes what deals with the refused tokens of one server. The resource metadata is read anew first: a server that names
 * other issuers than the token's has moved (MCP, authorization server binding), so the token goes, however young it is.
 * Else an old one is renewed, and one that was just signed in for ends the matter.
 */
export function makeRefusedToken(
  server: string,
  { ports, issuers }: SessionParts,
  held: HeldSignIn,
): RefusedToken {
  let reading: Promise<Outcome<Resource>> | undefined;

  const named: (...about: Parameters<RefusedToken>) => Promise<Outcome<Resource>> = async (
    connectionId,
    before,
    metadata,
  ) => {
    const entry = ports.connectionOf(connectionId);
    return entry === undefined ? gone : issuers.named(server, entry, { metadata, before });
  };

  return async (connectionId, refused, metadata) => {
    reading ??= named(connectionId, refused, metadata).finally(() => {
      reading = undefined;
    });
    const now = await reading;
    if (now.ok && !now.value.issuers.some((issuer) => sameIssuer(issuer, refused.issuer))) {
      const left = await held.drop(refused, issuerMoved);
      return left.ok ? ok(left.value === undefined ? 'sign-in' : 'retry') : left;
    }
    const fresh = ports.now() - refused.obtainedAt < justGivenMs;
    if (fresh && refused.by === 'sign-in') {
      // The server has moved where it must not be followed to.
      return !now.ok && now.problem.code === 'wrong-issuer' ? now : tokenRefused;
    }
    if (!fresh && refused.refreshToken !== undefined) {
      const next = await held.renew(refused);
      if (!next.ok) return next;
      if (next.value !== undefined) return ok('retry');
    }
    return ok('sign-in');
  };
}

/** Why a sign-in was lost where the server names another issuer now. */
export const issuerMoved: OAuthProblem = {
  code: 'needs-sign-in',
  message:
    'This server now uses another sign-in server, so the sign-in there was is no longer used. Open Airlock, choose the server and then Sign in.',
};

const tokenRefused = fail(
  'token-refused',
  'The server refuses the sign-in that was just made for it. Tell whoever runs the server.',
);

const gone = fail('unknown-connection', 'This connection is no longer there.');
