import { fail } from '../../shared/outcome.ts';
import { makeExclusive } from './exclusive.ts';
import { makeIssuers } from './issuers.ts';
import { makeKept } from './kept.ts';
import { type OAuthPorts, type Outcome, type RemoteServer, usualLimits } from './ports.ts';
import { isConfidential } from './reach.ts';
import {
  type AuthorizationHeaders,
  makeServerSession,
  type ServerSession,
} from './server-session.ts';
import type { SignInStatus, SignOutReport } from './sign-in-status.ts';
import { serverIdentifier } from './well-known.ts';

/** A request to a remote server, before it is sent. */
interface OutgoingCall {
  readonly connectionId: string;
  readonly resourceUrl: string;
}

/** The answer that refused a request. */
export interface Challenge extends OutgoingCall {
  readonly status: number;
  /** The WWW-Authenticate header, several joined by commas as fetch does. */
  readonly wwwAuthenticate: string | undefined;
  /** The Authorization header that the request carried; undefined without one. Tells old refusals from new ones. */
  readonly sent: string | undefined;
  /** The client's session; calls of one session open the browser for a sign-in at most once. The connection unless told. */
  readonly sessionId?: string;
}

/** OAuth 2.1 to remote servers. Clients see none of it; a token goes to the server it was issued for alone. */
export interface OAuth {
  /**
   * The header for a request, renewed ahead of its end; null where there is none to send. Fails where a sign-in
   * exists but cannot be used now, with the reason. The only place a token leaves this stage.
   */
  headersFor(call: OutgoingCall): Promise<Outcome<AuthorizationHeaders | null>>;
  /**
   * Deals with a 401, or a 403 that wants more scopes: `retry` when `headersFor` has something new to send. Waits for
   * a person in the browser, though no longer than `callWaitMs`; the sentence of a problem is for the model to read.
   */
  challenged(challenge: Challenge): Promise<Outcome<'retry'>>;
  /** A person chose to sign in: opens the browser at once and waits for the end. A second click opens it again. */
  signIn(connectionId: string): Promise<Outcome<SignInStatus>>;
  /** Stops a sign-in under way. */
  cancelSignIn(connectionId: string): Promise<void>;
  /**
   * Signs every connection to the server out: revokes where the issuer offers it, forgets here in any case, and looks
   * that the keychain has nothing left.
   */
  signOut(connectionId: string): Promise<Outcome<SignOutReport>>;
  status(connectionId: string): Promise<SignInStatus>;
  /** Stops every sign-in under way and closes their listeners: for quitting and for the kill switch. */
  stop(): Promise<void>;
}

/** Makes OAuth for all remote servers; one session a server, whichever connections lead to it. */
export function makeOAuth(ports: OAuthPorts): OAuth {
  const limits = { ...usualLimits, ...ports.limits };
  const parts = {
    ports,
    limits,
    kept: makeKept(ports.keychain),
    issuers: makeIssuers(ports, limits),
    exclusive: makeExclusive(ports.lock, limits.lockMs),
  };
  const sessions = new Map<string, ServerSession>();

  /** The session of a connection's server; a token for one server is never looked up for another. */
  const sessionOf = (
    connectionId: string,
    resourceUrl?: string,
  ): Outcome<{ entry: RemoteServer; session: ServerSession; confidential: boolean }> => {
    const entry = ports.connectionOf(connectionId);
    const server = entry === undefined ? undefined : serverIdentifier(entry.resourceUrl);
    if (entry === undefined || server === undefined) return unknown;
    if (resourceUrl !== undefined && serverIdentifier(resourceUrl) !== server) return otherServer;
    const session = sessions.get(server) ?? makeServerSession(server, parts);
    sessions.set(server, session);
    return { ok: true, value: { entry, session, confidential: isConfidential(new URL(server)) } };
  };

  return {
    async headersFor({ connectionId, resourceUrl }) {
      const found = sessionOf(connectionId, resourceUrl);
      if (!found.ok) return found;
      const { session, confidential } = found.value;
      return confidential ? session.header(connectionId) : { ok: true, value: null };
    },

    async challenged({ connectionId, resourceUrl, sessionId, ...refusal }) {
      const found = sessionOf(connectionId, resourceUrl);
      if (!found.ok) return found;
      const { session, confidential } = found.value;
      if (!confidential) return insecure;
      return session.challenged(connectionId, { ...refusal, session: sessionId ?? connectionId });
    },

    async signIn(connectionId) {
      const found = sessionOf(connectionId);
      if (!found.ok) return found;
      const { entry, session, confidential } = found.value;
      return confidential ? session.signIn(connectionId, entry) : insecure;
    },

    async cancelSignIn(connectionId) {
      const found = sessionOf(connectionId);
      if (found.ok) await found.value.session.cancel();
    },

    async signOut(connectionId) {
      const found = sessionOf(connectionId);
      return found.ok ? found.value.session.signOut(connectionId) : found;
    },

    async status(connectionId) {
      const found = sessionOf(connectionId);
      if (!found.ok) return { state: 'problem', problem: found.problem };
      return found.value.confidential ? found.value.session.status() : { state: 'none' };
    },

    async stop() {
      await Promise.all([...sessions.values()].map((session) => session.cancel()));
    },
  };
}

const unknown = fail('unknown-connection', 'This connection does not lead to a remote server.');

const otherServer = fail(
  'not-this-server',
  'The request goes to another address than the connection was set up for, so no sign-in is used for it.',
);

const insecure = fail(
  'insecure-server',
  'The server is reached without https, where a sign-in could be read on the way. Change its address to https.',
);
