import { z } from 'zod';

/** What a person is asked before a client's call opens their browser. */
export interface SignInQuestion {
  readonly connectionId: string;
  readonly serverName: string;
  readonly resourceUrl: string;
  /** Who will ask for the password. */
  readonly issuer: string;
  /** `more-access`: already signed in, and the server wants further scopes for this call. */
  readonly why: 'sign-in' | 'more-access';
  readonly scopes: readonly string[];
}

const Problem = z.object({ code: z.string(), message: z.string() });

/** How a connection stands with its server's sign-in, for people. Times in Unix milliseconds. */
export const SignInStatus = z.discriminatedUnion('state', [
  /** No sign-in, and none is known to be needed. */
  z.object({ state: z.literal('none') }),
  z.object({ state: z.literal('needs-sign-in'), problem: Problem }),
  z.object({ state: z.literal('signing-in'), since: z.number() }),
  z.object({
    state: z.literal('signed-in'),
    /** Where. */
    issuer: z.string(),
    /** As whom, in the issuer's words; absent where it did not say. */
    account: z.string().optional(),
    scopes: z.array(z.string()).readonly(),
    /** When the access token ends; absent where the issuer did not say. */
    expiresAt: z.number().optional(),
    /** Whether it is renewed without a person. */
    renews: z.boolean(),
    /** The last thing that went wrong since, such as an issuer out of reach. */
    problem: Problem.optional(),
  }),
  /** Nobody can tell, as the keychain does not answer. */
  z.object({ state: z.literal('problem'), problem: Problem }),
]);
export type SignInStatus = z.infer<typeof SignInStatus>;

/** The sign-in of one connection. Connections to one server share it. */
export const SignInView = z.object({ connectionId: z.string(), status: SignInStatus });
export type SignInView = z.infer<typeof SignInView>;

/** What a sign-out did at the issuer; on this machine everything is forgotten in any case. */
export const SignOutReport = z.object({
  /** `failed`: the issuer offers revocation but did not do it, so the tokens may live until they expire. */
  revoked: z.enum(['yes', 'not-offered', 'failed', 'nothing-to-revoke']),
});
export type SignOutReport = z.infer<typeof SignOutReport>;
