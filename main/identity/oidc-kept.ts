import { z } from 'zod';
import { fail, ok } from '../../shared/outcome.ts';
import type { Person } from '../../shared/person.ts';
import { claimedPerson } from './oidc-claims.ts';
import type { OidcOutcome, OidcPolicy, SessionKeychain } from './oidc-ports.ts';

/** A sign-in as the keychain keeps it. Times in Unix milliseconds. */
export const KeptSession = z.object({
  issuer: z.string(),
  clientId: z.string(),
  subject: z.string(),
  name: z.string(),
  email: z.string().optional(),
  groups: z.array(z.string()).readonly(),
  groupsProblem: z.string().optional(),
  /** When the person proved who they are (`auth_time`), and how (`acr`), where the provider says so. */
  authenticatedAt: z.number().optional(),
  acr: z.string().optional(),
  /** When the person came through the browser. */
  signedInAt: z.number(),
  /** When the provider last confirmed it. */
  checkedAt: z.number(),
  refreshToken: z.string().optional(),
  /** Only to name the session at the provider's sign-out page. */
  idToken: z.string().optional(),
});
export type KeptSession = z.infer<typeof KeptSession>;

/** What the provider answered, checked. */
export interface Proof {
  readonly claims: Readonly<Record<string, unknown>> & { readonly sub: string };
  readonly idToken: string;
  readonly refreshToken?: string;
}

/** Makes the session of a person who came through the browser. */
export function sessionOf(proof: Proof, policy: OidcPolicy, now: number): KeptSession {
  const { claims, idToken, refreshToken } = proof;
  const { auth_time: authTime, acr } = claims;
  return {
    issuer: policy.issuer,
    clientId: policy.clientId,
    subject: claims.sub,
    ...claimedPerson(claims, policy.groupsClaim),
    ...(typeof authTime === 'number' ? { authenticatedAt: authTime * 1000 } : {}),
    ...(typeof acr === 'string' ? { acr } : {}),
    signedInAt: now,
    checkedAt: now,
    ...(refreshToken === undefined ? {} : { refreshToken }),
    idToken,
  };
}

/** The session after the provider confirmed it, with what it says of the person now. */
export function confirmed(
  session: KeptSession,
  { claims, idToken, refreshToken }: Partial<Proof>,
  policy: OidcPolicy,
  now: number,
): KeptSession {
  const renewed = {
    ...session,
    checkedAt: now,
    ...(refreshToken === undefined ? {} : { refreshToken }),
    ...(idToken === undefined ? {} : { idToken }),
  };
  if (claims === undefined) return renewed;
  // Left out by the provider means no longer true.
  const { email: _email, groupsProblem: _problem, ...rest } = renewed;
  return { ...rest, ...claimedPerson(claims, policy.groupsClaim) };
}

/** The person of a session. */
export function personOfSession(session: KeptSession): Person {
  const { name, subject, issuer, email, groups, groupsProblem, authenticatedAt } = session;
  return {
    kind: 'oidc',
    name,
    subject,
    issuer,
    ...(email === undefined ? {} : { email }),
    groups,
    ...(groupsProblem === undefined ? {} : { groupsProblem }),
    ...(authenticatedAt === undefined ? {} : { authenticatedAt }),
  };
}

const account = 'person/session';

/** The one session of this machine's person, in the keychain and nowhere else. */
export function keptSession(keychain: SessionKeychain) {
  return {
    /** Undefined where there surely is none; what cannot be read counts as none, and a sign-in replaces it. */
    async load(): Promise<OidcOutcome<KeptSession | undefined>> {
      const found = await keychain.get(account);
      if (!found.ok) return fail('keychain', found.problem.message);
      return ok(found.value === undefined ? undefined : parsed(found.value));
    },
    async save(session: KeptSession): Promise<OidcOutcome<null>> {
      const written = await keychain.set(account, JSON.stringify(session));
      return written.ok ? ok(null) : fail('keychain', written.problem.message);
    },
    /** Removes it and looks that it is gone. */
    async forget(): Promise<OidcOutcome<null>> {
      const removed = await keychain.remove(account);
      const left = removed.ok ? await keychain.get(account) : removed;
      if (!left.ok) return fail('keychain', left.problem.message);
      return left.value === undefined ? ok(null) : notForgotten;
    },
  };
}

function parsed(text: string): KeptSession | undefined {
  try {
    return KeptSession.safeParse(JSON.parse(text)).data;
  } catch {
    // What is no JSON was not written by us.
    return undefined;
  }
}

const notForgotten = fail(
  'forgetting-failed',
  'The keychain still holds the sign-in after removing it. Remove the entry "person/session" by hand in your system’s keychain.',
);
