import type { Problem } from '../../shared/outcome.ts';

/** Why a sign-in, a renewal or a sign-out could not be done. The sentence beside it says what to do. */
export type OAuthProblemCode =
  /** The keychain cannot serve; nothing is kept anywhere else. */
  | 'keychain-unavailable'
  | 'keychain-locked'
  | 'keychain-damaged'
  /** The trail or another part of the app could not do its part. */
  | 'not-recorded'
  | 'busy-elsewhere'
  | 'stopped'
  /** The caller asks for something that is not there. */
  | 'unknown-connection'
  | 'not-this-server'
  | 'insecure-server'
  | 'not-a-challenge'
  /** What a server says cannot be used. */
  | 'bad-address'
  | 'address-refused'
  | 'unreachable'
  | 'too-slow'
  | 'too-large'
  | 'bad-answer'
  | 'server-error'
  | 'no-sign-in-offered'
  | 'wrong-resource'
  | 'wrong-issuer'
  | 'no-pkce'
  | 'no-client-id'
  | 'registration-refused'
  | 'grant-refused'
  | 'client-refused'
  /** A person has to do something, or did. */
  | 'needs-sign-in'
  | 'sign-in-waiting'
  | 'sign-in-declined'
  | 'sign-in-timed-out'
  | 'sign-in-refused'
  | 'browser-failed'
  | 'listener-failed'
  | 'token-refused'
  | 'scope-refused'
  | 'forgetting-failed';

/** A problem of this stage. It never holds a token, a code, a secret or text a server wrote. */
export type OAuthProblem = Problem & { readonly code: OAuthProblemCode };
