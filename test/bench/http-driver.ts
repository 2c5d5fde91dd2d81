import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { createServer } from 'node:net';
import { checkEcho, type Driver, initialize } from './stdio-driver.ts';

/** A free loopback port. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

const messageOf = (body: string, type: string): unknown => {
  if (!type.includes('event-stream')) return JSON.parse(body);
  const data = body.split('\n').filter((line) => line.startsWith('data:'));
  const last = data.at(-1);
  if (!last) throw new Error(`no event in ${body.slice(0, 200)}`);
  return JSON.parse(last.slice(5));
};

/** Where a client speaks Streamable HTTP, and the fields that let it in. */
interface Place {
  readonly port: number;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One session over Streamable HTTP (2025-06-18) with keep-alive, spoken without an SDK. */
function httpClient({ port, path, headers = {} }: Place) {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  let session: string | undefined;
  let nextId = 1;

  const post = (message: object): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const body = JSON.stringify({ jsonrpc: '2.0', ...message });
      const request = httpRequest(
        {
          host: '127.0.0.1',
          port,
          path,
          method: 'POST',
          agent,
          headers: {
            ...headers,
            'content-type': 'application/json',
            accept: 'application/json, text/event-stream',
            'mcp-protocol-version': '2025-06-18',
            'content-length': Buffer.byteLength(body),
            ...(session ? { 'mcp-session-id': session } : {}),
          },
        },
        (response: IncomingMessage) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () => {
            const id = response.headers['mcp-session-id'];
            if (typeof id === 'string') session = id;
            const text = Buffer.concat(chunks).toString();
            if ((response.statusCode ?? 500) >= 400)
              return reject(new Error(`${response.statusCode}: ${text}`));
            try {
              resolve(text ? messageOf(text, response.headers['content-type'] ?? '') : undefined);
            } catch (error) {
              reject(error as Error);
            }
          });
          response.on('error', reject);
        },
      );
      request.on('error', (error: NodeJS.ErrnoException) => {
        // The bridge closed an idle connection just as it was taken again: not an answer, so asked once more.
        if (request.reusedSocket && error.code === 'ECONNRESET')
          post(message).then(resolve, reject);
        else reject(error);
      });
      request.end(body);
    });

  const request = (method: string, params: object) => post({ id: nextId++, method, params });
  return {
    initialize: () => request('initialize', initialize),
    /** Says that it is ready, and learns the tools as clients do. */
    async begin(): Promise<void> {
      await post({ method: 'notifications/initialized' });
      await request('tools/list', {});
    },
    async call(text: string): Promise<void> {
      checkEcho(await request('tools/call', { name: 'echo', arguments: { text } }), text);
    },
    end: () => agent.destroy(),
  };
}

/** Drives something that already listens, such as the local endpoint of an app. */
export async function endpointDriver(
  url: string,
  headers: Readonly<Record<string, string>>,
): Promise<Driver> {
  const start = performance.now();
  const { port, pathname: path } = new URL(url);
  const client = httpClient({ port: Number(port), path, headers });
  await client.initialize();
  const readyMs = performance.now() - start;
  await client.begin();
  return { readyMs, pid: undefined, call: client.call, close: async () => client.end() };
}

/** Starts a server or bridge that serves Streamable HTTP on a loopback port, and drives it. */
export async function httpDriver(
  command: string,
  args: readonly string[],
  port: number,
  path = '/mcp',
): Promise<Driver> {
  const start = performance.now();
  const child: ChildProcess = spawn(command, [...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: process.env,
  });
  let log = '';
  const keep = (chunk: Buffer) => {
    log = (log + chunk.toString()).slice(-2_000);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  const client = httpClient({ port, path });
  const deadline = performance.now() + 30_000;
  for (;;) {
    try {
      await client.initialize();
      break;
    } catch (error) {
      if (performance.now() > deadline || child.exitCode !== null) {
        throw new Error(`${command} ${args[0]} never answered: ${log}`, { cause: error });
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  const readyMs = performance.now() - start;
  await client.begin();
  return {
    readyMs,
    pid: child.pid,
    call: client.call,
    async close() {
      client.end();
      const gone = child.exitCode === null ? once(child, 'exit') : Promise.resolve();
      child.kill('SIGTERM');
      setTimeout(() => child.kill('SIGKILL'), 3_000).unref();
      await gone;
    },
  };
}
