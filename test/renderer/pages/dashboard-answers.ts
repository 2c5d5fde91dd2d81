import { appState, type NeededSignIn, type StateParts } from '../../../main/compose-state.ts';
import type { Grant } from '../../../shared/approval.ts';
import type { Entry } from '../../../shared/audit.ts';
import type { ScanReport } from '../../../shared/client.ts';
import { AppState } from '../../../shared/state.ts';
import { callEntries } from '../../fakes/entry.ts';
import type { Answers } from '../../fakes/page-api.ts';
import { aSession, aState } from '../../fakes/state.ts';

let revision = 0;

/** A state with headline and attention drawn from it as main does; each has a higher revision than the one before. */
export function dashboardState(
  over: Partial<StateParts> = {},
  signIns: readonly NeededSignIn[] = [],
): AppState {
  revision += 1;
  const { protection, attention, ...parts } = aState({
    trail: { chain: 'c1f0a9e2', sequence: 12_345, writable: true, problem: '' },
  });
  return AppState.parse(appState({ ...parts, ...over, revision }, signIns));
}

/** Live sessions of two clients. */
export const liveSessions = () => [
  aSession({ calls: 12, pid: 4242 }),
  aSession({
    sessionId: 'ses_2',
    connectionId: 'con_2',
    connectionName: 'github',
    clientId: 'claude-desktop',
    clientName: 'Claude Desktop',
    serverId: 'srv_2',
    serverLabel: 'https://api.githubcopilot.com/mcp/',
    calls: 3,
  }),
];

/** A day's work of two clients, newest first. */
export function aDay(): Entry[] {
  const github: Partial<Entry> = {
    agent: { id: 'claude-desktop', name: 'Claude Desktop' },
    connection: { id: 'con_2', name: 'github', sessionId: 'ses_2' },
    server: { id: 'srv_2', label: 'https://api.githubcopilot.com/mcp/' },
  };
  const rules = [
    {
      id: 'ask-writes',
      text: 'Tools that change something ask first.',
      source: 'built-in' as const,
    },
  ];
  const asked = { decision: 'ask' as const, rules, risk: 'write' };
  return [
    callEntries(1, 'list_directory'),
    callEntries(3, 'read_text_file'),
    callEntries(5, 'write_file', {
      decision: asked,
      approver: { by: 'ada', how: 'person', lookedMs: 4_200 },
      durationMs: 5_120,
    }),
    callEntries(7, 'search_issues', {}, github),
    callEntries(
      9,
      'delete_branch',
      {
        decision: { ...asked, risk: 'destroy' },
        outcome: 'denied-by-person',
        approver: { by: 'ada', how: 'person', lookedMs: 2_800 },
        findings: [
          {
            code: 'hidden-unicode',
            severity: 'high',
            place: 'arguments.note',
            message: 'A character that turns the reading direction hides what the text says.',
            owasp: 'MCP06:2025 Intent Flow Subversion',
          },
        ],
      },
      github,
    ),
    callEntries(
      11,
      'create_issue',
      {
        decision: asked,
        outcome: 'denied-by-timeout',
        approver: { by: '', how: 'timeout' },
        durationMs: 45_000,
      },
      github,
    ),
    callEntries(13, 'write_file', {
      decision: asked,
      approver: { by: 'ada', how: 'grant', grantId: 'gra_1' },
      durationMs: 41,
    }),
    callEntries(15, 'run_command', {
      decision: {
        decision: 'deny',
        rules: [{ id: 'no-shell', text: 'No tool may run a shell.', source: 'user' }],
        risk: 'execute',
      },
      outcome: 'denied-by-policy',
      durationMs: 1,
    }),
    callEntries(17, 'get_file_info', { outcome: 'tool-error', durationMs: 12 }),
    callEntries(19, 'read_text_file').slice(1),
  ]
    .flat()
    .sort((a, b) => b.sequence - a.sequence);
}

/** Two clients: one half protected, one with a file that cannot be read. */
export const aScan = (): ScanReport => ({
  clients: [
    {
      id: 'cursor',
      name: 'Cursor',
      reload:
        'Cursor notices by itself; if it does not, switch the server off and on in its settings.',
      files: [
        {
          path: '/home/ada/.cursor/mcp.json',
          scope: 'user',
          format: 'json',
          entries: [
            {
              name: 'files',
              transport: 'stdio',
              command: '/home/ada/.airlock/bin/airlock-bridge',
              args: ['con_1'],
              disabled: false,
              protected: true,
              routeState: 'routed',
              secrets: [],
              server: 'srv_1',
              connectionId: 'con_1',
            },
            {
              name: 'weather',
              transport: 'stdio',
              command: 'uvx',
              args: ['mcp-weather', '--units', 'metric'],
              disabled: false,
              protected: false,
              routeState: 'direct',
              secrets: [{ location: 'env.WEATHER_TOKEN', kind: 'API key' }],
              server: 'srv_3',
            },
            {
              name: 'design',
              transport: 'ws',
              url: 'wss://127.0.0.1:3845/mcp',
              disabled: true,
              protected: false,
              routeState: 'unknown',
              notGovernable: 'It speaks WebSocket, which Airlock cannot pass on yet.',
              secrets: [],
              server: 'srv_4',
            },
          ],
        },
      ],
    },
    {
      id: 'claude-desktop',
      name: 'Claude Desktop',
      reload: 'Quit Claude Desktop fully, then start it again.',
      files: [
        {
          path: '/home/ada/.config/Claude/claude_desktop_config.json',
          scope: 'user',
          format: 'json',
          error:
            'The file is no valid JSON (line 14, a comma too many), so Claude Desktop cannot read it either.',
          entries: [],
        },
      ],
    },
  ],
  servers: [],
});

/** A grant in force; others are made from it. */
export const aGrant = (over: Partial<Grant> = {}): Grant => ({
  id: 'gra_1',
  connectionId: 'con_1',
  connectionName: 'files',
  clientName: 'Cursor',
  serverId: 'srv_1',
  serverLabel: 'npx -y @modelcontextprotocol/server-filesystem /home/ada/reports',
  method: 'tools/call',
  tool: 'write_file',
  pin: 'a'.repeat(64),
  scope: 'tool',
  duration: 'always',
  riskLevel: 'write',
  policyHash: 'p',
  createdAt: Date.now() - 3_600_000,
  by: 'ada',
  ...over,
});

/** A main that answers what the dashboard asks when it opens. */
export const dashboardAnswers = (state: AppState, more: Answers = {}): Answers => ({
  getState: () => state,
  listActivity: ({ callId }) =>
    aDay().filter((entry) => callId === undefined || entry.callId === callId),
  listSignIns: () => [],
  scanClients: aScan,
  listGrants: () => [],
  ...more,
});
