import http from 'node:http';
import https from 'node:https';
import { fail, ok, type Problem, type Result } from '../../shared/outcome.ts';
import { isTrustedUrl } from './enrolment.ts';
import { proxyAgent, proxyFor } from './policy-proxy.ts';

/** How the policy host is reached. */
export interface PolicyHostPorts {
  /** Whether `http:` to this very machine counts as well; never in a packaged app. */
  readonly allowLoopbackHttp: boolean;
  /** More certificate authorities in PEM, beside those of Node. */
  readonly ca?: readonly string[];
  /** The environment, for `HTTPS_PROXY` and `NO_PROXY`. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds without a byte after which an answer counts as lost; 20 seconds if absent. */
  readonly idleMs?: number;
}

/** Why no usable answer came. */
export type PolicyHostProblem = Problem & {
  readonly code:
    | 'policy-host-unreachable'
    | 'policy-host-redirect'
    | 'policy-host-answer'
    | 'policy-host-web-page'
    | 'bundle-too-large';
};

export const hostProblem = (code: PolicyHostProblem['code'], message: string) =>
  fail(code, message);

const usualIdleMs = 20_000;
const mostRedirects = 3;

const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
};

function send(
  url: URL,
  headers: Readonly<Record<string, string>>,
  ports: PolicyHostPorts,
  signal: AbortSignal,
): Promise<Result<http.IncomingMessage, PolicyHostProblem>> {
  return new Promise((resolve) => {
    const unreachable = (error: unknown) =>
      resolve(
        hostProblem(
          'policy-host-unreachable',
          `The policy host ${url.host} cannot be reached (${reasonOf(error).slice(0, 120)}).`,
        ),
      );
    const secure = url.protocol === 'https:';
    const proxy = secure ? proxyFor(url, ports.env) : undefined;
    const request = (secure ? https : http).request(url, {
      headers: { 'accept-encoding': 'identity', 'cache-control': 'no-cache', ...headers },
      signal,
      agent: proxy === undefined ? false : proxyAgent(proxy),
      ...(ports.ca === undefined ? {} : { ca: [...ports.ca] }),
    });
    request.setTimeout(ports.idleMs ?? usualIdleMs, () =>
      request.destroy(new Error('no answer in time')),
    );
    request.on('error', unreachable);
    request.on('response', (response) => resolve(ok(response)));
    request.end();
  });
}

/** Where a redirect leads, if it stays on the same origin. */
function redirected(from: URL, response: http.IncomingMessage): URL | undefined {
  const { location } = response.headers;
  if (location === undefined || !URL.canParse(location, from.href)) return undefined;
  const to = new URL(location, from.href);
  return to.origin === from.origin ? to : undefined;
}

/**
 * Asks the policy host and gives the answer's head; the caller reads or destroys the body. Only HTTPS, and only
 * redirects within the same origin: a bundle is signed, but who asks for it is nobody else's business. Never rejects.
 */
export async function askPolicyHost(
  address: string,
  headers: Readonly<Record<string, string>>,
  ports: PolicyHostPorts,
  signal: AbortSignal,
): Promise<Result<http.IncomingMessage, PolicyHostProblem>> {
  if (!isTrustedUrl(address, ports.allowLoopbackHttp)) {
    return hostProblem('policy-host-answer', 'The policy address is not an https address.');
  }
  let url = new URL(address);
  for (let step = 0; step <= mostRedirects; step += 1) {
    const sent = await send(url, headers, ports, signal);
    if (!sent.ok) return sent;
    const status = sent.value.statusCode ?? 0;
    if (![301, 302, 303, 307, 308].includes(status)) return sent;
    const next = redirected(url, sent.value);
    sent.value.destroy();
    if (next === undefined) {
      return hostProblem(
        'policy-host-redirect',
        `${url.host} sends to another place (HTTP ${status}), which is not followed. Behind a sign-in page of a network, sign in there first.`,
      );
    }
    url = next;
  }
  return hostProblem('policy-host-redirect', `${url.host} redirects in circles.`);
}
