import type { Problem, Result } from '../../shared/outcome.ts';
import type { SignInQuestion } from '../../shared/sign-in.ts';
import type { OAuthProblem } from './problem.ts';
import type { AddressKind } from './reach.ts';

/** One request to a server, as `fetch` takes it. */
export interface OutgoingInit {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | URLSearchParams;
  readonly redirect: 'manual';
  readonly signal: AbortSignal;
  /** Whether the address that the host's name leads to may be connected to; `pinnedFetch` asks it, plain fetch cannot. */
  allows(address: string): boolean;
}

/** A request that came to the loopback redirect listener. */
export interface LoopbackRequest {
  readonly method: string;
  /** Path and query as sent. */
  readonly target: string;
  readonly host: string | undefined;
}

/** What the listener answers with: a page, or nothing but a status. */
export interface LoopbackAnswer {
  readonly status: number;
  readonly html?: string;
}

/** A listener on 127.0.0.1 that takes requests until it is closed. */
export interface LoopbackListener {
  readonly port: number;
  /** Ends the listener and every connection it has, once what was answered is on its way. */
  close(): Promise<void>;
}

/** The keychain, or what stands before it; `main/credentials` has the real one. */
export interface TokenKeychain {
  get(account: string): Promise<Result<string | undefined, KeychainTrouble>>;
  set(account: string, secret: string): Promise<Result<null, KeychainTrouble>>;
  remove(account: string): Promise<Result<null, KeychainTrouble>>;
}

/** The problems a keychain has. */
type KeychainTrouble = Problem & {
  readonly code: 'keychain-unavailable' | 'keychain-locked' | 'keychain-damaged';
};

/** What the app knows of a connection to a remote server. */
export interface RemoteServer {
  readonly resourceUrl: string;
  /** What a person calls the server. */
  readonly name: string;
  /** What IT or the config entry says about signing in; all of it optional. */
  readonly authorization?: {
    /** The only issuer to sign in at; needed with a secret and where the server has no metadata of its own. */
    readonly issuer?: string;
    /** A client id registered beforehand. */
    readonly clientId?: string;
    readonly clientSecret?: string;
    /** The path of the registered redirect URI on 127.0.0.1; `/callback` unless told. */
    readonly redirectPath?: string;
    /** The port of the registered redirect URI, for servers that want it exactly; any unless told. */
    readonly redirectPort?: number;
    /** Scopes to ask for in addition to what the server names. */
    readonly scopes?: readonly string[];
  };
}

/** What happened, for the trail. No member ever holds a token, a code or a secret. */
export interface OAuthEvent {
  readonly kind:
    | 'sign-in.started'
    | 'sign-in.finished'
    | 'sign-in.failed'
    | 'token.renewed'
    | 'token.lost'
    | 'signed-out';
  readonly connectionId: string;
  /** The server's URL without its query. */
  readonly server: string;
  readonly issuer?: string;
  readonly account?: string;
  readonly scopes?: readonly string[];
  /** One sentence for people. */
  readonly detail: string;
}

/** Times in milliseconds. */
export interface OAuthLimits {
  /** For one request to a server. */
  readonly requestMs: number;
  /** For a person to finish in the browser. */
  readonly signInMs: number;
  /** How long a client's call waits for that; below the time-out of clients. */
  readonly callWaitMs: number;
  /** How long calls open no browser after a person refused or let the time pass. */
  readonly cooldownMs: number;
  /** How long to wait for another process that renews the same token. */
  readonly lockMs: number;
}

/** Everything outside this stage. */
export interface OAuthPorts {
  fetch(url: string, init: OutgoingInit): Promise<Response>;
  /** The addresses a host name leads to; rejects where there are none. */
  resolve(host: string): Promise<readonly string[]>;
  kindOfHost(host: string): AddressKind;
  readonly keychain: TokenKeychain;
  /** Shows a URL in the system's browser. */
  openBrowser(url: string): Promise<Result<null>>;
  /** Listens on 127.0.0.1 at the wanted port, or at a random one where it is undefined or taken. */
  listenOnLoopback(
    wanted: number | undefined,
    answer: (request: LoopbackRequest) => Promise<LoopbackAnswer>,
  ): Promise<Result<LoopbackListener>>;
  /** Unix milliseconds. */
  now(): number;
  /** So many random bytes, fit for keys. */
  random(bytes: number): Uint8Array;
  /** Writes to the trail; what cannot be recorded does not begin. */
  record(event: OAuthEvent): Promise<Result<null>>;
  /** Whether a person wants the browser to open now; no answer is no. */
  ask(question: SignInQuestion): Promise<boolean>;
  connectionOf(connectionId: string): RemoteServer | undefined;
  /** Takes a lock that other processes of this user see, or fails with `lock-held`; never waits. */
  lock(name: string): Result<{ release(): void }>;
  /** Where our client id metadata document stands, and the path of the 127.0.0.1 redirect URI it lists. */
  readonly clientMetadata?: { readonly url: string; readonly redirectPath: string };
  /** Told whenever `status` of the connections to a server may have changed. */
  changed?(resourceUrl: string): void;
  readonly limits?: Partial<OAuthLimits>;
}

/** A problem or the value; short for this stage's results. */
export type Outcome<T> = Result<T, OAuthProblem>;

/** The times that hold unless told otherwise. */
export const usualLimits: OAuthLimits = {
  requestMs: 10_000,
  signInMs: 300_000,
  callWaitMs: 45_000,
  cooldownMs: 600_000,
  lockMs: 15_000,
};
