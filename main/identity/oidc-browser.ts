import {
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client';
import { fail, ok } from '../../shared/outcome.ts';
import type { IssuerAt } from './oidc-issuer.ts';
import type { Proof } from './oidc-kept.ts';
import type { OidcOutcome, OidcPolicy, OidcPorts } from './oidc-ports.ts';
import { badAnswer, oidcProblem } from './oidc-problem.ts';

/** What one way through the browser works with. */
interface Trip {
  readonly at: IssuerAt;
  readonly policy: OidcPolicy;
  /** What is asked for beyond the sign-in itself: `max_age`, `prompt`, `acr_values`, `login_hint`. */
  readonly asking: Readonly<Record<string, string>>;
  readonly signInMs: number;
  readonly stopped: AbortSignal;
  /** Told the address that was opened, so that it can be opened again. */
  opened(url: string): void;
}

/**
 * One way through the browser from start to a checked proof: authorization code with PKCE (RFC 7636), loopback
 * redirect (RFC 8252), `state`, `iss` (RFC 9207) and `nonce` checked, the ID token validated with its signature
 * (OpenID Connect Core, section 3.1.3.7). `finish` decides what becomes of the proof, and the page in the browser
 * tells its outcome.
 */
export async function throughBrowser<T>(
  trip: Trip,
  ports: Pick<OidcPorts, 'openBrowser' | 'openReceiver'>,
  finish: (proof: Proof) => Promise<OidcOutcome<T>>,
): Promise<OidcOutcome<T>> {
  const { at, policy, asking } = trip;
  const state = randomState();
  const nonce = randomNonce();
  const verifier = randomPKCECodeVerifier();
  const path = policy.redirectPath ?? '/callback';
  const opened = await ports.openReceiver({ path, port: policy.redirectPort, state });
  if (!opened.ok) return fail('listener-failed', opened.problem.message);
  const receiver = opened.value;
  try {
    if (policy.redirectPort !== undefined && receiver.port !== policy.redirectPort) {
      return portTaken(policy.redirectPort);
    }
    const address = addressOf({
      ...asking,
      scope: [...new Set(['openid', ...policy.scopes])].join(' '),
      redirect_uri: receiver.redirectUri,
      state,
      nonce,
      code_challenge: await calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    if (!address.ok) return address;
    trip.opened(address.value);
    const shown = await ports.openBrowser(address.value);
    if (!shown.ok) return fail('browser-failed', shown.problem.message);
    const redirect = await receiver.wait(trip.signInMs, trip.stopped);
    if (!redirect.ok) {
      const { code, message } = redirect.problem;
      return fail(code === 'sign-in-timed-out' ? code : 'stopped', message);
    }
    const current = new URL(receiver.redirectUri);
    current.search = redirect.value.parameters.toString();
    const proof = await trade(current);
    const done = proof.ok ? await finish(proof.value) : proof;
    redirect.value.show(done.ok ? undefined : done.problem.message);
    return done;
  } finally {
    await receiver.close();
  }

  function addressOf(parameters: Record<string, string>): OidcOutcome<string> {
    try {
      return ok(buildAuthorizationUrl(at.config, parameters).href);
    } catch (error) {
      // The provider's document names no place to sign in at.
      return { ok: false, problem: oidcProblem(error, at.host, 'sign-in-refused') };
    }
  }

  async function trade(current: URL): Promise<OidcOutcome<Proof>> {
    try {
      const tokens = await authorizationCodeGrant(at.config, current, {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: verifier,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (claims === undefined || tokens.id_token === undefined) {
        return { ok: false, problem: badAnswer(at.host) };
      }
      const refreshToken = tokens.refresh_token;
      return ok({
        claims,
        idToken: tokens.id_token,
        ...(refreshToken === undefined ? {} : { refreshToken }),
      });
    } catch (error) {
      return { ok: false, problem: oidcProblem(error, at.host, 'sign-in-refused') };
    }
  }
}

const portTaken = (port: number) =>
  fail(
    'listener-failed',
    `Another program uses port ${port}, which the sign-in needs. Close it, then try again.`,
  );
