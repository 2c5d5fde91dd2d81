import { readFileSync } from 'node:fs';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { parse } from 'jsonc-parser';

/** What an agent got back from a call: its text, and whether the tool said error. */
export interface Said {
  readonly text: string;
  readonly isError: boolean;
}

/** A real MCP client (the official SDK) that starts a server the way its config file says, as Cursor would. */
export interface Agent {
  readonly client: Client;
  tools(): Promise<string[]>;
  call(
    tool: string,
    args: Record<string, unknown>,
    options?: { signal?: AbortSignal; timeout?: number },
  ): Promise<Said>;
  close(): Promise<void>;
}

/** Reads entry `name` under `key` of a client's config and connects through what stands there. */
export async function agentFromConfig(
  file: string,
  key: 'mcpServers' | 'servers',
  name: string,
  env: Record<string, string>,
): Promise<Agent> {
  const text = readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
  const entry = (parse(text) as Record<string, Record<string, Entry>>)[key]?.[name];
  if (!entry) throw new Error(`${file} has no ${key}.${name}`);
  return agent(entry.command, entry.args ?? [], { ...env, ...entry.env });
}

interface Entry {
  readonly command: string;
  readonly args?: string[];
  readonly env?: Record<string, string>;
}

/** Connects a real client to a command. */
export async function agent(
  command: string,
  args: string[],
  env: Record<string, string>,
): Promise<Agent> {
  const client = new Client({ name: 'cursor-vscode', version: '1.0.0' });
  const transport = new StdioClientTransport({ command, args, env, stderr: 'ignore' });
  await client.connect(transport);
  return {
    client,
    async tools() {
      const { tools } = await client.listTools();
      return tools.map((tool) => tool.name);
    },
    async call(tool, args, options) {
      const result = await client.callTool({ name: tool, arguments: args }, options);
      const content = (result.content ?? []) as { type: string; text?: string }[];
      return {
        text: content.map((part) => part.text ?? '').join('\n'),
        isError: result.isError === true,
      };
    },
    close: () => client.close(),
  };
}
