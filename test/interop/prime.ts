import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Fixture } from './fixtures.ts';
import { type Command, speak } from './legs.ts';

const meta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'cursor-vscode', version: '2.4.1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};

/** What a client of each era says until it has listed the tools. The suite often calls without having listed. */
const greetings: Readonly<Record<Fixture, readonly object[]>> = {
  legacy: [
    {
      id: 1,
      method: 'initialize',
      params: {
        protocolVersion: '2025-11-25',
        capabilities: {},
        clientInfo: { name: 'cursor-vscode', version: '2.4.1' },
      },
    },
    { method: 'notifications/initialized' },
    { id: 2, method: 'tools/list', params: {} },
  ],
  modern: [{ id: 2, method: 'tools/list', params: { _meta: meta } }],
};

/** Lists the tools once: what a server never listed asks each time, whatever the person's rules say. */
export async function primeTools(command: Command, fixture: Fixture): Promise<void> {
  const child = speak(command);
  for (const message of greetings[fixture])
    child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  for await (const line of createInterface({ input: child.stdout })) {
    const answer = JSON.parse(line) as { id?: number; error?: { message: string } };
    if (answer.error !== undefined) throw new Error(answer.error.message);
    if (answer.id === 2) break;
  }
  child.stdin.end();
  if (child.exitCode === null) await once(child, 'exit');
}
