import type { CustomFetch } from 'openid-client';
import type { OidcPorts } from './oidc-ports.ts';
import { badAnswer, type OidcProblem, OidcRefused, unreachable } from './oidc-problem.ts';

/** Most bytes of an answer from a provider; key sets and discovery documents are a few kilobytes. */
const mostBytes = 1_048_576;

/** True for an address that cannot lead off this machine; only there plain http is safe (RFC 8252, section 8.3). */
export const ownMachine = ({ hostname }: URL): boolean =>
  /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(hostname);

/** Whether what is sent to a URL cannot be read on the way. */
export const isConfidential = (url: URL): boolean =>
  url.protocol === 'https:' || (url.protocol === 'http:' && ownMachine(url));

/**
 * The library's requests with bounds in time and size, over https alone. The body of the answer is read whole
 * already. Throws `OidcRefused`.
 */
export function boundedFetch(send: OidcPorts['fetch'], requestMs: number): CustomFetch {
  return async (address, { method, headers, body }) => {
    const url = new URL(address);
    if (!isConfidential(url)) throw new OidcRefused(badAnswer(url.host));
    const signal = AbortSignal.timeout(requestMs);
    const sent = typeof body === 'string' || body instanceof URLSearchParams ? { body } : undefined;
    const init = { method, headers, redirect: 'manual', signal, ...sent } as const;
    // Why nothing came back is left out: it may quote what was sent.
    const answer = await send(url.href, init).then(
      (response) => buffered(response, url.host),
      () => unreachable(url.host),
    );
    if (answer instanceof Response) return answer;
    throw new OidcRefused(answer);
  };
}

/** The answer with its body read; a problem where it breaks off, or is larger than any provider's has to be. */
async function buffered(response: Response, host: string): Promise<Response | OidcProblem> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = response.body?.getReader();
  for (;;) {
    const part = await reader?.read().catch(() => 'broken' as const);
    if (part === 'broken') return unreachable(host);
    if (part === undefined || part.done) break;
    size += part.value.byteLength;
    if (size > mostBytes) {
      await reader?.cancel();
      return badAnswer(host);
    }
    chunks.push(part.value);
  }
  const { status, headers } = response;
  // These have no body by definition, and Response refuses to be made with one.
  const body = [204, 205, 304].includes(status) ? null : Buffer.concat(chunks);
  return new Response(body, { status, headers });
}
