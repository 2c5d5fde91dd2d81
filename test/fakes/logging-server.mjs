// A server that writes down every call before it answers: node logging-server.mjs LOG [stays]. One line of the log is
// `start PID`, `call TEXT` or `end PID`. With `stays` it lives on after its input has ended, as a bad server would.
import { openSync, writeSync } from 'node:fs';

const [path, stays] = process.argv.slice(2);
// Appending is one write for each line, so several servers may share the log.
const log = openSync(path, 'a');
const note = (line) => writeSync(log, `${line}\n`);
const say = (id, result) =>
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, result })}\n`);

const tool = {
  name: 'echo',
  description: 'Returns its text.',
  inputSchema: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
  annotations: { readOnlyHint: true, openWorldHint: false },
};

function answer({ id, method, params }) {
  if (method === 'initialize') {
    return say(id, {
      protocolVersion: params.protocolVersion,
      capabilities: { tools: {} },
      serverInfo: { name: 'logging', version: '1.0.0' },
    });
  }
  if (method === 'tools/list') return say(id, { tools: [tool] });
  if (method !== 'tools/call') return undefined;
  const { text } = params.arguments;
  note(`call ${text}`);
  return say(id, { content: [{ type: 'text', text }] });
}

note(`start ${process.pid}`);
// Whoever read our answers is gone; what still comes in is written down all the same.
process.stdout.on('error', () => undefined);
let rest = '';
process.stdin.setEncoding('utf8');
process.stdin.on('data', (chunk) => {
  const lines = (rest + chunk).split('\n');
  rest = lines.pop() ?? '';
  for (const line of lines) answer(JSON.parse(line));
});
process.stdin.on('end', () => {
  note(`end ${process.pid}`);
  if (stays === 'stays') setInterval(() => undefined, 60_000);
});
