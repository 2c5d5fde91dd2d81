import { buildEndSessionUrl, tokenRevocation } from 'openid-client';
import type { PersonSignOut } from '../../shared/person.ts';
import type { IssuerAt } from './oidc-issuer.ts';
import type { KeptSession } from './oidc-kept.ts';
import type { OidcOutcome, OidcPolicy, OidcPorts } from './oidc-ports.ts';

/** Browsers are started with an address no longer than this on Windows (ShellExecute, 2,083). */
const longestAddress = 2000;

/**
 * Ends a session at its provider: revokes the refresh token (RFC 7009) and, where asked, opens the provider's own
 * sign-out page (OpenID Connect RP-Initiated Logout 1.0). What cannot be done is told, never thrown: on this machine
 * the session is gone already.
 */
export async function endAtProvider(
  session: KeptSession | undefined,
  policy: OidcPolicy | undefined,
  how: { readonly browser: boolean },
  ports: Pick<OidcPorts, 'openBrowser'> & {
    find(policy: OidcPolicy): Promise<OidcOutcome<IssuerAt>>;
  },
): Promise<PersonSignOut> {
  const nothing = { revoked: 'nothing-to-revoke', browser: 'not-asked' } as const;
  if (session === undefined || policy?.issuer !== session.issuer) return nothing;
  const at = await ports.find(policy);
  if (!at.ok) {
    return {
      revoked: session.refreshToken === undefined ? 'nothing-to-revoke' : 'failed',
      browser: how.browser ? 'failed' : 'not-asked',
    };
  }
  const { config } = at.value;
  return {
    revoked: await revoke(),
    browser: how.browser ? await openPage() : 'not-asked',
  };

  async function revoke(): Promise<PersonSignOut['revoked']> {
    if (session?.refreshToken === undefined) return 'nothing-to-revoke';
    if (config.serverMetadata().revocation_endpoint === undefined) return 'not-offered';
    try {
      const hint = { token_type_hint: 'refresh_token' };
      await tokenRevocation(config, session.refreshToken, hint);
      return 'yes';
    } catch {
      // Whatever the reason: the token may live on, and that is what the person has to know.
      return 'failed';
    }
  }

  async function openPage(): Promise<PersonSignOut['browser']> {
    if (config.serverMetadata().end_session_endpoint === undefined) return 'not-offered';
    const hint = session?.idToken === undefined ? {} : { id_token_hint: session.idToken };
    const full = buildEndSessionUrl(config, hint).href;
    // Without the hint the provider asks the person whether to sign out.
    const address = full.length > longestAddress ? buildEndSessionUrl(config, {}).href : full;
    const shown = await ports.openBrowser(address);
    return shown.ok ? 'opened' : 'failed';
  }
}
