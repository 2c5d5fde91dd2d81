import {
  allowInsecureRequests,
  authorizationCodeGrantRequest,
  type Client,
  clockSkew,
  clockTolerance,
  customFetch,
  expectNoNonce,
  getValidatedIdTokenClaims,
  processAuthorizationCodeResponse,
  processRefreshTokenResponse,
  processRevocationResponse,
  refreshTokenGrantRequest,
  revocationRequest,
  type TokenEndpointResponse,
} from 'oauth4webapi';
import { fail, ok } from '../../shared/outcome.ts';
import { answerProblem } from './answer-problem.ts';
import { clientAuth } from './client-auth.ts';
import type { Issuer } from './discovery.ts';
import type { ClientIdentity, KeptSignIn } from './kept.ts';
import type { LimitedFetch } from './limited-fetch.ts';
import type { Outcome } from './ports.ts';
import { parseScopes } from './scope.ts';

/** Whom the requests go to, as whom, and by what. */
interface TokenPlace {
  readonly issuer: Issuer;
  readonly client: ClientIdentity;
  readonly http: LimitedFetch;
  now(): number;
}

/** What a token endpoint gave. */
export type Tokens = Pick<KeptSignIn, 'accessToken' | 'refreshToken' | 'expiresAt' | 'account'> & {
  /** Undefined where the answer names no scope: what was asked for was granted (RFC 6749, section 5.1). */
  readonly granted: readonly string[] | undefined;
};

/** A bearer token as it may stand in a header. */
const sendable = /^[\x21-\x7e]{1,16384}$/;

const clientOf = ({ client, now }: TokenPlace): Client => ({
  client_id: client.id,
  [clockSkew]: Math.round((now() - Date.now()) / 1000),
  [clockTolerance]: 60,
});

// The limits of `send` hold instead of the library's own: https, or this machine.
const optionsOf = ({ http }: TokenPlace) => ({
  [customFetch]: http.send,
  [allowInsecureRequests]: true,
});

/** Trades an authorization code for tokens (RFC 6749 section 4.1.3, RFC 7636, RFC 8707). */
export async function tradeCode(
  place: TokenPlace,
  code: {
    /** What `validateAuthResponse` returned. */
    readonly parameters: URLSearchParams;
    readonly redirectUri: string;
    readonly verifier: string;
    readonly resource: string;
    readonly nonce: string | undefined;
  },
): Promise<Outcome<Tokens>> {
  return answered(place, async () => {
    const { issuer, client } = place;
    const request = { ...optionsOf(place), additionalParameters: { resource: code.resource } };
    const answer = await authorizationCodeGrantRequest(
      issuer,
      clientOf(place),
      clientAuth(client),
      code.parameters,
      code.redirectUri,
      code.verifier,
      request,
    );
    // An issuer may grant without openid; then there is no ID token whose nonce could be checked.
    const body: unknown = await answer
      .clone()
      .json()
      .catch(() => undefined);
    const identified = typeof body === 'object' && body !== null && 'id_token' in body;
    return processAuthorizationCodeResponse(issuer, clientOf(place), answer, {
      expectedNonce: identified && code.nonce !== undefined ? code.nonce : expectNoNonce,
    });
  });
}

/** Renews tokens (RFC 6749, section 6), for the same resource. */
export async function renewTokens(
  place: TokenPlace,
  refreshToken: string,
  resource: string,
): Promise<Outcome<Tokens>> {
  return answered(place, async () => {
    const { issuer, client } = place;
    const request = { ...optionsOf(place), additionalParameters: { resource } };
    const answer = await refreshTokenGrantRequest(
      issuer,
      clientOf(place),
      clientAuth(client),
      refreshToken,
      request,
    );
    return processRefreshTokenResponse(issuer, clientOf(place), answer);
  });
}

/** Asks the issuer to end a token (RFC 7009). */
export async function revoke(
  place: TokenPlace,
  token: string,
  kind: 'refresh_token' | 'access_token',
): Promise<Outcome<null>> {
  const { issuer, client } = place;
  const request = { ...optionsOf(place), additionalParameters: { token_type_hint: kind } };
  try {
    await processRevocationResponse(
      await revocationRequest(issuer, clientOf(place), clientAuth(client), token, request),
    );
    return ok(null);
  } catch (error) {
    return { ok: false, problem: answerProblem(error, new URL(issuer.issuer).host) };
  }
}

async function answered(
  place: TokenPlace,
  ask: () => Promise<TokenEndpointResponse>,
): Promise<Outcome<Tokens>> {
  const { host } = new URL(place.issuer.issuer);
  try {
    const sentAt = place.now();
    const answer = await ask();
    const bearer = answer.token_type.toLowerCase() === 'bearer';
    const tokens = [answer.access_token, answer.refresh_token ?? answer.access_token];
    if (!bearer || !tokens.every((token) => sendable.test(token))) {
      return fail(
        'bad-answer',
        `${host} gave a token of a kind that Airlock cannot use. Ask whoever runs it.`,
      );
    }
    return ok({
      accessToken: answer.access_token,
      ...(answer.refresh_token === undefined ? {} : { refreshToken: answer.refresh_token }),
      ...(answer.expires_in === undefined ? {} : { expiresAt: sentAt + answer.expires_in * 1000 }),
      ...accountOf(answer),
      granted: answer.scope === undefined ? undefined : parseScopes(answer.scope),
    });
  } catch (error) {
    return { ok: false, problem: answerProblem(error, host) };
  }
}

/** Who signed in, for people to see only: the issuer's word, with what could deceive a reader taken out. */
function accountOf(answer: TokenEndpointResponse): { account?: string } {
  const claims = answer.id_token === undefined ? undefined : getValidatedIdTokenClaims(answer);
  for (const name of [claims?.email, claims?.preferred_username, claims?.name, claims?.sub]) {
    if (typeof name !== 'string') continue;
    const shown = name
      .replace(/[\p{C}\p{Z}]+/gu, ' ')
      .trim()
      .slice(0, 120);
    if (shown !== '') return { account: shown };
  }
  return {};
}
