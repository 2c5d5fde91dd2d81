import type { Grant } from '../../shared/approval.ts';
import { riskWords } from '../components/risk-words.ts';
import { dateTime } from '../components/time-words.ts';

/** What a grant lets through without asking, in one sentence. */
export function grantCovers(grant: Grant): string {
  const name = grant.tool === '' ? grant.method : grant.tool;
  const risk = riskWords(grant.riskLevel).text.toLowerCase();
  switch (grant.scope) {
    case 'arguments':
      return `${name} with exactly these arguments`;
    case 'tool':
      return `${name} with any arguments, up to a risk of “${risk}”`;
    case 'server':
      return `Any tool of ${grant.connectionName}, up to a risk of “${risk}”`;
    default:
      return grant.scope satisfies never;
  }
}

/** How long a grant holds. */
export function grantHolds(grant: Grant, now: number): string {
  if (grant.duration === 'once') {
    return grant.expiresAt === undefined
      ? 'For one call'
      : `For one call, until ${dateTime(grant.expiresAt, now)}`;
  }
  switch (grant.duration) {
    case 'session':
      return 'Until the session ends';
    case 'until':
      return grant.expiresAt === undefined
        ? 'For a while'
        : `Until ${dateTime(grant.expiresAt, now)}`;
    case 'always':
      return 'Until you revoke it';
    default:
      return grant.duration satisfies never;
  }
}

/** Why a grant no longer counts. */
export function deathWords(dead: NonNullable<Grant['dead']>): string {
  switch (dead) {
    case 'revoked':
      return 'Revoked';
    case 'expired':
      return 'Its time is over';
    case 'pin-changed':
      return 'The tool’s definition changed';
    case 'policy-changed':
      return 'The policy that allowed it changed';
    case 'session-ended':
      return 'The session ended';
    case 'used':
      return 'Used up';
    default:
      return dead satisfies never;
  }
}

/** True while a grant counts at `now`: main marks the dead when it next looks, the clock may be ahead of it. */
export const counts = (grant: Grant, now: number): boolean =>
  grant.dead === undefined && (grant.expiresAt === undefined || grant.expiresAt > now);
