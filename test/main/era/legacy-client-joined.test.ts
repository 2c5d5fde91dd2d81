import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
  LoggingMessageNotificationSchema,
  ResourceUpdatedNotificationSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { inputRequired, McpServer, type ServerContext } from '@modelcontextprotocol/server';
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { until } from '../relay/rig.ts';
import { governed, pipes } from './peers.ts';

let close: () => Promise<unknown> = async () => undefined;
afterEach(() => close());

const text = (words: string) => ({ content: [{ type: 'text' as const, text: words }] });

/** A server of the SDK (2.x) that speaks 2026-07-28 and nothing else. */
function modernServer() {
  const server = new McpServer(
    { name: 'modern-only', version: '2.0.0' },
    {
      capabilities: {
        logging: {},
        tools: { listChanged: true },
        resources: { subscribe: true, listChanged: true },
      },
      instructions: 'Ask nicely.',
    },
  );
  const cancelled: string[] = [];
  server.registerTool('echo', { inputSchema: z.object({ words: z.string() }) }, ({ words }) =>
    text(words),
  );
  server.registerTool(
    'greet',
    { inputSchema: z.object({}) },
    async (_: object, { mcpReq }: ServerContext) => {
      const { inputResponses, requestState } = mcpReq;
      if (inputResponses === undefined)
        return inputRequired({
          requestState: 'step-1',
          inputRequests: {
            name: inputRequired.elicit({
              message: 'Who?',
              requestedSchema: {
                type: 'object',
                properties: { name: { type: 'string' } },
              },
            }),
            place: inputRequired.listRoots(),
            mood: inputRequired.createMessage({
              messages: [{ role: 'user', content: { type: 'text', text: 'mood?' } }],
              maxTokens: 5,
            }),
          },
        });
      return text(JSON.stringify({ inputResponses, requestState: requestState() }));
    },
  );
  server.registerTool(
    'work',
    { inputSchema: z.object({}) },
    async (_: object, { mcpReq }: ServerContext) => {
      const progressToken = mcpReq._meta?.progressToken;
      if (progressToken !== undefined)
        for (const progress of [1, 2])
          await mcpReq.notify({
            method: 'notifications/progress',
            params: { progressToken, progress, total: 2 },
          });
      await mcpReq.log('info', 'working');
      return text('done');
    },
  );
  server.registerTool(
    'wait',
    { inputSchema: z.object({}) },
    async (_: object, { mcpReq }: ServerContext) => {
      await new Promise<void>((resolve) =>
        mcpReq.signal.addEventListener('abort', () => resolve()),
      );
      cancelled.push('wait');
      return text('stopped');
    },
  );
  server.registerTool('change', { inputSchema: z.object({}) }, () => {
    server.sendToolListChanged();
    void server.server.sendResourceUpdated({ uri: 'memo://1' });
    return text('changed');
  });
  server.registerResource('memo', 'memo://1', {}, (uri: URL) => ({
    contents: [{ uri: uri.href, text: 'remember' }],
  }));
  return { server, cancelled };
}

async function join() {
  const { stdin, stdout, streams } = pipes();
  const { server, cancelled } = modernServer();
  const serving = serveStdio(() => server, {
    transport: new StdioServerTransport(stdin, stdout),
    legacy: 'reject',
  });
  const session = governed(streams, 'modern');
  const client = new Client(
    { name: 'legacy', version: '1.0.0' },
    { capabilities: { elicitation: {}, sampling: {}, roots: {} } },
  );
  client.setRequestHandler(ElicitRequestSchema, () => ({
    action: 'accept',
    content: { name: 'Ada' },
  }));
  client.setRequestHandler(ListRootsRequestSchema, () => ({ roots: [{ uri: 'file:///home' }] }));
  client.setRequestHandler(CreateMessageRequestSchema, () => ({
    role: 'assistant',
    model: 'm',
    content: { type: 'text', text: 'sunny' },
  }));
  await client.connect(session.transport as unknown as Transport);
  close = async () => {
    await client.close();
    await serving.close();
  };
  return { client, session, cancelled };
}

describe('a client of the 1.x SDK in front of a server of 2026-07-28 alone', () => {
  it('connects, lists and calls', async () => {
    const { client, session } = await join();
    expect(client.getServerVersion()).toMatchObject({ name: 'modern-only', version: '2.0.0' });
    expect(client.getInstructions()).toBe('Ask nicely.');
    expect(session.bridged).toEqual(['legacy']);
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toContain('echo');
    const result = await client.callTool({ name: 'echo', arguments: { words: 'hello' } });
    expect(result.content).toEqual([{ type: 'text', text: 'hello' }]);
    const read = await client.readResource({ uri: 'memo://1' });
    expect(read.contents).toMatchObject([{ text: 'remember' }]);
    await expect(client.ping()).resolves.toBeDefined();
    await expect(client.getPrompt({ name: 'none' })).rejects.toThrow();
    expect(session.stopped).toEqual([]);
  });

  it('is asked what the server wants to know, as requests that the relay governs', async () => {
    const { client, session } = await join();
    const result = await client.callTool({ name: 'greet', arguments: {} });
    const [{ text: said }] = result.content as [{ text: string }];
    expect(JSON.parse(said)).toMatchObject({
      requestState: 'step-1',
      inputResponses: {
        name: { action: 'accept', content: { name: 'Ada' } },
        place: { roots: [{ uri: 'file:///home' }] },
        mood: { role: 'assistant', model: 'm' },
      },
    });
    expect(session.calls.map(({ method }) => method)).toEqual(
      expect.arrayContaining(['tools/call', 'elicitation/create', 'sampling/createMessage']),
    );
    expect(session.calls.filter(({ method }) => method === 'tools/call')).toHaveLength(1);
  });

  it('hears progress, and logs once it asked for them', async () => {
    const { client } = await join();
    const logs: unknown[] = [];
    client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => {
      logs.push(params.data);
    });
    const progress: number[] = [];
    const onprogress = (of: { progress: number }) => void progress.push(of.progress);
    await client.callTool({ name: 'work', arguments: {} }, undefined, { onprogress });
    expect(progress).toEqual([1, 2]);
    expect(logs).toEqual([]);
    await client.setLoggingLevel('debug');
    await client.callTool({ name: 'work', arguments: {} });
    expect(logs).toEqual(['working']);
  });

  it('cancels at the server', async () => {
    const { client, cancelled } = await join();
    const stop = new AbortController();
    const waiting = client.callTool({ name: 'wait', arguments: {} }, undefined, {
      signal: stop.signal,
    });
    const failed = expect(waiting).rejects.toThrow();
    await client.listTools();
    stop.abort('enough');
    await failed;
    await until(() => cancelled.length === 1);
  });

  it('hears of changes unasked, and of a resource it subscribed to', async () => {
    const { client } = await join();
    const heard: string[] = [];
    client.setNotificationHandler(
      ToolListChangedNotificationSchema,
      () => void heard.push('tools'),
    );
    client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => {
      heard.push(params.uri);
    });
    await client.callTool({ name: 'change', arguments: {} });
    await until(() => heard.includes('tools'));
    expect(heard).not.toContain('memo://1');
    await client.subscribeResource({ uri: 'memo://1' });
    await client.callTool({ name: 'change', arguments: {} });
    await until(() => heard.includes('memo://1'));
  });
});
