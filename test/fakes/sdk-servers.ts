import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';
import {
  type EventStore,
  StreamableHTTPServerTransport,
} from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import { started } from './remote.ts';

/** Keeps every event, so that a client may resume after any of them. */
function eventStore(): EventStore {
  const kept: { id: string; stream: string; message: JSONRPCMessage }[] = [];
  return {
    async storeEvent(stream, message) {
      const id = `${stream}/${kept.length}`;
      kept.push({ id, stream, message });
      return id;
    },
    async replayEventsAfter(last, { send }) {
      const at = kept.findIndex(({ id }) => id === last);
      const stream = kept[at]?.stream ?? '';
      for (const event of kept.slice(at + 1).filter((one) => one.stream === stream))
        await send(event.id, event.message);
      return stream;
    },
  };
}

/** A server of the SDK (1.x) with a tool for each way a call can go. */
export function sdkServer(): McpServer {
  const server = new McpServer(
    { name: 'sdk', version: '1.0.0' },
    { capabilities: { logging: {}, tools: { listChanged: true } } },
  );
  server.registerTool('echo', { inputSchema: { text: z.string() } }, async ({ text }) => ({
    content: [{ type: 'text', text }],
  }));
  server.registerTool('count', { inputSchema: { to: z.number() } }, async ({ to }, extra) => {
    const progressToken = extra._meta?.progressToken ?? 'none';
    for (let progress = 1; progress <= to; progress += 1) {
      await extra.sendNotification({
        method: 'notifications/progress',
        params: { progressToken, progress, total: to },
      });
    }
    return { content: [{ type: 'text', text: `counted to ${to}` }] };
  });
  server.registerTool('ask', {}, async (extra) => {
    const answer = await extra.sendRequest(
      { method: 'roots/list' },
      z.object({ roots: z.array(z.object({ uri: z.string() })) }),
    );
    return { content: [{ type: 'text', text: answer.roots.map(({ uri }) => uri).join() }] };
  });
  server.registerTool('poll', {}, async (extra) => {
    // The connection ends, the stream does not: the client has to come back for the answer (2025-11-25).
    extra.closeSSEStream?.();
    await new Promise((resolve) => setTimeout(resolve, 100));
    return { content: [{ type: 'text', text: 'worth the wait' }] };
  });
  server.registerTool('change', {}, async () => {
    server.sendToolListChanged();
    return { content: [] };
  });
  server.registerTool('wait', {}, async (extra) => {
    await new Promise<void>((resolve) => extra.signal.addEventListener('abort', () => resolve()));
    waited.cancelled += 1;
    return { content: [] };
  });
  return server;
}

/** How often the tool `wait` was cancelled. */
export const waited = { cancelled: 0 };

/** A started server and what it knows. */
export interface SdkSite {
  readonly url: string;
  readonly requests: { method: string; headers: IncomingMessage['headers'] }[];
  readonly transports: Map<string, StreamableHTTPServerTransport>;
}

/** Serves `sdkServer` over Streamable HTTP: with sessions, or with a server for each request. */
export async function streamableSite(options: {
  readonly stateful: boolean;
  readonly json?: boolean;
  readonly resumable?: boolean;
}): Promise<SdkSite> {
  const transports: SdkSite['transports'] = new Map();
  const requests: SdkSite['requests'] = [];

  async function open(): Promise<StreamableHTTPServerTransport> {
    const transport: StreamableHTTPServerTransport = new StreamableHTTPServerTransport({
      ...(options.stateful && { sessionIdGenerator: () => randomUUID() }),
      enableJsonResponse: options.json ?? false,
      ...(options.resumable && { eventStore: eventStore(), retryInterval: 20 }),
      onsessioninitialized: (id) => void transports.set(id, transport),
      onsessionclosed: (id) => void transports.delete(id),
    });
    await sdkServer().connect(transport as Parameters<McpServer['connect']>[0]);
    return transport;
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    requests.push({ method: request.method ?? '', headers: request.headers });
    const id = request.headers['mcp-session-id'];
    const known = typeof id === 'string' ? transports.get(id) : undefined;
    if (options.stateful && id !== undefined && known === undefined) {
      response.writeHead(404, { 'content-type': 'application/json' });
      const error = { code: -32001, message: 'Session not found' };
      response.end(JSON.stringify({ jsonrpc: '2.0', error, id: null }));
      return;
    }
    if (!options.stateful && request.method !== 'POST') {
      response.writeHead(405).end();
      return;
    }
    await (known ?? (await open())).handleRequest(request, response);
  }

  const origin = await started(createServer((req, res) => void handle(req, res)));
  return { url: `${origin}/mcp`, requests, transports };
}

/** Serves `sdkServer` over HTTP+SSE (2024-11-05). */
export async function sseSite(): Promise<SdkSite & { dropStreams(): void }> {
  const links = new Map<string, { transport: SSEServerTransport; response: ServerResponse }>();
  const requests: SdkSite['requests'] = [];
  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    requests.push({ method: request.method ?? '', headers: request.headers });
    const url = new URL(request.url ?? '', 'http://x');
    if (request.method === 'GET' && url.pathname === '/sse') {
      const transport = new SSEServerTransport('/messages', response);
      links.set(transport.sessionId, { transport, response });
      await sdkServer().connect(transport);
    } else if (request.method === 'POST' && url.pathname === '/messages') {
      const link = links.get(url.searchParams.get('sessionId') ?? '');
      if (link === undefined) response.writeHead(404).end('Session not found');
      else await link.transport.handlePostMessage(request, response);
    } else {
      response.writeHead(404, { 'content-type': 'text/html' }).end('<pre>Cannot POST</pre>');
    }
  }
  const origin = await started(createServer((req, res) => void handle(req, res)));
  return {
    url: `${origin}/sse`,
    requests,
    transports: new Map(),
    dropStreams() {
      for (const { response } of links.values()) response.destroy();
    },
  };
}
