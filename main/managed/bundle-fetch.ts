import type { IncomingMessage } from 'node:http';
import { ok, type Result } from '../../shared/outcome.ts';
import { maxBundleBytes } from './bundle-jws.ts';
import {
  askPolicyHost,
  hostProblem,
  type PolicyHostPorts,
  type PolicyHostProblem,
} from './policy-request.ts';

/** What the policy host answered. */
export type Fetched =
  | { readonly kind: 'not-modified' }
  | {
      readonly kind: 'bundle';
      readonly bytes: Uint8Array<ArrayBuffer>;
      readonly etag: string | undefined;
    };

/** A whole download may take so long, in milliseconds. */
const longestMs = 120_000;

const tooLarge = hostProblem(
  'bundle-too-large',
  'The policy bundle is larger than 8 MiB and was not read to its end.',
);

const webPage = (host: string) =>
  hostProblem(
    'policy-host-web-page',
    `${host} answered with a web page instead of the policy bundle. Behind a sign-in page of a network, sign in there first; else check policyUrl.`,
  );

async function bodyOf(
  response: IncomingMessage,
  host: string,
): Promise<Result<Uint8Array<ArrayBuffer>, PolicyHostProblem>> {
  if (Number(response.headers['content-length'] ?? 0) > maxBundleBytes) return tooLarge;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBundleBytes) return tooLarge;
    chunks.push(chunk);
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  // An honest host says HTML; others are known by the first character, which no bundle begins with.
  return whole[0] === 0x3c ? webPage(host) : ok(whole);
}

/**
 * Fetches the bundle. With the `etag` of what is known, an unchanged one is not sent again (RFC 9110, 13.1.2). The
 * body is cut off at 8 MiB. Never rejects.
 */
export async function fetchBundle(
  address: string,
  etag: string | undefined,
  ports: PolicyHostPorts,
  signal: AbortSignal,
): Promise<Result<Fetched, PolicyHostProblem>> {
  const accept = 'application/jose, application/octet-stream, text/plain;q=0.9';
  const headers = { accept, ...(etag === undefined ? {} : { 'if-none-match': etag }) };
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(longestMs)]);
  const asked = await askPolicyHost(address, headers, ports, bounded);
  if (!asked.ok) return asked;
  const response = asked.value;
  const { host } = new URL(address);
  try {
    const status = response.statusCode ?? 0;
    if (status === 304 && etag !== undefined) return ok({ kind: 'not-modified' });
    if (status !== 200) {
      return hostProblem(
        'policy-host-answer',
        `${host} answered HTTP ${status} instead of the policy bundle.`,
      );
    }
    if (/html/i.test(response.headers['content-type'] ?? '')) return webPage(host);
    const encoding = response.headers['content-encoding'] ?? 'identity';
    if (encoding !== 'identity') {
      return hostProblem(
        'policy-host-answer',
        `${host} sent the policy bundle compressed, unasked.`,
      );
    }
    const body = await bodyOf(response, host);
    if (!body.ok) return body;
    return ok({ kind: 'bundle', bytes: body.value, etag: response.headers.etag });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return hostProblem(
      'policy-host-unreachable',
      `The policy bundle of ${host} broke off on its way (${why.slice(0, 120)}).`,
    );
  } finally {
    response.destroy();
  }
}
