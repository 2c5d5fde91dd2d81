import type { RouteState } from '../../../shared/client.ts';
import { Inventory, type InventoryServer, type ServerUse } from '../../../shared/inventory.ts';
import { ungoverned } from './connection-answers.ts';

const hour = 3_600_000;

const aUse = (n: number, state: RouteState, over: Partial<ServerUse> = {}): ServerUse => ({
  clientId: `client-${n}`,
  clientName: `Client ${n}`,
  name: 'files',
  file: `/home/ada/.client-${n}/mcp.json`,
  scope: 'user',
  disabled: false,
  route: {
    state,
    evidence:
      state === 'routed'
        ? 'A call was seen passing through Airlock.'
        : 'Its config starts the server itself, without Airlock.',
    at: Date.now() - hour,
  },
  secrets: [],
  ...over,
});

/** One server; others are made from it. */
export const aServer = (over: Partial<InventoryServer> = {}): InventoryServer => ({
  id: 'srv_1',
  label: 'npx -y @modelcontextprotocol/server-filesystem /home/ada',
  transport: 'stdio',
  target: 'npx -y @modelcontextprotocol/server-filesystem /home/ada',
  package: { kind: 'npm', name: '@modelcontextprotocol/server-filesystem' },
  owner: { name: '@modelcontextprotocol', from: 'package' },
  trust: { state: 'unreviewed', reason: 'Nobody has said anything about it.' },
  route: { state: 'routed', evidence: 'A call was seen passing through Airlock.' },
  uses: [aUse(1, 'routed')],
  tools: [
    { name: 'read_text_file', state: 'accepted', risk: 'read', findings: 0 },
    { name: 'write_file', title: 'Write a file', state: 'changed', risk: 'write', findings: 1 },
  ],
  live: 1,
  versions: [
    {
      name: 'filesystem',
      version: '1.2.0',
      firstSeenAt: Date.now() - 40 * hour,
      lastSeenAt: Date.now(),
    },
  ],
  firstSeenAt: Date.now() - 90 * hour,
  lastSeenAt: Date.now(),
  detectedAfterMs: 420,
  present: true,
  ...over,
});

/** A machine with a server of every route, a stray process and a listener. */
export const anInventory = (): Inventory =>
  Inventory.parse({
    at: Date.now(),
    agents: [1, 2, 3].map((n) => ({
      clientId: `client-${n}`,
      name: `Client ${n}`,
      files: 1,
      servers: [],
      direct: 0,
    })),
    servers: [
      aServer({
        id: 'srv_weather',
        label: 'uvx mcp-weather --units metric',
        target: 'uvx mcp-weather --units metric',
        owner: undefined,
        route: {
          state: 'direct',
          evidence: 'Client 2 starts it itself, without Airlock.',
          at: Date.now() - hour,
        },
        uses: [
          aUse(2, 'direct', {
            name: 'weather',
            secrets: [{ location: 'env.WEATHER_TOKEN', kind: 'API key' }],
          }),
        ],
        tools: [],
        live: 0,
        versions: [],
        lastSeenAt: Date.now() - 30 * hour,
      }),
      aServer({
        id: 'srv_shell',
        label: 'https://mcp.shell.example/mcp',
        target: 'https://mcp.shell.example/mcp',
        transport: 'http',
        owner: { name: 'shell.example', from: 'address' },
        trust: { state: 'refused', reason: 'Your organisation’s list forbids it.' },
        route: { state: 'blocked', evidence: 'Every call is refused by your organisation.' },
        uses: [aUse(3, 'blocked')],
        live: 0,
      }),
      aServer({
        trust: { state: 'trusted', reason: 'Your organisation’s list names it.' },
        uses: [1, 2, 3].map((n) => aUse(n, 'routed')),
      }),
    ],
    stray: [
      {
        pid: 4242,
        command: 'node /home/ada/.cache/mcp-notes/server.js',
        parents: [
          { pid: 4200, name: 'zsh' },
          { pid: 4100, name: 'code' },
        ],
        app: 'Visual Studio Code',
        reason: 'Its command names an MCP package, and it speaks over its standard input.',
      },
    ],
    listeners: [
      { address: '127.0.0.1', port: 3845, pid: 901, program: 'Figma' },
      { address: '::1', port: 5432, program: 'postgres' },
    ],
    ungoverned: ungoverned(),
    problems: ['Processes of other users cannot be looked at.'],
  });

/** Two hundred servers, each used by all of thirty clients. */
export const largeInventory = (): Inventory => {
  const clients = Array.from({ length: 30 }, (_, n) => n);
  return {
    ...anInventory(),
    agents: clients.map((n) => ({
      clientId: `client-${n}`,
      name: `Client ${n}`,
      files: 1,
      servers: [],
      direct: 0,
    })),
    servers: Array.from({ length: 200 }, (_, n) => {
      const state = n < 20 ? ('direct' as const) : ('routed' as const);
      return aServer({
        id: `srv_${n}`,
        label: `npx -y @example/server-${n}`,
        route: { state, evidence: 'As its configs show.' },
        uses: clients.map((client) => aUse(client, state, { name: `server-${n}` })),
      });
    }),
  };
};
