import type { SessionParts } from './browser-sign-in.ts';
import type { KeptSignIn } from './kept.ts';
import type { SignOutReport } from './sign-in-status.ts';
import { revoke } from './token-requests.ts';

/**
 * Asks the issuer to end the tokens (RFC 7009). The refresh token goes first: that should end the others with it
 * (section 2.1), but need not. Where the issuer cannot be asked the tokens may live until they expire.
 */
export async function revokeAtIssuer(
  last: KeptSignIn,
  { issuers, ports }: SessionParts,
): Promise<SignOutReport['revoked']> {
  const at = await issuers.known(last.issuer, last.server);
  if (!at.ok) return 'failed';
  if (at.value.revocation_endpoint === undefined) return 'not-offered';
  const { http } = await issuers.http(last.server);
  const place = { issuer: at.value, client: last.client, http, now: ports.now };
  const refresh =
    last.refreshToken === undefined
      ? undefined
      : await revoke(place, last.refreshToken, 'refresh_token');
  const access = await revoke(place, last.accessToken, 'access_token');
  return (refresh ?? access).ok ? 'yes' : 'failed';
}
