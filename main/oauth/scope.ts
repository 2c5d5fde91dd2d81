/** A scope-token of RFC 6749, section 3.3: printable ASCII without quotation mark and backslash. */
const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]{1,256}$/;

/** More than any server is known to have; it bounds what a hostile one can make us send and keep. */
const mostScopes = 100;

/** The scopes of a space-delimited text, each once, in order; what is no scope-token is left out. */
export const parseScopes = (text: string): readonly string[] => unionOf(text.split(/\s+/));

/** All the scopes of several lists, each once, in the order of first sight. */
export function unionOf(...lists: readonly (readonly string[] | undefined)[]): readonly string[] {
  const all = lists.flatMap((list) => list ?? []).filter((scope) => scopeToken.test(scope));
  return [...new Set(all)].slice(0, mostScopes);
}

/** Whether every wanted scope is among the ones there are. */
export const holdsAll = (scopes: readonly string[], wanted: readonly string[]): boolean =>
  wanted.every((scope) => scopes.includes(scope));

/**
 * The scopes to begin with (MCP authorization, scope selection): what the challenge names, else everything the
 * resource lists, else none. `offline_access` joins where the authorization server offers it, as it is how many give
 * a refresh token; what is configured for the connection always joins.
 */
export function firstScopes(offer: {
  readonly challenged: readonly string[] | undefined;
  readonly ofResource: readonly string[] | undefined;
  readonly ofServer: readonly string[] | undefined;
  readonly configured: readonly string[] | undefined;
}): readonly string[] {
  const offline = offer.ofServer?.includes('offline_access') ? ['offline_access'] : [];
  return unionOf(offer.challenged ?? offer.ofResource, offer.configured, offline);
}
