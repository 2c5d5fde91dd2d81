import {
  allowInsecureRequests,
  customFetch,
  dynamicClientRegistrationRequest,
  processDynamicClientRegistrationResponse,
} from 'oauth4webapi';
import { z } from 'zod';
import { fail, ok } from '../../shared/outcome.ts';
import { answerProblem } from './answer-problem.ts';
import type { Issuer } from './discovery.ts';
import type { ClientIdentity, Kept } from './kept.ts';
import type { LimitedFetch } from './limited-fetch.ts';
import type { OAuthPorts, Outcome, RemoteServer } from './ports.ts';

/** How we are known to an issuer, and which redirect URI on 127.0.0.1 goes with it. */
export type ClientPlan =
  | {
      readonly how: 'known';
      readonly client: ClientIdentity;
      readonly redirectPath: string;
      /** Undefined where any port will do (RFC 8252, section 7.3). */
      readonly redirectPort: number | undefined;
      /** Whether the client was registered dynamically, and so can be registered again. */
      readonly dynamic: boolean;
      /** Whether the issuer may want the port exactly as it was registered. */
      readonly exactPort: boolean;
    }
  | { readonly how: 'register' };

/**
 * Chooses how to be known to an issuer, in MCP's order: registered beforehand, by our metadata document where the
 * issuer takes those, registered dynamically before, registering now.
 */
export async function planClient(
  issuer: Issuer,
  server: RemoteServer,
  ports: Pick<OAuthPorts, 'clientMetadata' | 'now'>,
  kept: Kept,
): Promise<Outcome<ClientPlan>> {
  const told = server.authorization;
  if (told?.clientId !== undefined) return beforehand(issuer, told.clientId, told);
  const document = ports.clientMetadata;
  if (document !== undefined && issuer.client_id_metadata_document_supported === true) {
    const client: ClientIdentity = { id: document.url, method: 'none' };
    const { redirectPath } = document;
    return ok({
      how: 'known',
      client,
      redirectPath,
      redirectPort: undefined,
      dynamic: false,
      exactPort: false,
    });
  }
  if (issuer.registration_endpoint === undefined) return noClientId(issuer);
  const before = await kept.client(issuer.issuer);
  if (!before.ok) return before;
  if (before.value === undefined || (before.value.secretEndsAt ?? Infinity) <= ports.now()) {
    return ok({ how: 'register' });
  }
  const { client, redirectPath, redirectPort } = before.value;
  return ok({ how: 'known', client, redirectPath, redirectPort, dynamic: true, exactPort: true });
}

function beforehand(
  issuer: Issuer,
  id: string,
  told: NonNullable<RemoteServer['authorization']>,
): Outcome<ClientPlan> {
  if (told.clientSecret !== undefined && told.issuer === undefined) {
    // Without it a server could name an issuer of its own and be handed the secret.
    return fail(
      'no-client-id',
      'This server has a client secret but no sign-in server it belongs to. Ask IT to add the issuer.',
    );
  }
  const secret = told.clientSecret;
  const redirectPath = told.redirectPath ?? '/callback';
  const redirectPort = told.redirectPort;
  const client: ClientIdentity =
    secret === undefined ? { id, method: 'none' } : { id, secret, method: secretMethod(issuer) };
  const exactPort = redirectPort !== undefined;
  return ok({ how: 'known', client, redirectPath, redirectPort, dynamic: false, exactPort });
}

/** RFC 8414: an issuer that lists no methods takes `client_secret_basic`. */
const secretMethod = (issuer: Issuer): 'client_secret_basic' | 'client_secret_post' => {
  const methods = issuer.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
  const post = !methods.includes('client_secret_basic') && methods.includes('client_secret_post');
  return post ? 'client_secret_post' : 'client_secret_basic';
};

/**
 * Registers us at an issuer for one redirect URI (RFC 7591), as a native application without a secret where the issuer
 * takes such, and keeps what it gave.
 */
export async function registerClient(
  issuer: Issuer,
  redirect: { readonly uri: string; readonly path: string; readonly port: number },
  http: LimitedFetch,
  kept: Kept,
): Promise<Outcome<ClientIdentity>> {
  const { host } = new URL(issuer.issuer);
  const open = issuer.token_endpoint_auth_methods_supported?.includes('none') ?? true;
  const wanted = {
    client_name: 'Airlock Desktop',
    application_type: 'native',
    redirect_uris: [redirect.uri],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: open ? 'none' : secretMethod(issuer),
  };
  try {
    const options = { [customFetch]: http.send, [allowInsecureRequests]: true };
    const given = await processDynamicClientRegistrationResponse(
      await asSpecified(await dynamicClientRegistrationRequest(issuer, wanted, options)),
    );
    const client = identityOf(given, wanted.token_endpoint_auth_method);
    if (client === undefined) return notUsable(host);
    const ends = given.client_secret_expires_at;
    const written = await kept.keepClient({
      issuer: issuer.issuer,
      client,
      ...(typeof ends === 'number' && ends > 0 ? { secretEndsAt: ends * 1000 } : {}),
      redirectPath: redirect.path,
      redirectPort: redirect.port,
    });
    return written.ok ? ok(client) : written;
  } catch (error) {
    const problem = answerProblem(error, host);
    const own = ['unreachable', 'too-slow', 'too-large', 'stopped', 'server-error'];
    return own.includes(problem.code) ? { ok: false, problem } : refusedBy(host);
  }
}

/**
 * An answer as RFC 7591, section 3.2.1 wants it, where servers do otherwise: 201 for 200, and a secret without its end
 * never ends, which is said by 0.
 */
async function asSpecified(answer: Response): Promise<Response> {
  if (answer.status !== 200 && answer.status !== 201) return answer;
  const text = await answer.text();
  const given = Secretive.safeParse(parsed(text));
  const body = given.success
    ? JSON.stringify({
        ...given.data,
        client_secret_expires_at: given.data.client_secret_expires_at ?? 0,
      })
    : text;
  return new Response(body, { status: 201, headers: answer.headers });
}

/** A registration that gave a secret; the other members stay as they are. */
const Secretive = z.looseObject({
  client_secret: z.string(),
  client_secret_expires_at: z.unknown().optional(),
});

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

function identityOf(
  given: { client_id: string; client_secret?: unknown; token_endpoint_auth_method?: unknown },
  wanted: string,
): ClientIdentity | undefined {
  const method = given.token_endpoint_auth_method ?? wanted;
  if (method === 'none') return { id: given.client_id, method };
  if (typeof given.client_secret !== 'string') return undefined;
  if (method !== 'client_secret_basic' && method !== 'client_secret_post') return undefined;
  return { id: given.client_id, secret: given.client_secret, method };
}

const noClientId = ({ issuer }: Issuer) =>
  fail(
    'no-client-id',
    `${new URL(issuer).host} does not let apps register themselves. Ask IT for a client id for this server.`,
  );

const refusedBy = (host: string) =>
  fail(
    'registration-refused',
    `${host} did not accept Airlock as an app to sign in with. Ask IT for a client id for this server.`,
  );

const notUsable = (host: string) =>
  fail(
    'registration-refused',
    `${host} registered Airlock in a way that cannot be used. Ask IT for a client id for this server.`,
  );
