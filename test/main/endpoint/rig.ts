import { createHash } from 'node:crypto';
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterEach } from 'vitest';
import { openEndpoint } from '../../../main/endpoint/endpoint.ts';
import type {
  Accepted,
  ClientFacts,
  Endpoint,
  EndpointLimits,
  EndpointPorts,
  Streams,
  TurnedAway,
} from '../../../main/endpoint/endpoint-ports.ts';

const opened: { close(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
});

/** Waits until `holds`: turns of the event loop, then pauses. */
export async function until(holds: () => boolean, what = 'the expected state'): Promise<void> {
  const deadline = Date.now() + 15_000;
  for (let turn = 0; !holds(); turn += 1) {
    if (Date.now() > deadline) throw new Error(`${what} did not come`);
    await new Promise((resolve) => (turn < 50 ? setImmediate(resolve) : setTimeout(resolve, 4)));
  }
}

/** What a line of JSON-RPC looks like to a test. */
export interface Line {
  readonly jsonrpc?: string;
  readonly id?: string | number | null;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
}

/** A governed session as the test plays it: what it heard, and what it says. */
export interface PlayedSession {
  readonly connectionId: string;
  readonly facts: ClientFacts;
  readonly streams: Streams;
  /** The raw lines that came, without their newlines. */
  readonly lines: Buffer[];
  messages(): Line[];
  say(message: unknown): void;
  sayRaw(line: string | Buffer): void;
  /** The client said good-bye. */
  readonly left: () => boolean;
  end(): void;
}

/** Plays a session that does nothing on its own, or answers by `react`. */
function play(
  connectionId: string,
  facts: ClientFacts,
  streams: Streams,
  react: (session: PlayedSession, message: Line) => void,
): PlayedSession & { readonly accepted: Accepted } {
  let rest = Buffer.alloc(0);
  let left = false;
  let over: () => void = () => undefined;
  const closed = new Promise<void>((resolve) => {
    over = resolve;
  });
  const lines: Buffer[] = [];
  const session: PlayedSession = {
    connectionId,
    facts,
    streams,
    lines,
    messages: () => lines.map((line) => JSON.parse(line.toString('utf8'))),
    say: (message) => void streams.out.write(`${JSON.stringify(message)}\n`),
    sayRaw: (line) => void streams.out.write(Buffer.concat([Buffer.from(line), Buffer.from('\n')])),
    left: () => left,
    end() {
      streams.out.end();
      over();
    },
  };
  streams.in.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    for (let at = rest.indexOf(10); at >= 0; at = rest.indexOf(10)) {
      const line = Buffer.from(rest.subarray(0, at));
      rest = rest.subarray(at + 1);
      lines.push(line);
      const parsed: unknown = JSON.parse(line.toString('utf8'));
      for (const message of Array.isArray(parsed) ? parsed : [parsed]) react(session, message);
    }
  });
  streams.in.on('end', () => {
    left = true;
    session.end();
  });
  return Object.assign(session, { accepted: { closed } });
}

/** The answer of a server to `initialize`. */
export const initializeResult = (version: string) => ({
  protocolVersion: version,
  capabilities: {},
  serverInfo: { name: 'played', version: '1' },
});

/** Answers `initialize` with the version that was asked for, and echoes the params of everything named `echo`. */
export function obliging(session: PlayedSession, { id, method, params }: Line): void {
  if (id === undefined || method === undefined) return;
  if (method === 'initialize')
    session.say({ jsonrpc: '2.0', id, result: initializeResult(String(params?.protocolVersion)) });
  else if (method === 'echo') session.say({ jsonrpc: '2.0', id, result: { echoed: params ?? {} } });
}

export const token = 'tok-en_for.con~1';
const hashOf = (text: string) => createHash('sha256').update(text).digest();

/** How a test changes the endpoint. */
export interface RigOptions {
  readonly limits?: Partial<EndpointLimits>;
  readonly react?: (session: PlayedSession, message: Line) => void;
  readonly tokens?: Record<string, readonly string[]>;
  readonly accept?: EndpointPorts['accept'];
  readonly origins?: readonly string[];
  readonly port?: number;
}

/** An HTTP answer, whole. */
export interface Reply {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  text(): string;
  json(): Line;
  events(): { readonly id: string | undefined; readonly data: string }[];
}

/** An open endpoint with the connection `con_1`, and what happened there. */
export interface Rig {
  readonly endpoint: Endpoint;
  readonly sessions: PlayedSession[];
  readonly refused: TurnedAway[];
  readonly url: string;
  /** Sends a request to `con_1` with its token; a header of `undefined` is left out. */
  send(method: string, options?: SendOptions): Promise<Reply>;
  post(message: unknown, headers?: Headers): Promise<Reply>;
  /** Starts a request and leaves its answer open. */
  start(method: string, options?: SendOptions): Promise<OpenReply>;
  /** A bare socket to the endpoint. */
  socket(): Promise<RawSocket>;
}

type Headers = Record<string, string | string[] | undefined>;

interface SendOptions {
  readonly headers?: Headers;
  readonly body?: string | Buffer;
  readonly path?: string;
}

/** An answer that is still coming. */
export interface OpenReply {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  text(): string;
  data(): string[];
  ended(): boolean;
  /** Stops reading, so that what is sent piles up. */
  pause(): void;
  resume(): void;
  break(): void;
}

/** A socket on which a test speaks HTTP by hand. */
export interface RawSocket {
  readonly socket: Socket;
  write(text: string): void;
  heard(): string;
  closed(): boolean;
}

/** The events of a stream, comments left out. */
export function readEvents(text: string) {
  return text
    .split('\n\n')
    .map((block) => block.split('\n').filter((line) => !line.startsWith(':')))
    .filter((lines) => lines.some((line) => line.startsWith('data:')))
    .map((lines) => ({
      id: lines.find((line) => line.startsWith('id: '))?.slice(4),
      data: (lines.find((line) => line.startsWith('data:')) ?? '').replace(/^data: ?/, ''),
    }));
}

/** Opens an endpoint; it is closed after the test. */
export async function startRig(options: RigOptions = {}): Promise<Rig> {
  const sessions: PlayedSession[] = [];
  const refused: TurnedAway[] = [];
  const tokens: Record<string, readonly string[]> = options.tokens ?? {
    con_1: [token],
    con_2: ['another-token'],
  };
  const result = await openEndpoint({
    port: options.port ?? 0,
    tokenHashes: (id) => (Object.hasOwn(tokens, id) ? (tokens[id] ?? []) : []).map(hashOf),
    accept:
      options.accept ??
      ((id, facts, streams) => {
        const session = play(id, facts, streams, options.react ?? obliging);
        sessions.push(session);
        return session.accepted;
      }),
    refused: (what) => refused.push(what),
    ...(options.origins === undefined ? {} : { origins: options.origins }),
    ...(options.limits === undefined ? {} : { limits: options.limits }),
  });
  if (!result.ok) throw new Error(result.problem.message);
  const endpoint = result.value;
  opened.push(endpoint);

  function begin(
    method: string,
    { headers = {}, body, path = '/mcp/con_1' }: SendOptions,
  ): ClientRequest {
    const all: Headers = {
      host: `127.0.0.1:${endpoint.port}`,
      authorization: `Bearer ${token}`,
      accept: 'application/json, text/event-stream',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    };
    const kept = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
    const request = httpRequest({
      host: '127.0.0.1',
      port: endpoint.port,
      method,
      path,
      headers: kept as Record<string, string | string[]>,
      agent: false,
    });
    request.on('error', () => undefined);
    request.end(body);
    return request;
  }

  const send = (method: string, sent: SendOptions = {}): Promise<Reply> =>
    new Promise((resolve, reject) => {
      const request = begin(method, sent);
      request.on('error', reject);
      request.on('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const bytes = Buffer.concat(chunks);
          const text = () => bytes.toString('utf8');
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: bytes,
            text,
            json: () => JSON.parse(text()),
            events: () => readEvents(text()),
          });
        });
      });
    });

  return {
    endpoint,
    sessions,
    refused,
    url: endpoint.url('con_1'),
    send,
    post: (message, headers = {}) =>
      send('POST', {
        headers,
        body: typeof message === 'string' ? message : JSON.stringify(message),
      }),
    start: (method, sent = {}) =>
      new Promise((resolve, reject) => {
        const request = begin(method, sent);
        request.on('error', reject);
        request.on('response', (response) => {
          let text = '';
          let ended = false;
          response.setEncoding('utf8');
          response.on('data', (chunk: string) => {
            text += chunk;
          });
          response.on('end', () => {
            ended = true;
          });
          response.on('close', () => {
            ended = true;
          });
          response.on('error', () => undefined);
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: () => text,
            data: () => readEvents(text).map(({ data }) => data),
            ended: () => ended,
            pause: () => void response.pause(),
            resume: () => void response.resume(),
            break: () => void request.destroy(),
          });
        });
      }),
    socket: () =>
      new Promise((resolve, reject) => {
        const socket = connect({ host: '127.0.0.1', port: endpoint.port });
        let heard = '';
        let closed = false;
        socket.on('data', (chunk) => {
          heard += chunk.toString('latin1');
        });
        socket.on('close', () => {
          closed = true;
        });
        socket.once('error', reject);
        socket.once('connect', () => {
          socket.off('error', reject);
          socket.on('error', () => undefined);
          opened.push({
            async close() {
              socket.destroy();
            },
          });
          resolve({
            socket,
            write: (text) => void socket.write(text, 'latin1'),
            heard: () => heard,
            closed: () => closed,
          });
        });
      }),
  };
}

let nextId = 1;
/** A request with an id of its own. */
export const ask = (method: string, params: unknown = {}, id: string | number = nextId++) => ({
  jsonrpc: '2.0',
  id,
  method,
  params,
});

/** Initializes a legacy session, and returns the headers its requests carry. */
export async function beginSession(
  rig: Rig,
  version = '2025-11-25',
): Promise<Record<string, string>> {
  const clientInfo = { name: 'tester', version: '1.0' };
  const reply = await rig.post(
    ask('initialize', { protocolVersion: version, capabilities: {}, clientInfo }),
  );
  const id = reply.headers['mcp-session-id'];
  if (reply.status !== 200 || typeof id !== 'string')
    throw new Error(`no session: ${reply.text()}`);
  const headers = { 'mcp-session-id': id, 'mcp-protocol-version': version };
  await rig.post({ jsonrpc: '2.0', method: 'notifications/initialized' }, headers);
  return headers;
}

const modern = '2026-07-28';

/** A request of 2026-07-28 with its envelope. */
export const modernAsk = (
  method: string,
  params: Record<string, unknown> = {},
  id: string | number = nextId++,
  meta: Record<string, unknown> = {},
) =>
  ask(
    method,
    {
      ...params,
      _meta: {
        'io.modelcontextprotocol/protocolVersion': modern,
        'io.modelcontextprotocol/clientInfo': { name: 'tester', version: '1.0' },
        'io.modelcontextprotocol/clientCapabilities': {},
        ...meta,
      },
    },
    id,
  );

/** The headers that go with it. */
export const modernHeaders = (method: string, name?: string): Record<string, string> => ({
  'mcp-protocol-version': modern,
  'mcp-method': method,
  ...(name === undefined ? {} : { 'mcp-name': name }),
});
