import type { KeptSignIn } from './kept.ts';
import type { OAuthProblem } from './problem.ts';

/** How a connection stands with its server's sign-in, for people. Times in Unix milliseconds. */
export type SignInStatus =
  /** No sign-in, and none is known to be needed. */
  | { readonly state: 'none' }
  | { readonly state: 'needs-sign-in'; readonly problem: OAuthProblem }
  | { readonly state: 'signing-in'; readonly since: number }
  | {
      readonly state: 'signed-in';
      /** Where. */
      readonly issuer: string;
      /** As whom, in the issuer's words; undefined where it did not say. */
      readonly account: string | undefined;
      readonly scopes: readonly string[];
      /** When the access token ends; undefined where the issuer did not say. */
      readonly expiresAt: number | undefined;
      /** Whether it is renewed without a person. */
      readonly renews: boolean;
      /** The last thing that went wrong since, such as an issuer out of reach. */
      readonly problem: OAuthProblem | undefined;
    }
  /** Nobody can tell, as the keychain does not answer. */
  | { readonly state: 'problem'; readonly problem: OAuthProblem };

/** What a sign-out did at the issuer; here everything is forgotten in any case. */
export interface SignOutReport {
  /** `failed`: the issuer offers revocation but did not do it, so the tokens may live until they expire. */
  readonly revoked: 'yes' | 'not-offered' | 'failed' | 'nothing-to-revoke';
}

/** The status of a server that is signed in at. */
export const signedIn = (
  held: KeptSignIn,
  problem: OAuthProblem | undefined,
): Extract<SignInStatus, { state: 'signed-in' }> => ({
  state: 'signed-in',
  issuer: held.issuer,
  account: held.account,
  scopes: held.granted,
  expiresAt: held.expiresAt,
  renews: held.refreshToken !== undefined,
  problem,
});

/** How long before its end a token is renewed: a minute, or a quarter of a short life. */
const aheadMs = (held: KeptSignIn): number =>
  Math.min(60_000, ((held.expiresAt ?? 0) - held.obtainedAt) / 4);

/** Whether a token should be renewed before it is used. */
export const isDue = (held: KeptSignIn, now: number): boolean =>
  held.expiresAt !== undefined && now >= held.expiresAt - aheadMs(held);

/** Whether a token has ended by the issuer's word. */
export const hasEnded = (held: KeptSignIn, now: number): boolean =>
  held.expiresAt !== undefined && now >= held.expiresAt;
