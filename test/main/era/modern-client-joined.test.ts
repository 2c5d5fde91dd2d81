import type { PassThrough } from 'node:stream';
import { Client, type Transport } from '@modelcontextprotocol/client';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import {
  CreateMessageResultSchema,
  ListRootsResultSchema,
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { until } from '../relay/rig.ts';
import { governed, pipes } from './peers.ts';

let close: () => Promise<unknown> = async () => undefined;
afterEach(() => close());

const text = (words: string) => ({ content: [{ type: 'text' as const, text: words }] });

/** A server of the SDK (1.x), which knows nothing of 2026-07-28. */
function legacyServer() {
  const server = new McpServer(
    { name: 'legacy-only', version: '1.0.0' },
    {
      capabilities: {
        logging: {},
        tools: { listChanged: true },
        resources: { subscribe: true, listChanged: true },
      },
      instructions: 'Old but gold.',
    },
  );
  const cancelled: string[] = [];
  server.registerTool('echo', { inputSchema: { words: z.string() } }, ({ words }) => text(words));
  server.registerTool('greet', {}, async (extra) => {
    const who = await server.server.elicitInput({
      message: 'Who?',
      requestedSchema: { type: 'object', properties: { name: { type: 'string' } } },
    });
    const where = await extra.sendRequest({ method: 'roots/list' }, ListRootsResultSchema);
    const mood = await extra.sendRequest(
      {
        method: 'sampling/createMessage',
        params: {
          messages: [{ role: 'user', content: { type: 'text', text: 'mood?' } }],
          maxTokens: 5,
        },
      },
      CreateMessageResultSchema,
    );
    return text(JSON.stringify({ who, where, mood }));
  });
  server.registerTool('work', {}, async (extra) => {
    const progressToken = extra._meta?.progressToken;
    if (progressToken !== undefined)
      for (const progress of [1, 2])
        await extra.sendNotification({
          method: 'notifications/progress',
          params: { progressToken, progress, total: 2 },
        });
    await server.sendLoggingMessage({ level: 'info', data: 'working' });
    return text('done');
  });
  server.registerTool('wait', {}, async (extra) => {
    await new Promise<void>((resolve) => extra.signal.addEventListener('abort', () => resolve()));
    cancelled.push('wait');
    return text('stopped');
  });
  server.registerTool('change', {}, async () => {
    server.sendToolListChanged();
    await server.server.sendResourceUpdated({ uri: 'memo://1' });
    return text('changed');
  });
  server.registerResource('memo', 'memo://1', {}, (uri) => ({
    contents: [{ uri: uri.href, text: 'remember' }],
  }));
  for (const schema of [SubscribeRequestSchema, UnsubscribeRequestSchema])
    server.server.setRequestHandler(schema, () => ({}));
  return { server, cancelled };
}

async function join() {
  const { stdin, stdout, streams } = pipes();
  const { server, cancelled } = legacyServer();
  await server.connect(new StdioServerTransport(stdin, stdout as PassThrough));
  const session = governed(streams, 'legacy');
  const client = new Client(
    { name: 'modern', version: '2.0.0' },
    {
      capabilities: { elicitation: { form: {} }, sampling: {}, roots: {} },
      versionNegotiation: { mode: { pin: '2026-07-28' } },
    },
  );
  client.setRequestHandler('elicitation/create', () => ({
    action: 'accept',
    content: { name: 'Ada' },
  }));
  client.setRequestHandler('roots/list', () => ({ roots: [{ uri: 'file:///home' }] }));
  client.setRequestHandler('sampling/createMessage', () => ({
    role: 'assistant',
    model: 'm',
    content: { type: 'text', text: 'sunny' },
  }));
  await client.connect(session.transport as unknown as Transport);
  close = async () => {
    await client.close();
    await server.close();
  };
  return { client, session, cancelled, server };
}

describe('a client of 2026-07-28 alone in front of a server of the 1.x SDK', () => {
  it('discovers, lists and calls', async () => {
    const { client, session } = await join();
    expect(client.getNegotiatedProtocolVersion()).toBe('2026-07-28');
    expect(client.getServerVersion()).toMatchObject({ name: 'legacy-only', version: '1.0.0' });
    expect(client.getInstructions()).toBe('Old but gold.');
    expect(session.bridged).toEqual(['modern']);
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toContain('echo');
    const result = await client.callTool({ name: 'echo', arguments: { words: 'hello' } });
    expect(result.content).toEqual([{ type: 'text', text: 'hello' }]);
    const read = await client.readResource({ uri: 'memo://1' });
    expect(read.contents).toMatchObject([{ text: 'remember' }]);
    await expect(client.readResource({ uri: 'memo://2' })).rejects.toThrow();
    expect(session.stopped).toEqual([]);
  });

  it('gathers what the server asks during a call, round by round', async () => {
    const { client, session } = await join();
    const result = await client.callTool({ name: 'greet', arguments: {} });
    const [{ text: said }] = result.content as unknown as [{ text: string }];
    expect(JSON.parse(said)).toMatchObject({
      who: { action: 'accept', content: { name: 'Ada' } },
      where: { roots: [{ uri: 'file:///home' }] },
      mood: { role: 'assistant', model: 'm' },
    });
    expect(session.calls.filter(({ method }) => method === 'tools/call')).toHaveLength(4);
    expect(session.stopped).toEqual([]);
  });

  it('hears progress under its own token', async () => {
    const { client } = await join();
    const progress: number[] = [];
    await client.callTool(
      { name: 'work', arguments: {} },
      { onprogress: (of) => void progress.push(of.progress) },
    );
    expect(progress).toEqual([1, 2]);
  });

  it('hears the log that a request asked for', async () => {
    const { client } = await join();
    const logs: unknown[] = [];
    client.setNotificationHandler('notifications/message', ({ params }) => {
      logs.push(params.data);
    });
    await client.callTool({ name: 'work', arguments: {} });
    expect(logs).toEqual([]);
    const _meta = { 'io.modelcontextprotocol/logLevel': 'debug' };
    await client.callTool({ name: 'work', arguments: {}, _meta } as never);
    await until(() => logs.length === 1);
    expect(logs).toEqual(['working']);
  });

  it('cancels at the server', async () => {
    const { client, cancelled } = await join();
    const stop = new AbortController();
    const waiting = client.callTool({ name: 'wait', arguments: {} }, { signal: stop.signal });
    const failed = expect(waiting).rejects.toThrow();
    await client.listTools();
    stop.abort('enough');
    await failed;
    await until(() => cancelled.length === 1);
  });

  it('listens to changes it asked for, and to no others', async () => {
    const { client, session } = await join();
    const heard: string[] = [];
    client.setNotificationHandler('notifications/tools/list_changed', () => {
      heard.push('tools');
    });
    client.setNotificationHandler('notifications/resources/updated', ({ params }) => {
      heard.push(params.uri);
    });
    await client.callTool({ name: 'change', arguments: {} });
    expect(heard).toEqual([]);
    const subscription = await client.listen({
      toolsListChanged: true,
      resourceSubscriptions: ['memo://1'],
    });
    await client.callTool({ name: 'change', arguments: {} });
    await until(() => heard.length === 2);
    expect(heard.sort()).toEqual(['memo://1', 'tools']);
    await subscription.close();
    await client.callTool({ name: 'change', arguments: {} });
    expect(heard).toHaveLength(2);
    expect(session.stopped).toEqual([]);
  });
});
