// biome-ignore-all lint/suspicious/noTemplateCurlyInString: path templates, filled in by config-paths.ts
import type { Client, ConfigPath } from './client-record.ts';

/**
 * Cursor. Whether it reads comments and trailing commas is not verified, and a file that only Cursor might read
 * gains nothing from our edit: so only strict JSON is rewritten, which every parser takes, and the rest is reported.
 */
export const cursor: Client = {
  id: 'cursor',
  name: 'Cursor',
  paths: {
    darwin: [{ path: '${HOME}/.cursor/mcp.json', scope: 'user' }],
    win32: [{ path: '${HOME}/.cursor/mcp.json', scope: 'user' }],
    linux: [{ path: '${HOME}/.cursor/mcp.json', scope: 'user' }],
  },
  overrides: [],
  format: 'json',
  tolerance: { comments: 'unverified', trailingCommas: 'unverified' },
  whenUnreadable: 'Cursor would not load it either.',
  lists: [{ at: ['mcpServers'] }],
  shape: {
    command: 'command',
    args: 'args',
    env: 'env',
    url: ['url'],
    headers: 'headers',
    type: { member: 'type', ignored: true, stdio: [], http: [], sse: ['sse'], ws: [] },
    looseEnv: false,
    obstacles: {
      envFile:
        'It takes its environment from an env file, which this version cannot hand on to the server.',
    },
  },
  placeholders: 'dollar-brace',
  remote: ['http', 'sse'],
  reload: 'Run "Reload Window" in Cursor.',
  appMustBeQuit: false,
  notes: [
    'Whether a server is enabled is kept in application storage, not in the file.',
    'Documented placeholders: ${env:NAME}, ${userHome}, ${workspaceFolder}, ${workspaceFolderBasename}, ${pathSeparator}, ${/}.',
  ],
};

const builds = ['Code', 'Code - Insiders', 'VSCodium', 'Code - OSS'];

const userFiles = (data: string): ConfigPath[] => [
  { path: `${data}/User/mcp.json`, scope: 'user' },
  { path: `${data}/User/profiles/*/mcp.json`, scope: 'profile' },
];

/** VS Code and its builds: JSON with comments and trailing commas, one file per profile. */
export const visualStudioCode: Client = {
  id: 'vscode',
  name: 'VS Code',
  paths: {
    darwin: builds.flatMap((build) => userFiles(`\${HOME}/Library/Application Support/${build}`)),
    win32: builds.flatMap((build) => userFiles(`\${APPDATA}/${build}`)),
    linux: [
      ...builds.flatMap((build) => userFiles(`\${XDG_CONFIG_HOME}/${build}`)),
      ...userFiles('${HOME}/.var/app/com.visualstudio.code/config/Code'),
    ],
  },
  overrides: userFiles('${VSCODE_PORTABLE}/user-data'),
  format: 'jsonc',
  tolerance: { comments: 'yes', trailingCommas: 'yes' },
  whenUnreadable: 'VS Code would not load it either.',
  lists: [{ at: ['servers'] }],
  shape: {
    command: 'command',
    args: 'args',
    env: 'env',
    cwd: 'cwd',
    url: ['url'],
    headers: 'headers',
    type: {
      member: 'type',
      ignored: false,
      stdio: ['stdio'],
      http: ['http'],
      sse: ['sse'],
      ws: [],
    },
    looseEnv: true,
    obstacles: {
      envFile:
        'It takes its environment from an env file, which this version cannot hand on to the server.',
      dev: 'It is set up for development (watch, debug), which only works when VS Code starts the server itself.',
      sandboxEnabled:
        'VS Code runs it in its own sandbox, which may keep it from reaching Airlock.',
    },
  },
  placeholders: 'dollar-brace',
  remote: ['http', 'sse'],
  reload: 'VS Code notices the change; confirm that you trust the server when it asks.',
  appMustBeQuit: false,
  notes: [
    'The trust question appears again after an entry changed.',
    'chat.mcp.discovery.enabled imports servers of other clients: routed ones then arrive a second time.',
    'Remote hosts (~/.vscode-server) run servers on another machine and are left out.',
    'Older builds kept servers under mcp.servers in settings.json; that file is not read.',
  ],
};
