import { createHash } from 'node:crypto';
import type { Call } from '../../shared/call.ts';
import type { Decision } from '../../shared/policy.ts';

let count = 0;

/** A call as the relay would make it: a write by Cursor through the connection `files`. */
export function aCall(over: Partial<Call> = {}): Call {
  count += 1;
  const argumentsText = over.argumentsText ?? '{"path":"a.txt","content":"hi"}';
  return {
    id: `call-${count}`,
    at: 1_000,
    action: 'callTool',
    method: 'tools/call',
    target: 'write_file',
    connection: { id: 'con_1', name: 'files', sessionId: 'ses_1' },
    agent: { clientId: 'cursor', clientName: 'Cursor', person: 'ada' },
    server: { id: 'srv_1', transport: 'stdio', label: 'npx files' },
    tool: {
      serverId: 'srv_1',
      name: over.target ?? 'write_file',
      annotations: {},
      pin: 'pin-1',
      state: 'accepted',
      findings: [],
    },
    requestId: String(count),
    argumentsText,
    arguments: JSON.parse(argumentsText),
    argumentsHash: createHash('sha256').update(argumentsText).digest('hex'),
    ambiguous: false,
    bytes: argumentsText.length,
    ...over,
  };
}

/** A decision to ask because the tool writes. */
export const askToWrite: Decision = {
  decision: 'ask',
  rules: [{ id: 'ask-write', text: 'Tools that write ask first.', source: 'built-in' }],
  risk: { level: 'write', reasons: ['its name says write'] },
};
