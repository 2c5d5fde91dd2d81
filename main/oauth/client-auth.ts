import { type ClientAuth, ClientSecretPost, None } from 'oauth4webapi';
import type { ClientIdentity } from './kept.ts';

/** How a client proves itself in a request to a token or revocation endpoint (RFC 6749, section 2.3.1). */
export const clientAuth = ({ method, secret }: ClientIdentity): ClientAuth => {
  if (method === 'none' || secret === undefined) return None();
  return method === 'client_secret_post' ? ClientSecretPost(secret) : basic(secret);
};

/**
 * HTTP Basic. The library's own encodes `-`, `_` and `.` as well, and servers that compare without decoding then refuse
 * a client they know.
 */
const basic =
  (secret: string): ClientAuth =>
  (_issuer, { client_id: id }, _body, headers) => {
    const credentials = `${formEncoded(id)}:${formEncoded(secret)}`;
    headers.set('authorization', `Basic ${Buffer.from(credentials).toString('base64')}`);
  };

/** application/x-www-form-urlencoded as the URL standard writes it, which leaves `*-._` as they are. */
const formEncoded = (value: string): string =>
  new URLSearchParams([['', value]]).toString().slice('='.length);
