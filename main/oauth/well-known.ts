const resourceSuffix = '/.well-known/oauth-protected-resource';

/**
 * The identity of a remote server: its URL without fragment, user and the bare slash of an empty path. Scheme and
 * host are in lower case and a default port is gone, as URL gives them. Undefined for what is no http(s) URL.
 */
export function serverIdentifier(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return undefined;
  const path = url.pathname === '/' ? '' : url.pathname;
  return `${url.origin}${path}${url.search}`;
}

/** Where the metadata of a resource stands: the well-known part goes between host and path (RFC 9728, section 3.1). */
export function resourceMetadataUrl(resource: string): string {
  const { origin, pathname, search } = new URL(resource);
  return `${origin}${resourceSuffix}${pathname === '/' ? '' : pathname}${search}`;
}

/** Where to look for a server's resource metadata without a hint: at its path, then at the root of its host. */
export function resourceMetadataUrls(server: string): readonly string[] {
  return [...new Set([resourceMetadataUrl(server), resourceMetadataUrl(new URL(server).origin)])];
}

/**
 * Where to look for an issuer's metadata, in the order MCP demands: RFC 8414 with the path inserted, OpenID
 * Connect with the path inserted, OpenID Connect with the path in front.
 */
export function issuerMetadataUrls(issuer: string): readonly string[] {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, '');
  return [
    ...new Set([
      `${origin}/.well-known/oauth-authorization-server${path}`,
      `${origin}/.well-known/openid-configuration${path}`,
      `${origin}${path}/.well-known/openid-configuration`,
    ]),
  ];
}

/**
 * Whether a resource identifier found at `metadataUrl` may stand for a server (RFC 9728, section 3.3): it is the
 * server's own URL, or it is a part of that URL's path on the same origin and the document came from the well-known
 * place of that very identifier. So one server on a shared host cannot name the whole host unless the host says so.
 */
export function standsFor(resource: string, server: string, metadataUrl: string): boolean {
  const claimed = serverIdentifier(resource);
  if (claimed === undefined || new URL(resource).hash !== '') return false;
  if (claimed === serverIdentifier(server)) return true;
  const a = new URL(claimed);
  const b = new URL(server);
  if (a.origin !== b.origin || a.search !== '') return false;
  const prefix = a.pathname.endsWith('/') ? a.pathname : `${a.pathname}/`;
  const within = b.pathname === a.pathname || b.pathname.startsWith(prefix);
  return within && metadataUrl === resourceMetadataUrl(claimed);
}
