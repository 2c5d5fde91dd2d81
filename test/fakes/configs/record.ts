import type { JournalRecord } from '../../../main/clients/journal.ts';

/** A journal record of one planned write, changed as the test needs it. */
export const aRecord = (more: Partial<JournalRecord>): JournalRecord => ({
  version: 1,
  id: `jrn_${'a'.repeat(20)}`,
  state: 'planned',
  clientId: 'cursor',
  path: '/home/ada/.cursor/mcp.json',
  realPath: '/home/ada/.cursor/mcp.json',
  mode: 0o600,
  beforeHash: 'before',
  afterHash: 'after',
  entries: [
    {
      newHash: 'entry',
      connection: {
        id: 'con_1',
        clientId: 'cursor',
        clientName: 'Cursor',
        file: '/home/ada/.cursor/mcp.json',
        keyPath: ['mcpServers', 'e'],
        name: 'e',
        serverId: 'srv_1',
        serverLabel: 'npx',
        command: 'npx',
        args: ['-y', { secret: 'args[1]' }],
        secretEnv: ['T'],
        forwardedEnv: [],
        argvInFile: false,
        createdAt: 1,
      },
    },
  ],
  plannedAt: 1,
  ...more,
});
