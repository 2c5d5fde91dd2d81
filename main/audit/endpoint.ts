import { fail, ok, type Result } from '../../shared/outcome.ts';

/** Where entries go: an OTLP/HTTP logs endpoint and what it wants to see in the header, such as a token. */
export interface Target {
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * The endpoint as a URL, where entries may go there: over TLS, or in the clear to this machine alone. Anything else
 * would show arguments and people to the network.
 */
export function checkEndpoint(endpoint: string): Result<URL> {
  let url: URL;
  try {
    url = new URL(endpoint);
  } catch {
    return fail(
      'bad-endpoint',
      `"${endpoint}" is no URL. Enter one such as https://otel.example.com/v1/logs.`,
    );
  }
  if (url.username !== '' || url.password !== '') {
    return fail(
      'bad-endpoint',
      'The audit endpoint must not hold a password in its URL. Give it as a header.',
    );
  }
  if (url.protocol === 'https:') return ok(url);
  if (url.protocol === 'http:' && isLoopback(url.hostname)) return ok(url);
  return fail(
    'endpoint-not-secure',
    `Entries are not sent to ${url.host} in the clear. Use https, or http to this machine.`,
  );
}

/** True for the names and addresses that lead to this machine alone, as URL and Host header write them. */
export function isLoopback(hostname: string): boolean {
  const name = hostname.toLowerCase();
  return name === 'localhost' || name === '[::1]' || /^127(\.\d{1,3}){3}$/.test(name);
}
