// An MCP server that writes down every line it receives before it does anything with it, and answers by hand, so that
// a test can tell exactly what reached it: `recording-server.mjs <log file>`. Needs nothing but Node.
import { appendFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const log = process.argv[2];
const tool = (name, annotations) => ({
  name,
  description: `The tool ${name}.`,
  inputSchema: { type: 'object' },
  annotations,
});
const tools = [
  tool('get_note', { readOnlyHint: true, openWorldHint: false }),
  tool('write_note', { readOnlyHint: false, destructiveHint: false, openWorldHint: false }),
  // Never answers.
  tool('get_nothing', { readOnlyHint: true, openWorldHint: false }),
  tool('get_environment', { readOnlyHint: true, openWorldHint: false }),
];

function resultOf({ method, params }) {
  if (method === 'initialize')
    return {
      protocolVersion: '2025-06-18',
      capabilities: { tools: {} },
      serverInfo: { name: 'recorder', version: '3.1.0' },
    };
  if (method === 'tools/list') return { tools };
  if (method !== 'tools/call') return {};
  if (params.name === 'get_nothing') return undefined;
  const text =
    params.name === 'get_environment'
      ? Object.keys(process.env).sort().join(' ')
      : `${params.name} ${JSON.stringify(params.arguments)}`;
  return { content: [{ type: 'text', text }] };
}

createInterface({ input: process.stdin }).on('line', (line) => {
  appendFileSync(log, `${line}\n`);
  const message = JSON.parse(line);
  if (message.id === undefined || message.method === undefined) return;
  const result = resultOf(message);
  if (result !== undefined)
    process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id: message.id, result })}\n`);
});
