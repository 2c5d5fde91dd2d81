// biome-ignore-all lint/suspicious/noTemplateCurlyInString: path templates, filled in by config-paths.ts

import {
  client,
  managed,
  onAll,
  project,
  shape,
  strict,
  transports,
  user,
} from './catalogue-shapes.ts';
import type { Client } from './client-record.ts';

const types = transports({ http: ['http', 'streamable-http'], ws: ['ws'] });

/** Claude Desktop: strict JSON, started servers only, and a running app that writes its stale copy back. */
export const claudeDesktop: Client = client({
  id: 'claude-desktop',
  name: 'Claude Desktop',
  paths: {
    darwin: [
      user('${HOME}/Library/Application Support/Claude/claude_desktop_config.json'),
      user('${HOME}/Library/Application Support/Claude-3p/claude_desktop_config.json'),
    ],
    win32: [
      user(
        '${LOCALAPPDATA}/Packages/Claude_*/LocalCache/Roaming/Claude/claude_desktop_config.json',
      ),
      user('${APPDATA}/Claude/claude_desktop_config.json'),
      user('${LOCALAPPDATA}/Claude-3p/claude_desktop_config.json'),
    ],
    linux: [user('${XDG_CONFIG_HOME}/Claude/claude_desktop_config.json')],
  },
  tolerance: strict,
  shape: shape({ type: types }),
  remote: [],
  reload: 'Quit Claude Desktop fully, then start it again.',
  appMustBeQuit: true,
  rules: [{ kind: 'desktop-policy', domain: 'com.anthropic.claudefordesktop' }],
  beyond: [
    {
      kind: 'extension',
      what: 'Desktop extension (MCPB, DXT)',
      paths: {
        darwin: ['${HOME}/Library/Application Support/Claude/Claude Extensions/*'],
        win32: [
          '${LOCALAPPDATA}/Packages/Claude_*/LocalCache/Roaming/Claude/Claude Extensions/*',
          '${APPDATA}/Claude/Claude Extensions/*',
        ],
        linux: ['${XDG_CONFIG_HOME}/Claude/Claude Extensions/*'],
      },
      advice:
        'Allow only reviewed extensions on the organisation’s allow list, or switch them off by the managed setting isDesktopExtensionEnabled.',
    },
    {
      kind: 'connector',
      what: 'Connectors of the account',
      advice: 'Review and restrict connectors in the organisation settings on claude.ai.',
    },
  ],
  notes: [
    'The MSIX installer redirects %APPDATA%; both places may exist, and only one is read by the app.',
    'The file also carries preferences and globalShortcut.',
    'With the managed key isLocalDevMcpEnabled=false the file is ignored.',
    'Its Code tab hands these servers to Claude Code, where they win over the same names.',
  ],
});

const managedFolder = {
  darwin: '${SYSTEM}/Library/Application Support/ClaudeCode',
  win32: '${PROGRAMFILES}/ClaudeCode',
  linux: '${SYSTEM}/etc/claude-code',
};
const settingsIn = (folder: string) => [
  `${folder}/managed-settings.json`,
  `${folder}/managed-settings.d/*.json`,
  '${HOME}/.claude/settings.json',
];
const own = (folder: string) => [
  user('${HOME}/.claude.json', { readers: ['warp'] }),
  managed(`${folder}/managed-mcp.json`),
];

/** Claude Code: strict JSON, in a file every session rewrites; a comment makes it reset the whole file. */
export const claudeCode: Client = client({
  id: 'claude-code',
  name: 'Claude Code',
  paths: {
    darwin: own(managedFolder.darwin),
    win32: own(managedFolder.win32),
    linux: own(managedFolder.linux),
  },
  overrides: [user('${CLAUDE_CONFIG_DIR}/.claude.json')],
  workspace: [project('.mcp.json')],
  tolerance: strict,
  whenUnreadable: 'Claude Code resets a file it cannot read, so repair it before its next start.',
  lists: [{ at: ['mcpServers'] }, { at: ['projects', '*', 'mcpServers'], perFolder: true }],
  shape: shape({ type: types, ownAuth: ['oauth', 'headersHelper'] }),
  nameRule: '^[A-Za-z0-9_-]+$',
  placeholders: 'dollar-brace',
  remote: ['http', 'sse', 'ws'],
  reload: 'Start a new Claude Code session.',
  rules: [
    {
      kind: 'exclusive-file',
      paths: {
        darwin: [`${managedFolder.darwin}/managed-mcp.json`],
        win32: [`${managedFolder.win32}/managed-mcp.json`],
        linux: [`${managedFolder.linux}/managed-mcp.json`],
      },
    },
    {
      kind: 'server-matchers',
      paths: {
        darwin: settingsIn(managedFolder.darwin),
        win32: settingsIn(managedFolder.win32),
        linux: settingsIn(managedFolder.linux),
      },
      domain: 'com.anthropic.claudecode',
    },
  ],
  beyond: [
    {
      kind: 'plugin',
      what: 'Servers of Claude Code plugins',
      paths: onAll('${HOME}/.claude/plugins/cache', '${HOME}/.claude/plugins/repos'),
      advice:
        'Restrict plugin sources by the managed setting strictKnownMarketplaces, or deny their servers by deniedMcpServers.',
    },
    {
      kind: 'connector',
      what: 'claude.ai connectors',
      advice: 'Switch them off by the managed setting disableClaudeAiConnectors.',
    },
    {
      kind: 'command-line',
      what: 'Servers given by --mcp-config, by the SDK or in an agent’s front matter',
      advice: 'Set allowedMcpServers in managed-settings.json, which also binds these.',
    },
  ],
  notes: [
    'Tool names are mcp__<server>__<tool>: permissions and hooks hang on the key.',
    'Reserved names: workspace, claude-in-chrome, computer-use, Claude Preview, Claude Browser.',
    'Disabled servers are listed under projects[dir].disabledMcpServers, not in the entry.',
    'A remote entry without a type is skipped by the client.',
    'Backups under ~/.claude/backups hold copies from before and after a rewrite.',
  ],
});
