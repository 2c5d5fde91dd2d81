import { z } from 'zod';
import { RiskLevel } from './policy.ts';

/** A moment as people write it: ISO 8601 in UTC, `2026-11-24T08:00:00Z`. */
const Instant = z.iso.datetime();

/** A text of one line or paragraph that a person reads. */
const Sentence = z.string().min(1).max(1_000);

/** Where a person goes with a question or a wish: `mailto:` or an HTTPS page. */
const Contact = z.url({ protocol: /^(mailto|https)$/ });

/**
 * One public key that may sign bundles: Ed25519 as a JWK (RFC 8037), `x` being the 32 bytes in base64url. Two stand
 * side by side while one takes over from the other.
 */
export const EnrolledKey = z.strictObject({
  kid: z.string().min(1).max(128),
  kty: z.literal('OKP').default('OKP'),
  crv: z.literal('Ed25519').default('Ed25519'),
  x: z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'must be 32 bytes in base64url without padding'),
});
export type EnrolledKey = z.infer<typeof EnrolledKey>;

/** How people sign in with the company's identity provider (OpenID Connect). What the bundle says beats the enrolment. */
export const ManagedSignIn = z.strictObject({
  /** The issuer as in its discovery document; HTTP only on loopback, for tests. */
  issuer: z.url({ protocol: /^https?$/ }),
  clientId: z.string().min(1).max(256),
  /** For providers that give desktop apps one (Google); on a desktop it is no secret. */
  clientSecret: z.string().min(1).max(512).optional(),
  /** The port of the redirect `http://127.0.0.1:<port>/callback`, for providers that compare it (Okta). */
  redirectPort: z.number().int().min(1_024).max(65_535).optional(),
  /** The claim of the ID token that lists the groups. */
  groupsClaim: z.string().min(1).max(128).default('groups'),
  scopes: z.array(z.string().min(1)).max(32).default(['openid', 'profile', 'email']),
  /** After so many hours a person signs in anew. */
  sessionHours: z.number().positive().max(8_760).default(12),
  /** How long a session stands while the issuer cannot be reached. */
  offlineGraceHours: z.number().min(0).max(8_760).default(24),
  /** Which calls want a fresh sign-in before their approval. */
  stepUp: z
    .strictObject({
      /** Names of tools; `*` stands for any characters. */
      tools: z.array(z.string().min(1).max(256)).max(1_000).default([]),
      risks: z.array(RiskLevel).default([]),
      /** A sign-in not older than this counts as fresh. */
      maxAgeMinutes: z.number().min(0).max(1_440).default(5),
    })
    .prefault({}),
  /** Whether calls are refused until somebody has signed in. */
  required: z.boolean().default(false),
});
export type ManagedSignIn = z.infer<typeof ManagedSignIn>;

/** What an administrator puts on a machine: whom it belongs to, where its policy is, and who may sign it. */
export const Enrolment = z.strictObject({
  organisation: z.string().min(1).max(200),
  /** Where the bundle is served. HTTPS; HTTP only to loopback and only where the app was built for development. */
  policyUrl: z.url({ protocol: /^https?$/ }),
  keys: z.array(EnrolledKey).min(1).max(8),
  /** OTLP/HTTP logs endpoint that receives the audit, until a bundle sets `auditEndpoint`. */
  auditEndpoint: z.url({ protocol: /^https?$/ }).optional(),
  signIn: ManagedSignIn.optional(),
  /** Where "request access" leads. */
  contact: Contact.optional(),
  /** An event stream (SSE) on the host of `policyUrl`: each event makes the app ask for the bundle at once. */
  channelUrl: z.url({ protocol: /^https?$/ }).optional(),
});
export type Enrolment = z.infer<typeof Enrolment>;

/** Names servers; every part that is given has to fit. `*` stands for any characters in `url` and `command`. */
export const ServerMatch = z
  .strictObject({
    /** The identity Airlock shows (`srv_...`). */
    id: z.string().min(1).max(128).optional(),
    /** `npm:@scope/name`, `pypi:name`, `oci:image`; with `@version` only that version fits. */
    package: z
      .string()
      .regex(/^(npm|pypi|oci):.+/)
      .max(256)
      .optional(),
    url: z.string().min(1).max(2_048).optional(),
    /** The command line as Airlock shows it, secrets hidden. */
    command: z.string().min(1).max(2_048).optional(),
  })
  .refine((match) => Object.values(match).some((part) => part !== undefined), {
    message: 'must name an id, a package, a url or a command',
  });
export type ServerMatch = z.infer<typeof ServerMatch>;

/** Enforce decides; monitor records what would have been decided, and forwards. */
export const ManagedMode = z.enum(['enforce', 'monitor']);
export type ManagedMode = z.infer<typeof ManagedMode>;

/** A server that IT knows. */
export const KnownServer = z.strictObject({
  server: ServerMatch,
  name: z.string().max(200).optional(),
  /** Whether the annotations of its tools may lower their risk. */
  trusted: z.boolean().default(false),
});
export type KnownServer = z.infer<typeof KnownServer>;

/** Which servers may be used at all. Deny wins; `default` decides what neither list names. */
export const Registry = z.strictObject({
  default: z.enum(['allow', 'deny']).default('allow'),
  allow: z.array(KnownServer).max(10_000).default([]),
  deny: z
    .array(z.strictObject({ server: ServerMatch, reason: Sentence.optional() }))
    .max(10_000)
    .default([]),
});
export type Registry = z.infer<typeof Registry>;

/** What IT has stopped. Only a bundle with a higher serial lifts it. */
export const ManagedKill = z.discriminatedUnion('scope', [
  z.strictObject({ scope: z.literal('none') }),
  z.strictObject({ scope: z.literal('all'), reason: Sentence }),
  z.strictObject({
    scope: z.literal('some'),
    /** Ids of clients (`cursor`). */
    clients: z.array(z.string().min(1)).max(1_000).default([]),
    servers: z.array(ServerMatch).max(1_000).default([]),
    reason: Sentence,
  }),
]);
export type ManagedKill = z.infer<typeof ManagedKill>;

/** One setting from IT. `floor`: the person may be stricter, never looser. `lock`: the value stands. */
export const ManagedSetting = z.strictObject({
  value: z.union([z.string(), z.number(), z.boolean()]),
  mode: z.enum(['floor', 'lock']),
});
export type ManagedSetting = z.infer<typeof ManagedSetting>;

/** Something IT wants read. */
export const Notice = z.strictObject({
  id: z.string().min(1).max(128),
  text: Sentence,
  severity: z.enum(['info', 'warning', 'critical']).default('info'),
});
export type Notice = z.infer<typeof Notice>;

/** Cedar text in one piece, or in parts that are named where something is wrong with them. */
export const CedarText = z.union([
  z.string(),
  z
    .array(z.strictObject({ id: z.string().min(1).max(128).optional(), text: z.string() }))
    .max(10_000),
]);
export type CedarText = z.infer<typeof CedarText>;

/** The version of the payload's form that this Airlock reads. */
export const bundleSchemaVersion = 1;

/** The payload of a bundle: what IT has decided for its machines. */
export const BundlePayload = z.strictObject({
  schemaVersion: z.literal(bundleSchemaVersion),
  /** The same as in the enrolment, so that a bundle of another tenant does not fit. */
  organisation: z.string().min(1).max(200),
  /** Rises with every change. A machine never goes back. */
  serial: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER),
  issued: Instant,
  /** Before this the bundle is not taken; absent: from `issued` on. */
  notBefore: Instant.optional(),
  /** After this the bundle is not taken any more; one in force stays, and the person is told. */
  expires: Instant,
  cedar: CedarText.default(''),
  settings: z.record(z.string(), ManagedSetting).default({}),
  registry: Registry.optional(),
  kill: ManagedKill.default({ scope: 'none' }),
  notices: z.array(Notice).max(50).default([]),
  /** Only this share of machines takes the bundle; a kill in it holds for all. Absent: everybody. */
  rollout: z
    .strictObject({ percent: z.number().min(0).max(100), salt: z.string().min(1).max(128) })
    .optional(),
  mode: ManagedMode.default('enforce'),
  /** Modes of single servers; the first that fits counts. */
  modes: z
    .array(z.strictObject({ server: ServerMatch, mode: ManagedMode }))
    .max(10_000)
    .default([]),
  /** How long a person may put a server into monitor mode, and which; absent: not at all. */
  relaxations: z
    .strictObject({
      maxMinutes: z.number().int().min(1).max(1_440),
      /** Absent: any server. */
      servers: z.array(ServerMatch).max(1_000).optional(),
    })
    .optional(),
  signIn: ManagedSignIn.optional(),
  contact: Contact.optional(),
  pollMinutes: z.number().min(1).max(1_440).default(15),
});
export type BundlePayload = z.infer<typeof BundlePayload>;
