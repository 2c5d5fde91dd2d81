import type { Problem, Result } from '../../shared/outcome.ts';
import type { OidcProblem } from './oidc-problem.ts';

/** What IT says about signing in. */
export interface OidcPolicy {
  /** The provider's issuer identifier, as its discovery document spells it. */
  readonly issuer: string;
  readonly clientId: string;
  /** For providers that give desktop apps one (Google); on a desktop it is no secret and proves nothing. */
  readonly clientSecret?: string | undefined;
  readonly scopes: readonly string[];
  /** The ID token's claim that holds the groups; dots lead into objects where no claim has the whole name. */
  readonly groupsClaim: string;
  /** After so long a person has to sign in again. */
  readonly sessionHours: number;
  /** How long a sign-in counts while the provider does not answer. */
  readonly offlineGraceHours: number;
  /** Whether calls are refused while nobody is signed in. */
  readonly required: boolean;
  /** The path of the registered redirect URI on 127.0.0.1; `/callback` unless told. */
  readonly redirectPath?: string | undefined;
  /** The port of it, for providers that compare ports; any unless told. */
  readonly redirectPort?: number | undefined;
}

/** The end of a sign-in in the browser, and the page that waits there. */
interface Redirect {
  readonly parameters: URLSearchParams;
  /** Lets the browser show how it ended; undefined is success. */
  show(problem: string | undefined): void;
}

/** Waits on 127.0.0.1 for one redirect (RFC 8252, section 7.3). */
interface Receiver {
  readonly redirectUri: string;
  readonly port: number;
  wait(limitMs: number, stopped: AbortSignal): Promise<Result<Redirect>>;
  close(): Promise<void>;
}

/** Secrets by account; `main/credentials` has the real one. */
export interface SessionKeychain {
  get(account: string): Promise<Result<string | undefined, Problem>>;
  set(account: string, secret: string): Promise<Result<null, Problem>>;
  remove(account: string): Promise<Result<null, Problem>>;
}

/** One request to the provider. */
export interface OidcRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | URLSearchParams;
  readonly redirect: 'manual';
  readonly signal: AbortSignal;
}

/** What happened, for the trail. No member ever holds a token, a code or a secret. */
export interface OidcEvent {
  readonly kind:
    | 'sign-in.started'
    | 'sign-in.finished'
    | 'sign-in.failed'
    | 'token.renewed'
    | 'token.lost'
    | 'signed-out';
  /** Who it is about, as `personInTrail` writes it. */
  readonly person: string;
  /** One sentence for people. */
  readonly detail: string;
}

/** Times in milliseconds unless named otherwise. */
export interface OidcLimits {
  /** For one request to the provider. */
  readonly requestMs: number;
  /** For a person to finish in the browser. */
  readonly signInMs: number;
  /** How often the provider is asked whether the person may still sign in. */
  readonly checkMs: number;
  /** How soon it is asked again when it did not answer. */
  readonly retryMs: number;
  /** How far the clocks of this machine and of the provider may lie apart. */
  readonly clockToleranceSeconds: number;
}

/** The times that hold unless told otherwise. */
export const usualOidcLimits: OidcLimits = {
  requestMs: 10_000,
  signInMs: 300_000,
  checkMs: 900_000,
  retryMs: 60_000,
  clockToleranceSeconds: 60,
};

/** Everything outside the sign-in. */
export interface OidcPorts {
  /** What IT says now; undefined where no provider is set up. */
  policy(): OidcPolicy | undefined;
  /** The operating system's name of the person, who counts while nobody is signed in. */
  readonly osAccount: string;
  /** Must not follow redirects. */
  fetch(url: string, init: OidcRequest): Promise<Response>;
  readonly keychain: SessionKeychain;
  /** Shows a URL in the system's browser. */
  openBrowser(url: string): Promise<Result<null>>;
  /** Listens for the redirect that carries `state`; every other request gets a bare refusal and changes nothing. */
  openReceiver(wish: {
    readonly path: string;
    readonly port: number | undefined;
    readonly state: string;
  }): Promise<Result<Receiver>>;
  /** Unix milliseconds. */
  now(): number;
  /** Calls back after `ms`; returns its cancel. */
  after(ms: number, call: () => void): () => void;
  /** Writes to the trail; what cannot be recorded does not begin. */
  record(event: OidcEvent): Promise<Result<null>>;
  /** Told whenever `view` may have changed. */
  changed?(): void;
  readonly limits?: Partial<OidcLimits>;
}

/** A problem or the value; short for the results of the sign-in. */
export type OidcOutcome<T> = Result<T, OidcProblem>;
