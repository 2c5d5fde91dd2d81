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
