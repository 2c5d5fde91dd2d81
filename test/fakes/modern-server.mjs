// A server of the SDK's second version that speaks revision 2026-07-28 alone.
import { McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { z } from 'zod';

serveStdio(
  () => {
    const server = new McpServer({ name: 'modern', version: '1.0.0' });
    server.registerTool(
      'get_word',
      { inputSchema: z.object({ word: z.string() }), annotations: { readOnlyHint: true } },
      async ({ word }) => ({ content: [{ type: 'text', text: `the word is ${word}` }] }),
    );
    return server;
  },
  { legacy: 'reject' },
);
