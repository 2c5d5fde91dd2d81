// biome-ignore-all lint/suspicious/noTemplateCurlyInString: path templates, filled in by config-paths.ts
import type { Client } from './client-record.ts';

const types = {
  member: 'type',
  ignored: false,
  stdio: ['stdio'],
  http: ['http', 'streamable-http'],
  sse: ['sse'],
  ws: ['ws'],
} as const;

/** Claude Desktop: strict JSON, started servers only, and a running app that writes its stale copy back. */
export const claudeDesktop: Client = {
  id: 'claude-desktop',
  name: 'Claude Desktop',
  paths: {
    darwin: [
      {
        path: '${HOME}/Library/Application Support/Claude/claude_desktop_config.json',
        scope: 'user',
      },
    ],
    win32: [
      {
        path: '${LOCALAPPDATA}/Packages/Claude_*/LocalCache/Roaming/Claude/claude_desktop_config.json',
        scope: 'user',
      },
      { path: '${APPDATA}/Claude/claude_desktop_config.json', scope: 'user' },
    ],
    linux: [{ path: '${XDG_CONFIG_HOME}/Claude/claude_desktop_config.json', scope: 'user' }],
  },
  overrides: [],
  format: 'json',
  tolerance: { comments: 'no', trailingCommas: 'no' },
  whenUnreadable: 'Claude Desktop would not load it either.',
  lists: [{ at: ['mcpServers'] }],
  shape: {
    command: 'command',
    args: 'args',
    env: 'env',
    url: ['url'],
    headers: 'headers',
    type: types,
    looseEnv: false,
    obstacles: {},
  },
  placeholders: 'none',
  remote: [],
  reload: 'Quit Claude Desktop fully, then start it again.',
  appMustBeQuit: true,
  notes: [
    'The MSIX installer redirects %APPDATA%; both places may exist, and only one is read by the app.',
    'Desktop extensions (DXT, MCPB) and account connectors are in no file that can be rewritten.',
    'With the managed key isLocalDevMcpEnabled=false the file is ignored.',
  ],
};

/** Claude Code: strict JSON, in a file every session rewrites; a comment makes it reset the whole file. */
export const claudeCode: Client = {
  id: 'claude-code',
  name: 'Claude Code',
  paths: {
    darwin: [{ path: '${HOME}/.claude.json', scope: 'user' }],
    win32: [{ path: '${HOME}/.claude.json', scope: 'user' }],
    linux: [{ path: '${HOME}/.claude.json', scope: 'user' }],
  },
  overrides: [{ path: '${CLAUDE_CONFIG_DIR}/.claude.json', scope: 'user' }],
  format: 'json',
  tolerance: { comments: 'no', trailingCommas: 'no' },
  whenUnreadable: 'Claude Code resets a file it cannot read, so repair it before its next start.',
  lists: [
    { at: ['mcpServers'] },
    {
      at: ['projects', '*', 'mcpServers'],
      seenOnly:
        'It belongs to one project folder; this version routes only the servers that are set up for the whole user.',
    },
  ],
  shape: {
    command: 'command',
    args: 'args',
    env: 'env',
    url: ['url'],
    headers: 'headers',
    type: types,
    looseEnv: false,
    obstacles: {},
  },
  nameRule: '^[A-Za-z0-9_-]+$',
  placeholders: 'dollar-brace',
  remote: ['http', 'sse', 'ws'],
  reload: 'Start a new Claude Code session.',
  appMustBeQuit: false,
  notes: [
    'Tool names are mcp__<server>__<tool>: permissions and hooks hang on the key.',
    'Reserved names: workspace, claude-in-chrome, computer-use, Claude Preview, Claude Browser.',
    'Disabled servers are listed under projects[dir].disabledMcpServers, not in the entry.',
    'Backups under ~/.claude/backups hold copies from before and after a rewrite.',
  ],
};
