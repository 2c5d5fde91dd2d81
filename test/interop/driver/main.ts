import { Client } from '@modelcontextprotocol/client';
import { openHttpServer } from '../../../main/upstream/http-server.ts';
import { ok } from '../../../shared/outcome.ts';
import { sampleArguments } from './arguments.ts';
import { lineTransport } from './line-transport.ts';
import { type Registered, signingIn } from './sign-in.ts';

// The client under test for `conformance client --command`: the official client, and below it Airlock's way to remote
// servers and its sign-in. It does what a client does with a server: lists everything, and uses everything once.

interface Context extends Registered {
  readonly toolCalls?: readonly {
    readonly name: string;
    readonly arguments: Record<string, unknown>;
  }[];
}

const context = JSON.parse(process.env.MCP_CONFORMANCE_CONTEXT ?? '{}') as Context;
const modern = process.env.MCP_CONFORMANCE_PROTOCOL_VERSION === '2026-07-28';

async function use(client: Client): Promise<void> {
  const { tools } = await client.listTools();
  const schemas = tools.map((tool) => tool.inputSchema);
  const calls =
    context.toolCalls ??
    tools.map(({ name, inputSchema }) => ({
      name,
      // The scenario for schemas wants the first tool's schema back through the second.
      arguments:
        name === 'json_schema_echo' ? { schema: schemas[0] } : sampleArguments(inputSchema),
    }));
  for (const call of calls) await client.callTool(call);
  const can = client.getServerCapabilities();
  if (can?.resources !== undefined) {
    const { resources } = await client.listResources();
    for (const { uri } of resources) await client.readResource({ uri });
  }
  if (can?.prompts !== undefined) {
    const { prompts } = await client.listPrompts();
    for (const { name } of prompts) await client.getPrompt({ name });
  }
}

async function main(url: string): Promise<void> {
  const opened = openHttpServer(
    {
      sessionId: 'ses_conformance',
      name: 'conformance',
      clientName: 'The official client',
      target: { url, kind: 'http' },
      mask: (text) => text,
    },
    {
      entryHeaders: async () => ok({}),
      ...signingIn(url, context),
      report: (sentence) => void process.stderr.write(`${sentence}\n`),
    },
  );
  if (!opened.ok) throw new Error(opened.problem.message);
  const server = opened.value;
  const client = new Client(
    { name: 'airlock-conformance-client', version: '1.0.0' },
    {
      capabilities: { elicitation: { form: { applyDefaults: true } } },
      versionNegotiation: { mode: modern ? { pin: '2026-07-28' } : 'legacy' },
    },
  );
  client.setRequestHandler('elicitation/create', async () => ({
    action: 'accept',
    content: modern ? { confirmed: true } : {},
  }));
  try {
    await client.connect(lineTransport(server.stdout, server.stdin));
    await use(client);
  } finally {
    await client.close();
    await server.stop();
  }
}

const url = process.argv.at(-1) ?? '';
main(url).then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
