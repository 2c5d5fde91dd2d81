import { createRequire } from 'node:module';
import {
  Client as NextClient,
  StreamableHTTPClientTransport as NextTransport,
} from '@modelcontextprotocol/client';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  LoggingMessageNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { afterEach, describe, expect, test } from 'vitest';
import type { ApprovalOutcome } from '../../../shared/approval.ts';
import {
  type GovernedOptions,
  governed,
  playedServer,
  stdioServer,
  type Upstream,
} from './governed.ts';
import { type Rig, startRig, token, until } from './rig.ts';

const require = createRequire(import.meta.url);
const everything = stdioServer(
  require.resolve('@modelcontextprotocol/server-everything/dist/index.js'),
  'stdio',
);
const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function start(upstream: Upstream, options: GovernedOptions = {}) {
  const relay = governed(upstream, options);
  const rig: Rig = await startRig({ accept: relay.accept });
  return { rig, relay };
}

const headers = { Authorization: `Bearer ${token}` };
const capabilities = { sampling: {}, elicitation: {}, roots: { listChanged: true } };

/** The SDK's first generation, which speaks 2025-11-25. */
async function legacyClient(rig: Rig) {
  const client = new Client({ name: 'old', version: '1' }, { capabilities });
  const transport = new StreamableHTTPClientTransport(new URL(rig.url), {
    requestInit: { headers },
  });
  await client.connect(transport as Parameters<typeof client.connect>[0]);
  closers.push(() => client.close());
  return { client, transport };
}

/** The SDK's second generation, in either era. */
async function nextClient(rig: Rig, mode: 'legacy' | 'auto') {
  const client = new NextClient(
    { name: 'new', version: '2' },
    { capabilities, versionNegotiation: { mode } },
  );
  const transport = new NextTransport(new URL(rig.url), { requestInit: { headers } });
  await client.connect(transport);
  closers.push(() => client.close());
  return { client, transport };
}

describe('the SDK of 2025-11-25, through the relay to a real stdio server', () => {
  test('lists, calls, hears progress, answers the server and says good-bye', async () => {
    const { rig, relay } = await start(everything);
    const { client, transport } = await legacyClient(rig);
    client.setRequestHandler(CreateMessageRequestSchema, () => ({
      model: 'm',
      role: 'assistant' as const,
      content: { type: 'text' as const, text: 'sampled' },
    }));
    const { tools } = await client.listTools();
    expect(tools.length).toBeGreaterThan(5);
    const echoed = await client.callTool({ name: 'echo', arguments: { message: 'hällo' } });
    expect(JSON.stringify(echoed)).toContain('hällo');
    const steps: number[] = [];
    const long = { name: 'trigger-long-running-operation', arguments: { duration: 0.2, steps: 4 } };
    await client.callTool(long, undefined, { onprogress: ({ progress }) => steps.push(progress) });
    expect(steps).toEqual([1, 2, 3, 4]);
    const sampled = await client.callTool({
      name: 'trigger-sampling-request',
      arguments: { prompt: 'x', maxTokens: 5 },
    });
    expect(JSON.stringify(sampled)).toContain('sampled');
    expect(relay.targets).toContain('echo');
    await transport.terminateSession();
    expect((await relay.sessions[0]?.closed)?.reason).toBe('client-closed');
  });

  test('is refused by policy in words for the model', async () => {
    const { rig } = await start(everything, { denies: ['echo'] });
    const { client } = await legacyClient(rig);
    const refused = await client.callTool({ name: 'echo', arguments: { message: 'x' } });
    expect(refused.isError).toBe(true);
    expect(JSON.stringify(refused)).toContain('Airlock refused echo');
  });

  test('has two sessions that do not hear each other', async () => {
    const { rig, relay } = await start(everything);
    const [one, two] = [await legacyClient(rig), await legacyClient(rig)];
    const logs: string[] = [];
    two.client.setNotificationHandler(
      LoggingMessageNotificationSchema,
      () => void logs.push('two'),
    );
    const calls = Array.from({ length: 20 }, (_, index) =>
      (index % 2 === 0 ? one : two).client.callTool({
        name: 'echo',
        arguments: { message: `m${index};` },
      }),
    );
    const answers = await Promise.all(calls);
    for (const [index, answer] of answers.entries())
      expect(JSON.stringify(answer)).toContain(`m${index};`);
    expect(relay.sessions).toHaveLength(2);
    expect(logs).toEqual([]);
  });

  test('is asked by the server, also when it elicits', async () => {
    const { rig } = await start(everything);
    const { client } = await legacyClient(rig);
    client.setRequestHandler(ElicitRequestSchema, () => ({ action: 'decline' as const }));
    const { tools } = await client.listTools();
    const name = 'trigger-elicitation-request';
    expect(tools.map((tool) => tool.name)).toContain(name);
    const result = await client.callTool({ name, arguments: {} });
    expect(JSON.stringify(result)).toContain('declin');
  });
});

describe('the SDK of 2026-07-28', () => {
  test('speaks as a legacy client', async () => {
    const { rig } = await start(everything);
    const { client } = await nextClient(rig, 'legacy');
    const result = await client.callTool({ name: 'get-sum', arguments: { a: 2, b: 3 } });
    expect(JSON.stringify(result)).toContain('5');
  });

  test('finds out that the server is of the earlier era, and leaves nothing of the question behind', async () => {
    const { rig, relay } = await start(everything);
    const { client } = await nextClient(rig, 'auto');
    expect(client.getProtocolEra()).toBe('legacy');
    expect((await client.listTools()).tools.length).toBeGreaterThan(5);
    await relay.sessions[0]?.closed;
    expect(relay.sessions).toHaveLength(2);
  });

  const modernServer = playedServer(({ id, method, params }, say) => {
    const result = (more: Record<string, unknown>) =>
      say({ jsonrpc: '2.0', id, result: { resultType: 'complete', ...more } });
    const { name, _meta } = params as { name?: string; _meta?: Record<string, unknown> };
    if (method === 'server/discover') {
      const listChanged = { listChanged: true };
      result({
        supportedVersions: ['2026-07-28'],
        capabilities: { tools: listChanged },
        ttlMs: 0,
        cacheScope: 'private',
      });
    } else if (method === 'tools/list') {
      const tool = { name: 'greet', inputSchema: { type: 'object' } };
      result({ tools: [tool], ttlMs: 0, cacheScope: 'private' });
    } else if (method === 'subscriptions/listen') {
      const tag = { 'io.modelcontextprotocol/subscriptionId': id };
      const more = { _meta: tag, notifications: { toolsListChanged: true } };
      say({ jsonrpc: '2.0', method: 'notifications/subscriptions/acknowledged', params: more });
      say({ jsonrpc: '2.0', method: 'notifications/tools/list_changed', params: { _meta: tag } });
    } else if (method === 'tools/call' && name === 'greet') {
      const progressToken = _meta?.progressToken;
      if (progressToken !== undefined)
        say({
          jsonrpc: '2.0',
          method: 'notifications/progress',
          params: { progressToken, progress: 1 },
        });
      result({ content: [{ type: 'text', text: 'hello' }] });
    }
  });

  test('speaks its own revision to a server of it: discover, list, call with progress, refusal', async () => {
    const { rig, relay } = await start(modernServer, { denies: ['forbidden'] });
    const { client } = await nextClient(rig, 'auto');
    expect(client.getProtocolEra()).toBe('modern');
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['greet']);
    const steps: number[] = [];
    const greeted = await client.callTool(
      { name: 'greet' },
      { onprogress: ({ progress }) => steps.push(progress) },
    );
    expect(JSON.stringify(greeted)).toContain('hello');
    expect(steps).toEqual([1]);
    const refused = await client.callTool({ name: 'forbidden' });
    expect(JSON.stringify(refused)).toContain('Airlock refused forbidden');
    expect(relay.sessions).toHaveLength(1);
  });

  test('subscribes, hears of a change, and unsubscribes', async () => {
    const { rig } = await start(modernServer);
    const { client } = await nextClient(rig, 'auto');
    let changes = 0;
    client.setNotificationHandler('notifications/tools/list_changed', () => {
      changes += 1;
    });
    const subscription = await client.listen({ toolsListChanged: true });
    await until(() => changes === 1, 'the change');
    await subscription.close();
  });

  test('comes back by a form to a call that nobody approved in time, and only the late yes sends it', async () => {
    const approved: ApprovalOutcome[] = [];
    const { rig, relay } = await start(modernServer, {
      asks: { greet: Promise.resolve({ answer: 'deny', how: 'timeout' }) },
      granted: () => approved.shift(),
    });
    const { client } = await nextClient(rig, 'auto');
    const forms: string[] = [];
    client.setRequestHandler('elicitation/create', ({ params }) => {
      forms.push(params.message);
      // The first time the person only accepts the form; then they answer in the approval window first.
      if (forms.length === 2) approved.push({ answer: 'allow', how: 'grant', by: 'ada' });
      return { action: 'accept', content: {} };
    });
    const greeted = await client.callTool({ name: 'greet', arguments: { a: 1 } });
    expect(JSON.stringify(greeted)).toContain('hello');
    expect(forms).toHaveLength(2);
    expect(forms[0]).toContain('Waiting for approval in Airlock: greet.');
    expect(relay.targets.filter((target) => target === 'greet')).toHaveLength(3);
    client.setRequestHandler('elicitation/create', () => ({ action: 'decline' }));
    const refused = await client.callTool({ name: 'greet', arguments: { a: 1 } });
    expect(refused.isError).toBe(true);
    expect(JSON.stringify(refused)).toContain('gave it up in the client');
  });

  test('cancels a call by leaving it', async () => {
    const said: string[] = [];
    const { rig } = await start(
      playedServer((message, say) => {
        said.push(String(message.method));
        if (message.method === 'server/discover')
          say({
            jsonrpc: '2.0',
            id: message.id,
            result: {
              resultType: 'complete',
              supportedVersions: ['2026-07-28'],
              capabilities: { tools: {} },
              ttlMs: 0,
              cacheScope: 'private',
            },
          });
      }),
    );
    const { client } = await nextClient(rig, 'auto');
    const abort = new AbortController();
    const call = client.callTool({ name: 'slow' }, { signal: abort.signal });
    await until(() => said.includes('tools/call'));
    abort.abort();
    await expect(call).rejects.toThrow();
    await until(() => said.includes('notifications/cancelled'), 'the cancellation');
  });
});
