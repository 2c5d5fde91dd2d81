import type { ClientView, EntryView, ScanReport, UngovernedView } from '../../../shared/client.ts';
import type { SignInView } from '../../../shared/sign-in.ts';

const anEntry = (name: string, over: Partial<EntryView> = {}): EntryView => ({
  name,
  transport: 'stdio',
  command: 'npx',
  args: ['-y', `@example/${name}`],
  disabled: false,
  protected: false,
  routeState: 'direct',
  secrets: [],
  server: `srv_${name}`,
  ...over,
});

const aRemote = (name: string, host: string, over: Partial<EntryView> = {}): EntryView => {
  const { command: _, args: __, ...entry } = anEntry(name);
  return {
    ...entry,
    transport: 'http',
    url: `https://${host}/mcp`,
    protected: true,
    routeState: 'routed',
    connectionId: `con_${name}`,
    ...over,
  };
};

const aClient = (id: string, name: string, entries: EntryView[]): ClientView => ({
  id,
  name,
  reload: `Restart ${name}.`,
  files: [{ path: `/home/ada/.${id}/mcp.json`, scope: 'user', format: 'json', entries }],
});

/** What no config leads to. */
export const ungoverned = (): UngovernedView[] => [
  {
    clientId: 'claude-desktop',
    clientName: 'Claude Desktop',
    kind: 'extension',
    name: 'Desktop extension (MCPB, DXT): PDF Tools',
    path: '/home/ada/.config/Claude/Claude Extensions/pdf-tools',
    advice:
      'Allow only reviewed extensions on the organisation’s allow list, or switch them off by the managed setting isDesktopExtensionEnabled.',
  },
  {
    clientId: 'claude-desktop',
    clientName: 'Claude Desktop',
    kind: 'connector',
    name: 'Connectors of the account',
    advice: 'Review and restrict connectors in the organisation settings on claude.ai.',
  },
];

/** Remote servers in every state of a sign-in, one that a rule blocks, and what no config leads to. */
export const remoteScan = (): ScanReport => ({
  clients: [
    aClient('cursor', 'Cursor', [
      aRemote('github', 'api.githubcopilot.com'),
      aRemote('linear', 'mcp.linear.app', { transport: 'sse' }),
      aRemote('notion', 'mcp.notion.com', { routeState: 'unknown' }),
      aRemote('sentry', 'mcp.sentry.dev'),
      anEntry('shell', {
        routeState: 'blocked',
        notGovernable:
          'Your organisation’s list of denied servers names it, so Cursor does not start it.',
      }),
    ]),
    aClient('claude-code', 'Claude Code', [
      aRemote('hub', 'api.githubcopilot.com', { server: 'srv_github', connectionId: 'con_hub' }),
    ]),
  ],
  servers: [],
  ungoverned: ungoverned(),
});

/** How those stand. `expiresAt` lies an hour ahead. */
export const signIns = (): SignInView[] => [
  {
    connectionId: 'con_github',
    status: {
      state: 'needs-sign-in',
      problem: {
        code: 'needs-sign-in',
        message: 'This server needs a sign-in. Open Airlock, choose the server and then Sign in.',
      },
    },
  },
  {
    connectionId: 'con_linear',
    status: {
      state: 'signed-in',
      issuer: 'https://login.linear.app/',
      account: 'ada@example.com',
      scopes: ['read'],
      expiresAt: Date.now() + 3_600_000,
      renews: true,
    },
  },
  { connectionId: 'con_notion', status: { state: 'none' } },
  {
    connectionId: 'con_sentry',
    status: {
      state: 'problem',
      problem: {
        code: 'keychain-locked',
        message: 'The keychain is locked; unlock it and try again.',
      },
    },
  },
];

/** Thirty clients with two hundred servers: most go through Airlock, every seventh does not. */
export function largeScan(): ScanReport {
  const clients = Array.from({ length: 30 }, (_, n) => {
    const servers = Array.from({ length: n < 20 ? 7 : 6 }, (_, m) => n * 7 + m);
    return aClient(
      `client-${n}`,
      `Client ${n}`,
      servers.map((at) =>
        at % 7 === 3 && n % 3 === 0
          ? anEntry(`server-${at}`, { secrets: [{ location: 'env.TOKEN', kind: 'API key' }] })
          : anEntry(`server-${at}`, {
              protected: true,
              routeState: 'routed',
              connectionId: `con_${at}`,
            }),
      ),
    );
  });
  return { clients, servers: [] };
}
