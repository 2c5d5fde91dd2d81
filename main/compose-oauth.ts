import { randomBytes } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { join } from 'node:path';
import { fail, ok, type Result } from '../shared/outcome.ts';
import type { SignInQuestion } from '../shared/sign-in.ts';
import type { Governance } from './compose-governance.ts';
import { listenOnLoopback } from './oauth/loopback-listener.ts';
import { makeOAuth, type OAuth } from './oauth/oauth.ts';
import { pinnedFetch } from './oauth/pinned-fetch.ts';
import { kindOfHost } from './policy/addresses.ts';
import { holdLock } from './storage/process-lock.ts';
import type { Challenge, HttpPorts } from './upstream/http-ports.ts';
import type { RemoteStart } from './upstream/http-sessions.ts';

/** What signing in needs of the desktop. */
export interface BrowserPorts {
  /** Shows a web address in the person's usual browser. */
  open(url: string): Promise<Result<null>>;
  /** Asks the person whether a client's call may open the browser now; no answer is no. */
  askSignIn(question: SignInQuestion): Promise<boolean>;
}

/** Signs in to remote servers for their clients, which never see a token. */
export function openOAuth(
  governance: Governance,
  ports: {
    readonly data: string;
    readonly browser: BrowserPorts;
    readonly onChange: (server: string) => void;
  },
): OAuth {
  const { state, keychain } = governance;
  return makeOAuth({
    fetch: pinnedFetch,
    resolve: async (host) => (await lookup(host, { all: true })).map(({ address }) => address),
    kindOfHost,
    keychain,
    openBrowser: ports.browser.open,
    listenOnLoopback,
    now: Date.now,
    random: randomBytes,
    async record({ kind, connectionId, server, issuer, account, detail }) {
      const connection = state.connections.get(connectionId);
      try {
        governance.trail.append(
          governance.masked({
            kind,
            person: governance.person,
            ...(connection && {
              agent: { id: connection.clientId, name: connection.clientName },
              connection: { id: connectionId, name: connection.name },
              server: { id: connection.serverId, label: connection.serverLabel },
            }),
            detail: [detail, server, issuer, account].filter(Boolean).join(' · '),
          }),
        );
        return ok(null);
      } catch (error) {
        return fail('audit-unavailable', error instanceof Error ? error.message : String(error));
      }
    },
    ask: ports.browser.askSignIn,
    connectionOf(connectionId) {
      const connection = state.connections.get(connectionId);
      const url = connection?.remote?.url;
      // An address that is itself a secret is looked up by nobody; such servers take their key in it.
      if (connection === undefined || typeof url !== 'string') return undefined;
      return { resourceUrl: url, name: connection.name };
    },
    lock: (name) => holdLock(join(ports.data, `oauth-${name}.lock`)),
    changed: ports.onChange,
  });
}

/** How the remote server of a session is reached: the entry's headers, then whatever proves who asks. */
export function remotePorts(oauth: OAuth, report: (sentence: string) => void) {
  return (start: RemoteStart): HttpPorts => {
    const { connectionId, sessionId, headers } = start;
    const ownAuthorization = Object.keys(headers).some((name) => /^authorization$/i.test(name));
    const resourceUrl = start.target.url;
    const common: HttpPorts = { entryHeaders: async () => ok(headers), report };
    // An entry that brings its own credential is signed in already; mixing two would help nobody.
    if (ownAuthorization) return common;
    return {
      ...common,
      async authorize() {
        const found = await oauth.headersFor({ connectionId, resourceUrl });
        if (!found.ok) return found;
        return ok(found.value === null ? {} : { ...found.value });
      },
      async challenged({ status, wwwAuthenticate, sent }: Challenge) {
        const dealt = await oauth.challenged({
          connectionId,
          resourceUrl,
          sessionId,
          status,
          wwwAuthenticate: wwwAuthenticate || undefined,
          sent,
        });
        return dealt.ok ? dealt.value : dealt.problem;
      },
    };
  };
}
