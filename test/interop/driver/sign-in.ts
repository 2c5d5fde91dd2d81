import { randomBytes } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { listenOnLoopback } from '../../../main/oauth/loopback-listener.ts';
import { makeOAuth } from '../../../main/oauth/oauth.ts';
import { pinnedFetch } from '../../../main/oauth/pinned-fetch.ts';
import { kindOfHost } from '../../../main/policy/addresses.ts';
import type { HttpPorts } from '../../../main/upstream/http-ports.ts';
import { ok } from '../../../shared/outcome.ts';

/** What a scenario tells of a client that was registered beforehand. */
export interface Registered {
  readonly client_id?: string;
  readonly client_secret?: string;
  readonly issuer?: string;
}

const connectionId = 'con_conformance';

/**
 * The ports of a connection that signs in by itself: a person who says yes, and a browser that follows redirects. The
 * rest is the app's own, apart from the keychain.
 */
export function signingIn(
  url: string,
  registered: Registered,
): Pick<HttpPorts, 'authorize' | 'challenged'> {
  const secrets = new Map<string, string>();
  const locks = new Set<string>();
  const { client_id: clientId, client_secret: clientSecret, issuer } = registered;
  const oauth = makeOAuth({
    fetch: pinnedFetch,
    resolve: async (host) => (await lookup(host, { all: true })).map(({ address }) => address),
    kindOfHost,
    keychain: {
      get: async (account) => ok(secrets.get(account)),
      async set(account, secret) {
        secrets.set(account, secret);
        return ok(null);
      },
      async remove(account) {
        secrets.delete(account);
        return ok(null);
      },
    },
    async openBrowser(page) {
      // Nobody waits for the browser; it ends at the redirect listener, which answers it.
      fetch(page).then(
        (answer) => answer.body?.cancel(),
        (error: unknown) => process.stderr.write(`The browser failed: ${error}\n`),
      );
      return ok(null);
    },
    listenOnLoopback,
    now: Date.now,
    random: randomBytes,
    async record({ kind, detail }) {
      process.stderr.write(`${kind}: ${detail}\n`);
      return ok(null);
    },
    ask: async () => true,
    connectionOf: () => ({
      resourceUrl: url,
      name: 'conformance',
      ...(clientId === undefined
        ? {}
        : {
            authorization: {
              clientId,
              ...(clientSecret === undefined ? {} : { clientSecret }),
              ...(issuer === undefined ? {} : { issuer }),
            },
          }),
    }),
    lock(name) {
      if (locks.has(name))
        return { ok: false, problem: { code: 'lock-held', message: 'It is held.' } };
      locks.add(name);
      return ok({ release: () => void locks.delete(name) });
    },
    clientMetadata: {
      url: 'https://conformance-test.local/client-metadata.json',
      redirectPath: '/callback',
    },
  });
  let sent: string | undefined;
  return {
    async authorize() {
      const given = await oauth.headersFor({ connectionId, resourceUrl: url });
      if (!given.ok) return given;
      sent = given.value?.Authorization;
      return ok({ ...given.value });
    },
    async challenged({ status, wwwAuthenticate }) {
      const met = await oauth.challenged({
        connectionId,
        resourceUrl: url,
        status,
        wwwAuthenticate: wwwAuthenticate === '' ? undefined : wwwAuthenticate,
        sent,
      });
      if (!met.ok) process.stderr.write(`Not signed in: ${met.problem.message}\n`);
      return met.ok ? 'retry' : met.problem;
    },
  };
}
