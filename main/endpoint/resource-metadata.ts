/** Where RFC 9728 section 3.1 puts the metadata of a resource: before its path. */
export const metadataPath = '/.well-known/oauth-protected-resource';

/** The URL of a connection's entry. */
export const entryUrl = (port: number, connectionId: string): string =>
  `http://127.0.0.1:${port}/mcp/${connectionId}`;

/** What a client that looks for a way to sign in here is told. */
const noSignIn =
  'This is the local endpoint of Airlock. It has no sign-in: the token stands in the entry of your client. Open Airlock and protect this client again.';

/** The `WWW-Authenticate` of a 401 (RFC 6750 section 3, RFC 9728 section 5.1). */
export function challenge(
  port: number,
  connectionId: string,
  presented: boolean,
  message: string,
): string {
  const where = `http://127.0.0.1:${port}${metadataPath}/mcp/${connectionId}`;
  const error = presented ? `, error="invalid_token", error_description="${quoted(message)}"` : '';
  return `Bearer realm="Airlock"${error}, resource_metadata="${where}"`;
}

/** The text of an error description: RFC 6750 leaves out quotes and backslashes. */
const quoted = (text: string): string => text.replace(/["\\]/g, "'");

/**
 * The protected resource metadata (RFC 9728 section 2). It names no authorization server, since there is none: a client
 * that goes on to sign in finds `noAuthorization` wherever it asks.
 */
export function resourceMetadata(port: number, connectionId: string): string {
  return JSON.stringify({
    resource: entryUrl(port, connectionId),
    resource_name: 'Airlock',
    bearer_methods_supported: ['header'],
  });
}

/** The answer at every path of an authorization server that is not there (RFC 6749 section 5.2). */
export const noAuthorization = JSON.stringify({
  error: 'access_denied',
  error_description: noSignIn,
});
