import {
  allowInsecureRequests,
  ClientSecretPost,
  type Configuration,
  clockSkew,
  clockTolerance,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  None,
} from 'openid-client';
import { fail, ok } from '../../shared/outcome.ts';
import { boundedFetch, isConfidential, ownMachine } from './oidc-fetch.ts';
import type { OidcLimits, OidcOutcome, OidcPolicy, OidcPorts } from './oidc-ports.ts';
import { oidcProblem, wrongIssuer } from './oidc-problem.ts';

/** The provider as its discovery document describes it, ready for requests. */
export interface IssuerAt {
  readonly config: Configuration;
  /** For sentences. */
  readonly host: string;
}

/** A discovery document is read again after so long. */
const documentMs = 3_600_000;

/** Finds the provider that IT named; what was found is used again for an hour. */
export function makeIssuerFinder(
  ports: Pick<OidcPorts, 'fetch' | 'now'>,
  limits: OidcLimits,
): (policy: OidcPolicy) => Promise<OidcOutcome<IssuerAt>> {
  let known: { readonly key: string; readonly until: number; readonly at: IssuerAt } | undefined;

  return async (policy) => {
    // The library reads the system's clock; this stage's own may be another.
    const skew = Math.round((ports.now() - Date.now()) / 1000);
    const key = JSON.stringify([policy.issuer, policy.clientId, policy.clientSecret, skew]);
    if (known !== undefined && known.key === key && known.until > ports.now()) return ok(known.at);
    const found = await find(policy, skew);
    if (found.ok) known = { key, until: ports.now() + documentMs, at: found.value };
    return found;
  };

  async function find(policy: OidcPolicy, skew: number): Promise<OidcOutcome<IssuerAt>> {
    const url = URL.canParse(policy.issuer) ? new URL(policy.issuer) : undefined;
    const odd = url === undefined || url.username !== '' || url.search !== '' || url.hash !== '';
    if (odd || !isConfidential(url)) return badIssuer;
    const { host } = url;
    const metadata = {
      [clockSkew]: skew,
      [clockTolerance]: limits.clockToleranceSeconds,
      ...(policy.clientSecret === undefined ? {} : { client_secret: policy.clientSecret }),
    };
    const auth = policy.clientSecret === undefined ? None() : ClientSecretPost(policy.clientSecret);
    try {
      const config = await discovery(url, policy.clientId, metadata, auth, {
        [customFetch]: boundedFetch(ports.fetch, limits.requestMs),
        timeout: limits.requestMs / 1000,
        // The ID token's signature is checked too, although TLS vouches for a token answer already.
        execute: [enableNonRepudiationChecks, ...(ownMachine(url) ? [allowInsecureRequests] : [])],
      });
      const { issuer, code_challenge_methods_supported: methods } = config.serverMetadata();
      // The library lets Entra's documents for every tenant pass; a company's people are those of its own.
      if (!URL.canParse(issuer) || new URL(issuer).href !== url.href) {
        return { ok: false, problem: wrongIssuer(host) };
      }
      // Entra supports PKCE and does not say so; what says which methods it takes is taken at its word.
      if (methods !== undefined && !methods.includes('S256')) return noPkce(host);
      return ok({ config, host });
    } catch (error) {
      return { ok: false, problem: oidcProblem(error, host, 'sign-in-refused') };
    }
  }
}

const badIssuer = fail(
  'bad-issuer',
  'The identity provider that your company set is not a plain https address. Tell IT.',
);

const noPkce = (host: string) =>
  fail(
    'no-pkce',
    `${host} does not offer PKCE with S256, without which Airlock signs nobody in. Tell IT.`,
  );
