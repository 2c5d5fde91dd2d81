import { processDiscoveryResponse, processResourceDiscoveryResponse } from 'oauth4webapi';
import { z } from 'zod';
import { fail, ok } from '../../shared/outcome.ts';
import type { LimitedFetch } from './limited-fetch.ts';
import type { Outcome } from './ports.ts';
import { type AddressKind, allowedUrl, type Reach } from './reach.ts';
import { unionOf } from './scope.ts';
import {
  issuerMetadataUrls,
  resourceMetadataUrls,
  serverIdentifier,
  standsFor,
} from './well-known.ts';

const texts = z.array(z.string()).exactOptional();

/** The members of authorization server metadata that are used (RFC 8414, OpenID Connect Discovery, RFC 9207). */
const Metadata = z.object({
  issuer: z.string(),
  authorization_endpoint: z.string(),
  token_endpoint: z.string(),
  registration_endpoint: z.string().exactOptional(),
  revocation_endpoint: z.string().exactOptional(),
  code_challenge_methods_supported: texts,
  response_types_supported: texts,
  grant_types_supported: texts,
  scopes_supported: texts,
  token_endpoint_auth_methods_supported: texts,
  revocation_endpoint_auth_methods_supported: texts,
  id_token_signing_alg_values_supported: texts,
  authorization_response_iss_parameter_supported: z.boolean().exactOptional(),
  client_id_metadata_document_supported: z.boolean().exactOptional(),
  require_pushed_authorization_requests: z.boolean().exactOptional(),
});

/** Authorization server metadata that was checked: it may be signed in at. */
export type Issuer = Readonly<z.infer<typeof Metadata>>;

/** Protected resource metadata (RFC 9728, section 2), the members that are used. */
const ResourceMetadata = z.object({
  resource: z.string(),
  authorization_servers: z.array(z.string()).min(1).max(20),
  scopes_supported: texts,
});

/** What a server says about who protects it. */
export interface Resource {
  /** The identifier that tokens are asked for (RFC 8707). */
  readonly resource: string;
  /** In the server's order of preference. */
  readonly issuers: readonly string[];
  readonly scopes: readonly string[] | undefined;
}

/** How metadata is asked for. */
interface Inquiry {
  readonly http: LimitedFetch;
  readonly reach: Reach;
  kindOfHost(host: string): AddressKind;
}

/**
 * Finds a server's resource metadata: where its challenge points, else, or where nothing usable stands there, at its
 * well-known places. A document that names another resource ends the search: RFC 9728 forbids its use.
 */
export async function findResource(
  server: string,
  hint: string | undefined,
  { http, reach, kindOfHost }: Inquiry,
): Promise<Outcome<Resource>> {
  let trouble: Outcome<never> | undefined;
  const hinted = hint === undefined ? [] : [hint];
  for (const place of new Set([...hinted, ...resourceMetadataUrls(server)])) {
    const allowed = allowedUrl(place, reach, kindOfHost, 'The address of the sign-in information');
    const answer = allowed.ok
      ? await http.get(allowed.value.href, 'The sign-in information')
      : allowed;
    if (!answer.ok) {
      trouble ??= answer;
      continue;
    }
    const read = await readResource(answer.value);
    if (read === undefined) continue;
    const from = allowed.ok ? allowed.value.href : place;
    if (!standsFor(read.resource, server, from)) return wrongResource;
    const scopes = read.scopes_supported === undefined ? undefined : unionOf(read.scopes_supported);
    return ok({ resource: read.resource, issuers: read.authorization_servers, scopes });
  }
  return trouble ?? notOffered;
}

async function readResource(answer: Response) {
  const named = await jsonOf(answer.clone());
  const identifier = z.object({ resource: z.string() }).safeParse(named);
  if (!identifier.success || serverIdentifier(identifier.data.resource) === undefined)
    return undefined;
  // Its own check of the identifier is the one that a document's place is compared with in `standsFor`.
  const whole = await processResourceDiscoveryResponse(
    new URL(identifier.data.resource),
    answer,
  ).catch(() => undefined);
  return ResourceMetadata.safeParse(whole).data;
}

/** Finds and checks an issuer's metadata at its well-known places, in the order MCP demands. */
export async function findIssuer(
  issuer: string,
  { http, reach, kindOfHost }: Inquiry,
): Promise<Outcome<Issuer>> {
  const named = allowedUrl(issuer, reach, kindOfHost, 'The sign-in server');
  if (!named.ok) return named;
  if (named.value.search !== '')
    return fail('bad-address', 'The sign-in server has an address of a form that is not allowed.');
  let trouble: Outcome<never> | undefined;
  for (const place of issuerMetadataUrls(issuer)) {
    const answer = await http.get(place, 'The description of the sign-in server');
    if (!answer.ok) {
      trouble ??= answer;
      continue;
    }
    if (answer.value.status >= 500) trouble ??= broken(named.value.host);
    const body = await jsonOf(answer.value.clone());
    if (answer.value.status !== 200 || body === undefined) continue;
    const metadata = await processDiscoveryResponse(named.value, answer.value).then(
      (value) => Metadata.safeParse(value).data,
      () => undefined,
    );
    if (metadata !== undefined) return checked(metadata, { reach, kindOfHost });
    trouble = namesAnother(body, named.value) ? wrongIssuer : (trouble ?? broken(named.value.host));
  }
  return (
    trouble ??
    fail(
      'no-sign-in-offered',
      `${named.value.host} does not describe how to sign in there. Ask whoever runs the server.`,
    )
  );
}

const namesAnother = (body: unknown, issuer: URL): boolean => {
  const named = z.object({ issuer: z.string() }).safeParse(body).data?.issuer;
  return named !== undefined && (!URL.canParse(named) || new URL(named).href !== issuer.href);
};

/** What a sign-in needs of an issuer; without PKCE by its own word the flow must not begin (MCP, OAuth 2.1). */
function checked(issuer: Issuer, { reach, kindOfHost }: Omit<Inquiry, 'http'>): Outcome<Issuer> {
  const { host } = new URL(issuer.issuer);
  const endpoints = [
    issuer.authorization_endpoint,
    issuer.token_endpoint,
    issuer.registration_endpoint,
    issuer.revocation_endpoint,
  ];
  for (const endpoint of endpoints) {
    if (endpoint === undefined) continue;
    const allowed = allowedUrl(endpoint, reach, kindOfHost, `An address of ${host}`);
    if (!allowed.ok) return allowed;
  }
  if (!issuer.code_challenge_methods_supported?.includes('S256')) {
    return fail(
      'no-pkce',
      `${host} does not say that it protects sign-ins with PKCE (S256), so Airlock does not sign in there. Ask whoever runs it to turn PKCE on.`,
    );
  }
  const code = issuer.response_types_supported?.includes('code') ?? true;
  const grant = issuer.grant_types_supported?.includes('authorization_code') ?? true;
  if (!code || !grant || issuer.require_pushed_authorization_requests) {
    return fail(
      'no-sign-in-offered',
      `${host} offers no way of signing in that Airlock knows. Ask whoever runs it.`,
    );
  }
  return ok(issuer);
}

const jsonOf = (answer: Response): Promise<unknown> =>
  answer.status === 200 ? answer.json().catch(() => undefined) : Promise.resolve(undefined);

const broken = (host: string) =>
  fail(
    'server-error',
    `${host} answered with an error when asked how to sign in. Try again later.`,
  );

const wrongIssuer = fail(
  'wrong-issuer',
  'The sign-in server calls itself by another name than the server does, so it is not trusted. Tell whoever runs the server.',
);

const wrongResource = fail(
  'wrong-resource',
  'The server gives sign-in information that belongs to another server, so no sign-in is started. Tell whoever runs it.',
);

const notOffered = fail(
  'no-sign-in-offered',
  'The server does not say where to sign in. If it needs a sign-in, ask IT or whoever runs it for the address of the sign-in server.',
);
