import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fail, ok, type Result } from '../../shared/outcome.ts';
import type { LoopbackAnswer, LoopbackListener, LoopbackRequest } from './ports.ts';

/** The page may show text and nothing else, may not be kept, and hands its address (which holds the code) to nobody. */
const pageHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
} as const;

/**
 * Listens on 127.0.0.1 (RFC 8252, section 7.3), at the wanted port, or at a random one where that is taken. Only this
 * machine can connect; what each request may do is the business of `answer`. Bodies are not read.
 */
export async function listenOnLoopback(
  wanted: number | undefined,
  answer: (request: LoopbackRequest) => Promise<LoopbackAnswer>,
): Promise<Result<LoopbackListener>> {
  const make = () => {
    const server = createServer({ requestTimeout: 10_000, headersTimeout: 5000 });
    server.maxConnections = 32;
    server.on('request', (request, response) => {
      request.resume();
      const asked = {
        method: request.method ?? '',
        target: request.url ?? '',
        host: request.headers.host,
      };
      answer(asked).then(
        ({ status, html }) => {
          response.writeHead(status, {
            connection: 'close',
            ...(html === undefined ? { 'cache-control': 'no-store' } : pageHeaders),
          });
          response.end(html);
        },
        () => response.writeHead(500, { connection: 'close' }).end(),
      );
    });
    return server;
  };
  for (const port of wanted === undefined ? [0] : [wanted, 0]) {
    const server = make();
    const bound = await bind(server, port);
    if (bound !== undefined) return ok(listenerOf(server, bound));
  }
  return fail(
    'listener-failed',
    'Airlock cannot listen on this machine for the end of the sign-in. Check your firewall, then try again.',
  );
}

const bind = (server: Server, port: number): Promise<number | undefined> =>
  new Promise((resolve) => {
    server.once('error', () => resolve(undefined));
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => {
      resolve((server.address() as AddressInfo).port);
    });
  });

const listenerOf = (server: Server, port: number): LoopbackListener => ({
  port,
  close: () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeIdleConnections();
      // Whoever holds a connection open and says nothing does not hold the listener open.
      setTimeout(() => server.closeAllConnections(), 1000).unref();
    }),
});
