import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import type { HttpLimits, HttpPorts, HttpTarget } from '../../main/upstream/http-ports.ts';
import { type HttpServer, openHttpServer } from '../../main/upstream/http-server.ts';
import { ok } from '../../shared/outcome.ts';

/** A JSON-RPC message as tests look at it. */
export interface Message {
  readonly id?: unknown;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: {
    readonly code: number;
    readonly message: string;
    readonly data?: Readonly<Record<string, unknown>>;
  };
}

/** Times short enough for a test that waits for the last of them. */
export const hasty: Partial<HttpLimits> = {
  retryMs: 10,
  retryCapMs: 40,
  stopMs: 500,
  lingerMs: 200,
};

/** A connection to a remote server, spoken to in lines. */
export interface Remote {
  readonly server: HttpServer;
  /** Every line that came, as text. */
  readonly lines: string[];
  readonly reports: string[];
  send(message: unknown): void;
  sendText(line: string): void;
  /** The answer to this id, once it came. */
  answer(id: unknown): Promise<Message>;
  /** How many answers to this id came. */
  answers(id: unknown): number;
  /** The first message that this is true of, once it came. */
  message(wanted: (message: Message) => boolean): Promise<Message>;
  request(message: { readonly id: unknown } & Record<string, unknown>): Promise<Message>;
  /** Settles when the output has ended. */
  readonly ended: Promise<void>;
}

const open: Remote[] = [];

/** Opens a connection to `url`; `closeRemotes` ends it. */
export function aRemote(
  url: string,
  over: Partial<HttpPorts> = {},
  kind: HttpTarget['kind'] = 'http',
): Remote {
  const reports: string[] = [];
  const opened = openHttpServer(
    {
      sessionId: 'ses-1',
      name: 'files',
      clientName: 'Cursor',
      target: { url, kind },
      mask: (text) => text.replaceAll('s3cret', '***'),
    },
    {
      entryHeaders: async () => ok({}),
      report: (sentence) => reports.push(sentence),
      ...over,
      limits: { ...hasty, ...over.limits },
    },
  );
  if (!opened.ok) throw new Error(opened.problem.message);
  const server = opened.value;
  const lines: string[] = [];
  let watchers: (() => void)[] = [];
  const reader = createInterface({ input: server.stdout });
  reader.on('line', (line) => {
    lines.push(line);
    for (const look of watchers) look();
  });
  const ended = new Promise<void>((resolve) => reader.once('close', () => resolve()));
  const parsed = (): Message[] =>
    lines.flatMap((line) => {
      try {
        const json = JSON.parse(line) as Message | Message[];
        return Array.isArray(json) ? json : [json];
      } catch {
        return [];
      }
    });
  const isAnswer = (id: unknown) => (message: Message) =>
    message.id === id && message.method === undefined;
  const message = (wanted: (message: Message) => boolean): Promise<Message> =>
    new Promise((resolve) => {
      const look = () => {
        const found = parsed().find(wanted);
        if (found === undefined) return;
        watchers = watchers.filter((one) => one !== look);
        resolve(found);
      };
      watchers.push(look);
      look();
    });
  const sendText = (line: string) => void server.stdin.write(`${line}\n`);
  const send = (one: unknown) => sendText(JSON.stringify(one));
  const answer = (id: unknown) => message(isAnswer(id));
  const remote: Remote = {
    server,
    lines,
    reports,
    send,
    sendText,
    answer,
    answers: (id) => parsed().filter(isAnswer(id)).length,
    message,
    request(one) {
      send({ jsonrpc: '2.0', ...one });
      return answer(one.id);
    },
    ended,
  };
  open.push(remote);
  return remote;
}

/** Ends every connection that was opened. */
export async function closeRemotes(): Promise<void> {
  await Promise.all(open.splice(0).map(({ server }) => server.kill()));
}

/** Shakes hands as a client of a legacy revision does. */
export async function handshake(remote: Remote, version = '2025-11-25'): Promise<Message> {
  const params = {
    protocolVersion: version,
    capabilities: { sampling: {}, elicitation: {}, roots: {} },
    clientInfo: { name: 'test', version: '1' },
  };
  const answer = await remote.request({ id: 'init', method: 'initialize', params });
  remote.send({ jsonrpc: '2.0', method: 'notifications/initialized' });
  return answer;
}

/** What a request of 2026-07-28 carries. */
export const modernMeta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};

/** A server on this machine that a test writes itself. */
export interface Site {
  readonly url: string;
  readonly origin: string;
  readonly seen: {
    readonly method: string;
    readonly headers: IncomingMessage['headers'];
    readonly body: string;
  }[];
  close(): Promise<void>;
}

const sites: Server[] = [];

/** Starts a server whose every request goes to `handle`, body included. `closeSites` ends it. */
export async function aSite(
  handle: (request: IncomingMessage, response: ServerResponse, body: string) => unknown,
): Promise<Site> {
  const seen: Site['seen'] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('error', () => undefined);
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      seen.push({ method: request.method ?? '', headers: request.headers, body });
      void handle(request, response, body);
    });
  });
  const origin = await started(server);
  return { url: `${origin}/mcp`, origin, seen, close: () => closed(server) };
}

/** Listens on a free port of the loopback interface and gives the origin. */
export async function started(server: Server): Promise<string> {
  sites.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/** Ends every server that was started. */
export const closeSites = async (): Promise<void> => {
  await Promise.all(sites.splice(0).map(closed));
};

/** Answers a request with one JSON body. */
export function json(response: ServerResponse, body: unknown, status = 200, more = {}): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json', ...more });
  response.end(text);
}

/** Begins an event stream. */
export function events(response: ServerResponse, more = {}): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', ...more });
  response.flushHeaders();
}
