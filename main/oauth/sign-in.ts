import {
  AuthorizationResponseError,
  calculatePKCECodeChallenge,
  validateAuthResponse,
} from 'oauth4webapi';
import { fail, ok } from '../../shared/outcome.ts';
import { redirectProblem } from './answer-problem.ts';
import type { Issuer } from './discovery.ts';
import type { ClientIdentity, Kept, KeptSignIn } from './kept.ts';
import type { LimitedFetch } from './limited-fetch.ts';
import type { OAuthPorts, Outcome, RemoteServer } from './ports.ts';
import { openReceiver, type RedirectReceiver } from './redirect-receiver.ts';
import { type ClientPlan, planClient, registerClient } from './registration.ts';
import { holdsAll, unionOf } from './scope.ts';
import { tradeCode } from './token-requests.ts';

/** Whom to sign in at, and for what. */
interface SignInTarget {
  /** The server's identifier. */
  readonly server: string;
  readonly entry: RemoteServer;
  /** The resource indicator. */
  readonly resource: string;
  readonly issuer: Issuer;
  readonly scopes: readonly string[];
}

/** What a sign-in works with. */
interface SignInMeans {
  readonly ports: OAuthPorts;
  readonly kept: Kept;
  readonly http: LimitedFetch;
  readonly limitMs: number;
  readonly stopped: AbortSignal;
  /** Told the address that was opened, so that it can be opened again. */
  opened(url: string): void;
  /** Keeps the tokens; the sign-in is not done before. */
  keep(signIn: KeptSignIn): Promise<Outcome<null>>;
}

/**
 * One sign-in in the browser from start to tokens: listener, client, authorization request with PKCE (RFC 7636) and
 * resource (RFC 8707), redirect, `state` and `iss` (RFC 9207) checked before the code is used. Everything that
 * belongs together (issuer, verifier, redirect URI) stays in this one call, so no answer can be mixed with another's.
 */
export async function signInWithBrowser(
  target: SignInTarget,
  means: SignInMeans,
): Promise<Outcome<KeptSignIn>> {
  const { ports, kept } = means;
  const { issuer } = target;
  const plan = await planClient(issuer, target.entry, ports, kept);
  if (!plan.ok) return plan;
  const state = text(ports.random(32));
  const path = plan.value.how === 'known' ? plan.value.redirectPath : `/${text(ports.random(18))}`;
  const port = plan.value.how === 'known' ? plan.value.redirectPort : undefined;
  const receiver = await openReceiver(ports.listenOnLoopback, { path, port, state });
  if (!receiver.ok) return receiver;
  try {
    const client = await clientFor(plan.value, receiver.value, path, target, means);
    if (!client.ok) return client;
    const done = await throughBrowser(target, client.value, receiver.value, state, means);
    if (
      !done.ok &&
      plan.value.how === 'known' &&
      plan.value.dynamic &&
      mayBeForgotten(done.problem.code)
    ) {
      // The issuer may have forgotten us and said so in the browser alone; next time we register anew.
      await kept.forgetClient(issuer.issuer);
    }
    return done;
  } finally {
    await receiver.value.close();
  }
}

const mayBeForgotten = (code: string) => code === 'client-refused' || code === 'sign-in-timed-out';

async function clientFor(
  plan: ClientPlan,
  receiver: RedirectReceiver,
  path: string,
  { issuer }: SignInTarget,
  { http, kept }: SignInMeans,
): Promise<Outcome<ClientIdentity>> {
  if (plan.how === 'known') {
    const otherPort = plan.exactPort && plan.redirectPort !== receiver.port;
    if (!otherPort) return ok(plan.client);
    if (!plan.dynamic) {
      return fail(
        'listener-failed',
        `Another program uses port ${plan.redirectPort}, which this server’s sign-in needs. Close it, then try again.`,
      );
    }
  }
  const redirect = { uri: receiver.redirectUri, path, port: receiver.port };
  return registerClient(issuer, redirect, http, kept);
}

async function throughBrowser(
  { server, resource, issuer, scopes }: SignInTarget,
  client: ClientIdentity,
  receiver: RedirectReceiver,
  state: string,
  { ports, http, limitMs, stopped, opened, keep }: SignInMeans,
): Promise<Outcome<KeptSignIn>> {
  const { host } = new URL(issuer.issuer);
  const verifier = text(ports.random(32));
  const nonce = scopes.includes('openid') ? text(ports.random(32)) : undefined;
  const { redirectUri } = receiver;
  const url = await authorizationUrl(issuer, {
    client_id: client.id,
    redirect_uri: redirectUri,
    state,
    code_challenge: await calculatePKCECodeChallenge(verifier),
    resource,
    scopes,
    nonce,
  });
  opened(url);
  const shown = await ports.openBrowser(url);
  if (!shown.ok) return fail('browser-failed', shown.problem.message);
  const redirect = await receiver.wait(limitMs, stopped);
  if (!redirect.ok) return redirect;

  const finish = async (): Promise<Outcome<KeptSignIn>> => {
    const parameters = validated(issuer, client, redirect.value.parameters, state);
    if (!parameters.ok) return parameters;
    const code = { parameters: parameters.value, redirectUri, verifier, resource, nonce };
    const tokens = await tradeCode({ issuer, client, http, now: ports.now }, code);
    if (!tokens.ok) return tokens;
    const { granted, ...rest } = tokens.value;
    const signIn: KeptSignIn = {
      ...rest,
      server,
      resource,
      issuer: issuer.issuer,
      client,
      obtainedAt: ports.now(),
      by: 'sign-in',
      requested: [...scopes],
      granted: [...(granted ?? scopes)],
    };
    const saved = await keep(signIn);
    return saved.ok ? ok(signIn) : saved;
  };
  const result = await finish();
  redirect.value.show(result.ok ? undefined : result.problem.message);
  return result;

  function validated(
    as: Issuer,
    { id }: ClientIdentity,
    given: URLSearchParams,
    expected: string,
  ): Outcome<URLSearchParams> {
    try {
      return ok(validateAuthResponse(as, { client_id: id }, given, expected));
    } catch (error) {
      // Thrown only after state and issuer were found right, so what it says is the issuer's own word.
      if (error instanceof AuthorizationResponseError) {
        return { ok: false, problem: redirectProblem(error, host) };
      }
      return fail(
        'wrong-issuer',
        `The end of the sign-in did not come from ${host} as it should, so it was thrown away. If that happens again, tell IT.`,
      );
    }
  }
}

/** The authorization request (RFC 6749 section 4.1.1) as a URL; what the endpoint's own query holds stays. */
async function authorizationUrl(
  issuer: Issuer,
  {
    scopes,
    nonce,
    ...rest
  }: {
    readonly client_id: string;
    readonly redirect_uri: string;
    readonly state: string;
    readonly code_challenge: string;
    readonly resource: string;
    readonly scopes: readonly string[];
    readonly nonce: string | undefined;
  },
): Promise<string> {
  const url = new URL(issuer.authorization_endpoint);
  const parameters: Record<string, string> = {
    response_type: 'code',
    code_challenge_method: 'S256',
    ...rest,
    ...(scopes.length === 0 ? {} : { scope: unionOf(scopes).join(' ') }),
    ...(nonce === undefined ? {} : { nonce }),
    // OpenID Connect Core, section 11: offline access is granted only where consent is asked for.
    ...(holdsAll(scopes, ['offline_access']) ? { prompt: 'consent' } : {}),
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
