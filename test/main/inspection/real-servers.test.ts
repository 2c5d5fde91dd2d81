import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { describe, expect, test } from 'vitest';
import { inspectDefinition } from '../../../main/inspection/tool-definition.ts';

const require = createRequire(import.meta.url);
const server = (name: string) => require.resolve(`@modelcontextprotocol/${name}/dist/index.js`);

async function toolsOf(args: readonly string[]): Promise<readonly { readonly name: string }[]> {
  const client = new Client({ name: 'test', version: '1' });
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [...args],
    stderr: 'ignore',
  });
  await client.connect(transport);
  try {
    return (await client.listTools()).tools;
  } finally {
    await client.close();
  }
}

describe('what real servers list', () => {
  test.each([
    ['server-everything', [server('server-everything'), 'stdio'], 'get-env'],
    ['server-filesystem', [server('server-filesystem'), tmpdir()], 'read_text_file'],
  ])('%s: no tool is quarantined', async (_name, args, known) => {
    const tools = await toolsOf(args);
    expect(tools.map(({ name }) => name)).toContain(known);
    const grave = tools.flatMap((tool) =>
      inspectDefinition(tool).filter(({ severity }) => severity === 'high'),
    );
    expect(grave).toEqual([]);
  });
});
