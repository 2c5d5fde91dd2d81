import { createHash } from 'node:crypto';
import { z } from 'zod';
import { fail, ok } from '../../shared/outcome.ts';
import type { Outcome, TokenKeychain } from './ports.ts';

/** A client as an issuer knows us: registered beforehand, by its metadata document's URL, or dynamically. */
export const ClientIdentity = z.object({
  id: z.string(),
  secret: z.string().optional(),
  /** How the secret is sent; `none` without one. */
  method: z.enum(['none', 'client_secret_basic', 'client_secret_post']),
});
export type ClientIdentity = z.infer<typeof ClientIdentity>;

/** A client that was registered dynamically at an issuer (RFC 7591), with the redirect URI it was registered for. */
const KeptClient = z.object({
  issuer: z.string(),
  client: ClientIdentity,
  /** Unix milliseconds at which the secret ends; undefined where it does not. */
  secretEndsAt: z.number().optional(),
  redirectPath: z.string(),
  redirectPort: z.number(),
});
type KeptClient = z.infer<typeof KeptClient>;

/** Tokens, and everything that says where they came from and where alone they may go. */
export const KeptSignIn = z.object({
  /** The server's identifier, see `serverIdentifier`; the only place the access token is sent to. */
  server: z.string(),
  resource: z.string(),
  /** The only place the refresh token is sent to. */
  issuer: z.string(),
  client: ClientIdentity,
  accessToken: z.string(),
  refreshToken: z.string().optional(),
  /** Unix milliseconds; undefined where the issuer did not say. */
  expiresAt: z.number().optional(),
  /** Unix milliseconds. */
  obtainedAt: z.number(),
  by: z.enum(['sign-in', 'renewal']),
  /** What was asked for; the ground of a step-up. */
  requested: z.array(z.string()),
  granted: z.array(z.string()),
  /** Who signed in, as the issuer calls them. */
  account: z.string().optional(),
});
export type KeptSignIn = z.infer<typeof KeptSignIn>;

/** At which issuer, for which resource, a server is signed in. */
const Pointer = z.object({ server: z.string(), issuer: z.string(), resource: z.string() });

const digest = (...parts: readonly string[]) =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);

/** The keychain account of a server's pointer; names in it are hashes, as some keychains list them openly. */
export const pointerAccount = (server: string): string => `oauth/server/${digest(server)}`;

/** The keychain account of the tokens for a server: bound to issuer, resource and server alike. */
export const tokenAccount = (at: { issuer: string; resource: string; server: string }): string =>
  `oauth/token/${digest(at.issuer, at.resource, at.server)}`;

/** The keychain account of the client that was registered at an issuer. */
export const clientAccount = (issuer: string): string => `oauth/client/${digest(issuer)}`;

/** Tokens and registered clients in the keychain and nowhere else. */
export interface Kept {
  /** The tokens for a server; undefined where there surely are none. */
  signIn(server: string): Promise<Outcome<KeptSignIn | undefined>>;
  /** Keeps tokens in place of what was kept for the server, at whichever issuer. */
  keepSignIn(signIn: KeptSignIn): Promise<Outcome<null>>;
  /** Removes the tokens for a server and looks whether they are gone. */
  forgetSignIn(server: string): Promise<Outcome<null>>;
  client(issuer: string): Promise<Outcome<KeptClient | undefined>>;
  keepClient(client: KeptClient): Promise<Outcome<null>>;
  forgetClient(issuer: string): Promise<Outcome<null>>;
}

/** Keeps sign-ins under `oauth/…` accounts. An entry that cannot be read counts as damaged, never as absent. */
export function makeKept(keychain: TokenKeychain): Kept {
  const read = async <T>(
    account: string,
    schema: z.ZodType<T>,
  ): Promise<Outcome<T | undefined>> => {
    const stored = await keychain.get(account);
    if (!stored.ok) return stored;
    if (stored.value === undefined) return ok(undefined);
    const value = schema.safeParse(parsed(stored.value));
    return value.success ? ok(value.data) : damaged;
  };
  const write = (account: string, value: unknown): Promise<Outcome<null>> =>
    keychain.set(account, JSON.stringify(value));

  const pointer = (server: string) => read(pointerAccount(server), Pointer);

  return {
    async signIn(server) {
      const at = await pointer(server);
      if (!at.ok || at.value === undefined) return at.ok ? ok(undefined) : at;
      if (at.value.server !== server) return damaged;
      const found = await read(tokenAccount(at.value), KeptSignIn);
      if (!found.ok || found.value === undefined) return found;
      const { issuer, resource } = found.value;
      const same = found.value.server === server && issuer === at.value.issuer;
      return same && resource === at.value.resource ? found : damaged;
    },

    async keepSignIn(signIn) {
      const { server, issuer, resource } = signIn;
      const before = await pointer(server);
      // A damaged pointer is replaced: a new sign-in is the way out of it.
      if (!before.ok && before.problem.code !== 'keychain-damaged') return before;
      const account = tokenAccount(signIn);
      const written = await write(account, signIn);
      if (!written.ok) return written;
      const old = before.ok && before.value !== undefined ? tokenAccount(before.value) : account;
      if (before.ok && before.value !== undefined && old === account) return ok(null);
      const pointed = await write(pointerAccount(server), { server, issuer, resource });
      if (!pointed.ok || old === account) return pointed;
      return keychain.remove(old);
    },

    async forgetSignIn(server) {
      const at = await pointer(server);
      if (!at.ok && at.problem.code !== 'keychain-damaged') return at;
      const accounts = [pointerAccount(server)];
      // Tokens go first: a pointer without tokens is harmless, tokens without a pointer would stay for good.
      if (at.ok && at.value !== undefined) accounts.unshift(tokenAccount(at.value));
      for (const account of accounts) {
        const removed = await keychain.remove(account);
        if (!removed.ok) return removed;
        const left = await keychain.get(account);
        if (!left.ok) return left;
        if (left.value !== undefined) return notForgotten;
      }
      return ok(null);
    },

    async client(issuer) {
      const found = await read(clientAccount(issuer), KeptClient);
      if (!found.ok) return found.problem.code === 'keychain-damaged' ? ok(undefined) : found;
      return found.value?.issuer === issuer ? found : ok(undefined);
    },
    keepClient: (client) => write(clientAccount(client.issuer), client),
    forgetClient: (issuer) => keychain.remove(clientAccount(issuer)),
  };
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const damaged = fail(
  'keychain-damaged',
  'What the keychain holds for this server cannot be read. Sign out of the server, then sign in again.',
);

const notForgotten = fail(
  'forgetting-failed',
  'The keychain still holds the sign-in after removing it. Remove the entry by hand in your system’s keychain.',
);
