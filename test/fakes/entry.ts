import { Entry } from '../../shared/audit.ts';

const hash = (sequence: number): string => sequence.toString(16).padStart(64, '0');

/** An entry as the trail stores it; parsed, so that the fake cannot drift from the contract. */
export const anEntry = (sequence: number, over: Partial<Omit<Entry, 'sequence'>> = {}): Entry =>
  Entry.parse({
    kind: 'app.started',
    sequence,
    id: `ent_${sequence}`,
    time: Date.UTC(2026, 10, 24, 9, 0, 0) + sequence * 1000,
    chain: 'c1f0',
    previousHash: hash(sequence - 1),
    hash: hash(sequence),
    ...over,
  });

/** What a governed call leaves: an opening entry at `sequence` and a closing one after it, newest first. */
export function callEntries(
  sequence: number,
  tool: string,
  closing: Partial<Entry> = {},
  shared: Partial<Entry> = {},
): Entry[] {
  const both: Partial<Entry> = {
    callId: `cal_${sequence}`,
    person: 'ada',
    agent: { id: 'cursor', name: 'Cursor' },
    connection: { id: 'con_1', name: 'files', sessionId: 'ses_1' },
    process: { pid: 4242, command: '/opt/cursor/cursor' },
    server: {
      id: 'srv_1',
      label: 'npx -y @modelcontextprotocol/server-filesystem /home/ada/reports',
      name: 'secure-filesystem-server',
      version: '0.2.0',
    },
    tool: { name: tool, pin: 'a'.repeat(64) },
    method: 'tools/call',
    ...shared,
  };
  return [
    anEntry(sequence + 1, {
      kind: 'call.closed',
      outcome: 'ok',
      durationMs: 84,
      bytesOut: 2_311,
      resultHash: 'b'.repeat(64),
      decision: {
        decision: 'allow',
        rules: [
          { id: 'allow-reads', text: 'Tools that only read run unasked.', source: 'built-in' },
        ],
        risk: 'read',
      },
      ...both,
      ...closing,
    }),
    anEntry(sequence, {
      kind: 'call.opened',
      arguments: '{"path":"/home/ada/reports","id":12345678901234567890}',
      argumentsHash: 'c'.repeat(64),
      bytesIn: 164,
      ...both,
    }),
  ];
}
