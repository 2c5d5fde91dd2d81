/** What an ID token says of a person. */
export interface ClaimedPerson {
  readonly name: string;
  readonly email?: string;
  /** Each once, sorted. */
  readonly groups: readonly string[];
  readonly groupsProblem?: string;
}

type Claims = Readonly<Record<string, unknown>>;

/** More groups than these are taken from nobody; a provider's list that long is a mistake in its set-up. */
const mostGroups = 1000;
const longestGroup = 512;
const longestName = 200;

/**
 * Reads name, email and groups from the claims of an ID token. What has another form than it should is left out, and
 * where that concerns the groups, `groupsProblem` says so. Pure.
 */
export function claimedPerson(claims: Claims, groupsClaim: string): ClaimedPerson {
  const email = text(claims.email);
  const name =
    text(claims.name) ?? text(claims.preferred_username) ?? email ?? text(claims.sub) ?? 'unknown';
  return { name, ...(email === undefined ? {} : { email }), ...groupsOf(claims, groupsClaim) };
}

/** Without what a terminal, a log or a card could take for more than letters. */
function text(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const shown = value.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '').trim();
  return shown === '' ? undefined : shown.slice(0, longestName);
}

function groupsOf(claims: Claims, claim: string): Pick<ClaimedPerson, 'groups' | 'groupsProblem'> {
  const value = claimAt(claims, claim);
  if (value === undefined) {
    return isOverage(claims, claim)
      ? { groups: [], groupsProblem: overage(claim) }
      : { groups: [] };
  }
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  const usable = items.filter(
    (item): item is string =>
      typeof item === 'string' && item !== '' && item.length <= longestGroup,
  );
  const groups = [...new Set(usable)].sort();
  if (groups.length > mostGroups) {
    return {
      groups: [],
      groupsProblem: `The identity provider named more than ${mostGroups} groups, so none of them count. Tell IT to send only those that Airlock's rules name.`,
    };
  }
  if (usable.length < items.length) {
    return {
      groups,
      groupsProblem: `Some of what the claim "${claim}" holds is no group name and was left out. Tell IT.`,
    };
  }
  return { groups };
}

/** The claim of exactly this name, as some hold dots themselves, else the one inside objects (`realm_access.roles`). */
function claimAt(claims: Claims, claim: string): unknown {
  if (Object.hasOwn(claims, claim)) return claims[claim];
  let at: unknown = claims;
  for (const part of claim.split('.')) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, part)) return undefined;
    at = (at as Claims)[part];
  }
  return at;
}

/**
 * Entra ID leaves the groups out where a person has more than fit (200 in a JWT) and says where to ask for them
 * instead: as an aggregated claim (OpenID Connect Core, section 5.6.2), or as `hasgroups` in the implicit flow.
 */
function isOverage(claims: Claims, claim: string): boolean {
  const names = claims._claim_names;
  if (typeof names === 'object' && names !== null && Object.hasOwn(names, claim)) return true;
  return claims.hasgroups === true;
}

const overage = (claim: string): string =>
  `You are in more groups than the identity provider puts into a sign-in, so it named none of them ("${claim}"), and rules about groups do not see yours. Tell IT to send only the groups assigned to Airlock, or application roles.`;
