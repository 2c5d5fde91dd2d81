import { z } from 'zod';

/** Who is at this machine: the account of its operating system, or a person the company's identity provider names. */
export const Person = z.object({
  kind: z.enum(['os', 'oidc']),
  /** For people to read; of a person who signed in, the provider's own word. */
  name: z.string(),
  /** The provider's id of the person, unique at `issuer` and never given to another (OpenID Connect Core, section 8). */
  subject: z.string().optional(),
  issuer: z.string().optional(),
  email: z.string().optional(),
  /** The groups the provider named; none for an account of the operating system. */
  groups: z.array(z.string()).readonly(),
  /** Why the groups may be incomplete, in one sentence. */
  groupsProblem: z.string().optional(),
  /** When the person last proved who they are, in Unix milliseconds; absent where the provider does not say. */
  authenticatedAt: z.number().optional(),
});
export type Person = z.infer<typeof Person>;

const Problem = z.object({ code: z.string(), message: z.string() });

/** How the sign-in with the company's identity provider stands. Times in Unix milliseconds. */
export const PersonStatus = z.discriminatedUnion('state', [
  /** No provider is set up on this machine. */
  z.object({ state: z.literal('not-offered') }),
  z.object({
    state: z.literal('signed-out'),
    issuer: z.string(),
    /** Whether calls are refused until somebody signs in. */
    required: z.boolean(),
    /** Why the last sign-in ended or failed. */
    problem: Problem.optional(),
  }),
  z.object({ state: z.literal('signing-in'), issuer: z.string(), since: z.number() }),
  z.object({
    state: z.literal('signed-in'),
    issuer: z.string(),
    /** When the person has to sign in again. */
    endsAt: z.number(),
    /** Whether the provider is asked now and then if the person may still sign in. */
    checked: z.boolean(),
    /** The provider has not answered since; at `until` the sign-in stops counting. */
    offline: z.object({ since: z.number(), until: z.number() }).optional(),
    problem: Problem.optional(),
  }),
]);
export type PersonStatus = z.infer<typeof PersonStatus>;

/** The person that counts now, and how the sign-in stands. */
export const PersonView = z.object({ person: Person, status: PersonStatus });
export type PersonView = z.infer<typeof PersonView>;

/** What a sign-out did at the provider; on this machine everything is forgotten in any case. */
export const PersonSignOut = z.object({
  revoked: z.enum(['yes', 'not-offered', 'failed', 'nothing-to-revoke']),
  /** The provider's own sign-out page, which ends its session in the browser. */
  browser: z.enum(['opened', 'not-offered', 'failed', 'not-asked']),
});
export type PersonSignOut = z.infer<typeof PersonSignOut>;

/**
 * The one text that names a person for policy and comparison: issuer and subject, or the name of the account. An
 * issuer is a URL without a fragment and no account name holds a slash, so no two people share one.
 */
export const personKey = (person: Person): string =>
  person.kind === 'oidc' && person.issuer !== undefined && person.subject !== undefined
    ? `${person.issuer}#${person.subject}`
    : person.name;

/** The text for the trail: who it surely is first, then what they are called, which a provider's user may choose. */
export const personInTrail = (person: Person): string =>
  person.kind === 'oidc' ? `${personKey(person)} (${person.name})` : `${person.name} (OS account)`;

/** The text for people: name and email, or the account marked as such. */
export const personLabel = ({ kind, name, email }: Person): string => {
  if (kind === 'os') return `${name} (OS account)`;
  return email === undefined || email === name ? name : `${name} (${email})`;
};
