import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Where the front leads to. */
export interface Aim {
  readonly port: number;
  readonly path: string;
  readonly token: string;
}

/** A client of the local endpoint as its config would make it: it knows the path and sends the token. */
export interface Front {
  readonly url: string;
  /** What a page served from here would name as its origin. */
  readonly origins: readonly string[];
  aim(at: Aim): void;
  close(): Promise<void>;
}

/**
 * The conformance suite can send no token, so this adds it, and nothing else: every header and byte passes, and either
 * side's disconnect is the other's. A foreign Host or Origin is passed on as it is, for the endpoint to judge.
 */
export async function openFront(): Promise<Front> {
  const agent = new Agent({ keepAlive: true });
  let target: Aim | undefined;
  let port = 0;

  function pass(from: IncomingMessage, to: ServerResponse): void {
    if (target === undefined) {
      to.writeHead(503).end();
      return;
    }
    const { host } = from.headers;
    const onward = request({
      agent,
      host: '127.0.0.1',
      port: target.port,
      path: target.path,
      method: from.method,
      setHost: false,
      headers: {
        ...from.headersDistinct,
        host: host?.endsWith(`:${port}`) ? `127.0.0.1:${target.port}` : host,
        authorization: `Bearer ${target.token}`,
      },
    });
    onward.on('response', (answer) => {
      to.writeHead(answer.statusCode ?? 502, answer.headersDistinct as Record<string, string[]>);
      to.flushHeaders();
      answer.pipe(to);
      answer.on('error', () => to.destroy());
    });
    onward.on('error', () => to.destroy());
    to.on('close', () => onward.destroy());
    from.on('error', () => onward.destroy());
    from.pipe(onward);
  }

  const server = createServer(pass);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    origins: [`http://127.0.0.1:${port}`, `http://localhost:${port}`],
    aim(at) {
      target = at;
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      agent.destroy();
      await closed;
    },
  };
}
