// The one stdio-to-stdio bridge on npm: @civic/passthrough-mcp-server used as a library, without hooks.
import { PassthroughContext } from '@civic/passthrough-mcp-server';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';

const [command, ...args] = process.argv.slice(2);
const context = new PassthroughContext();
await context.connect(new StdioServerTransport(), new StdioClientTransport({ command, args }));
