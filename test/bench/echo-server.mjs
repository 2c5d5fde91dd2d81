// The server every case calls: an echo tool, and one whose result is as large as asked, on the official SDK (v1), as most servers in the field are built.
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { z } from 'zod';

const server = new McpServer({ name: 'echo', version: '1.0.0' });
server.registerTool(
  'echo',
  {
    description: 'Returns its text.',
    inputSchema: { text: z.string() },
    annotations: { readOnlyHint: true, openWorldHint: false },
  },
  ({ text }) => ({ content: [{ type: 'text', text }] }),
);
let filling = '';
server.registerTool(
  'get_text',
  {
    description: 'Returns a text of this many bytes.',
    inputSchema: { bytes: z.number() },
    annotations: { readOnlyHint: true, openWorldHint: false },
  },
  ({ bytes }) => {
    if (filling.length !== bytes)
      filling = 'The quick brown fox jumps over it. '.repeat(bytes / 35 + 1).slice(0, bytes);
    return { content: [{ type: 'text', text: filling }] };
  },
);
await server.connect(new StdioServerTransport());
