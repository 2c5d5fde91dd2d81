import { ApprovalCard, type ApprovalsView } from '../../shared/approval.ts';

/** A card as the queue would show it; parsed, so that the fake cannot drift from the contract. */
export const aCard = (over: Partial<ApprovalCard> = {}): ApprovalCard => {
  const askedAt = Date.now();
  return ApprovalCard.parse({
    id: 'apr_1',
    revision: 1,
    state: 'waiting',
    clientName: 'Cursor',
    process: 'Cursor 2.4.1 · /opt/cursor/cursor --type=utility',
    person: 'ada',
    connectionId: 'con_1',
    connectionName: 'files',
    serverLabel: 'npx -y @modelcontextprotocol/server-filesystem /home/ada/reports',
    serverVersion: 'secure-filesystem-server 0.2.0',
    method: 'tools/call',
    tool: 'write_file',
    toolTitle: 'Write File',
    toolDescription: 'Create a new file or completely overwrite an existing file with new content.',
    pin: '7be1a0c94f3d52e86b1f0c2d4a5968778695a4b3c2d1e0f9a8b7c6d5e4f30211',
    argumentsText: JSON.stringify(
      { path: '/home/ada/reports/2026-q3.md', content: '# Third quarter\n\nRevenue grew.' },
      null,
      2,
    ),
    argumentsHash: '0f5d1c33a1b2c3d4e5f60718293a4b5c6d7e8f9001122334455667788990aabb',
    changes: [],
    risk: { level: 'write', reasons: ['Its name says that it writes.'] },
    rules: [
      { id: 'ask-writes', text: 'Tools that change something ask first.', source: 'built-in' },
    ],
    findings: [],
    count: 1,
    scopes: ['arguments', 'tool', 'server'],
    durations: ['once', 'session', 'until', 'always'],
    askedAt,
    deadline: askedAt + 45_000,
    ...over,
  });
};

let revision = 0;

/** What main would push for these cards; every view has a higher revision than the one before. */
export const aView = (...cards: ApprovalCard[]): ApprovalsView => {
  revision += 1;
  return { revision, cards };
};
