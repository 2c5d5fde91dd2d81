// biome-ignore-all lint/suspicious/noTemplateCurlyInString: path templates, filled in by config-paths.ts
import {
  appData,
  client,
  everywhere,
  lenient,
  plainShape,
  project,
  shape,
  transports,
  user,
} from './catalogue-shapes.ts';
import type { Client, ConfigPath, VendorRules } from './client-record.ts';

const builds = ['Code', 'Code - Insiders', 'VSCodium', 'Code - OSS'];

const userFiles = (data: string): ConfigPath[] => [
  { path: `${data}/User/mcp.json`, scope: 'user' },
  { path: `${data}/User/profiles/*/mcp.json`, scope: 'profile' },
];

const codeFiles = (base: string): ConfigPath[] => [
  ...builds.flatMap((build) => userFiles(`${base}/${build}`)),
  ...builds
    .slice(0, 2)
    .map((build) => user(`${base}/${build}/User/settings.json`, { form: 'settings' })),
];

/** GitHub Copilot's managed settings, which bind the CLI, the IDE plug-ins and VS Code. */
const copilotRules: VendorRules = {
  kind: 'server-matchers',
  combine: 'all',
  paths: {
    darwin: ['${SYSTEM}/Library/Application Support/GitHubCopilot/managed-settings.json'],
    win32: ['${PROGRAMFILES}/GitHubCopilot/managed-settings.json'],
    linux: ['${SYSTEM}/etc/github-copilot/managed-settings.json'],
  },
};

const remoteHost =
  'It belongs to the remote side of an SSH, WSL or container session, which may be another machine. Install Airlock there to route it.';

/** VS Code and its builds: JSON with comments and trailing commas, one file per profile. */
export const visualStudioCode: Client = client({
  id: 'vscode',
  name: 'VS Code',
  paths: {
    darwin: codeFiles(appData.darwin),
    win32: codeFiles(appData.win32),
    linux: [
      ...codeFiles(appData.linux),
      ...userFiles('${HOME}/.var/app/com.visualstudio.code/config/Code'),
      user('${HOME}/.vscode-server/data/User/mcp.json', { seenOnly: remoteHost }),
      user('${HOME}/.vscode-server-insiders/data/User/mcp.json', { seenOnly: remoteHost }),
    ],
  },
  overrides: userFiles('${VSCODE_PORTABLE}/user-data'),
  workspace: [
    project('.vscode/mcp.json'),
    project('.vscode/settings.json', { form: 'settings' }),
    project('*.code-workspace', { form: 'code-workspace' }),
    project('.devcontainer/devcontainer.json', {
      form: 'devcontainer',
      seenOnly: 'Its servers run inside a container, where Airlock is not installed.',
    }),
    project('.mcp.json', { form: 'shared' }),
  ],
  forms: {
    settings: { lists: [{ at: ['mcp', 'servers'] }, { at: ['mcp.servers'] }] },
    'code-workspace': { lists: [{ at: ['settings', 'mcp', 'servers'] }] },
    devcontainer: { lists: [{ at: ['customizations', 'vscode', 'mcp', 'servers'] }] },
    shared: {
      format: 'json',
      tolerance: { comments: 'no', trailingCommas: 'no' },
      lists: [{ at: ['mcpServers'] }],
    },
  },
  format: 'jsonc',
  tolerance: lenient,
  lists: [{ at: ['servers'] }],
  shape: shape({
    cwd: 'cwd',
    type: transports({ http: ['http'], ws: [] }),
    looseEnv: true,
    ownAuth: ['oauth'],
    obstacles: {
      envFile:
        'It takes its environment from an env file, which this version cannot hand on to the server.',
      dev: 'It is set up for development (watch, debug), which only works when VS Code starts the server itself.',
      sandboxEnabled:
        'VS Code runs it in its own sandbox, which may keep it from reaching Airlock.',
    },
  }),
  placeholders: 'dollar-brace',
  reload: 'VS Code notices the change; confirm that you trust the server when it asks.',
  rules: [
    {
      kind: 'vscode-access',
      paths: { darwin: [], win32: [], linux: ['${SYSTEM}/etc/vscode/policy.json'] },
      domain: 'com.microsoft.VSCode',
    },
    copilotRules,
  ],
  beyond: [
    {
      kind: 'extension',
      what: 'Servers that VS Code extensions contribute',
      advice: 'Allow only reviewed extensions by the policy AllowedExtensions.',
    },
  ],
  notes: [
    'The trust question appears again after an entry changed.',
    'chat.mcp.discovery.enabled imports servers of other clients: routed ones then arrive a second time.',
    'Remote hosts (~/.vscode-server) run servers on another machine and are left out.',
    'It deletes its file when it thinks it is empty, and writes it anew with tabs and without comments.',
  ],
});

/** GitHub Copilot CLI: reads comments and loses them; drops keys it does not know; replaces links. */
export const copilotCli: Client = client({
  id: 'copilot-cli',
  name: 'GitHub Copilot CLI',
  paths: everywhere(user('${HOME}/.copilot/mcp-config.json', { readers: ['vscode'] })),
  overrides: [user('${COPILOT_HOME}/mcp-config.json', { readers: ['vscode'] })],
  workspace: [project('.mcp.json'), project('.github/mcp.json')],
  tolerance: { comments: 'yes', trailingCommas: 'unverified' },
  shape: shape({ cwd: 'cwd', type: transports({ stdio: ['local', 'stdio'] }), ownAuth: ['oauth'] }),
  placeholders: 'dollar',
  reload: 'Start a new Copilot session.',
  lock: { kind: 'file', name: '/.mcp-writer.lock', staleMs: 30_000 },
  rules: [copilotRules],
  beyond: [
    {
      kind: 'cloud',
      what: 'Servers of the Copilot cloud agent',
      advice: 'Set the MCP registry and its policy in the enterprise settings on GitHub.',
    },
  ],
  notes: ['Disabled servers are listed in ~/.copilot/settings.json, not in the entry.'],
});

const jetbrainsFiles = (base: string, ...products: string[]) =>
  products.map((product) => user(`${base}/github-copilot/${product}/mcp.json`));

/** GitHub Copilot in JetBrains IDEs, Eclipse and Xcode. */
export const copilotJetbrains: Client = client({
  id: 'copilot-jetbrains',
  name: 'GitHub Copilot for JetBrains',
  paths: {
    darwin: jetbrainsFiles('${HOME}/.config', 'intellij', 'eclipse', 'xcode'),
    win32: jetbrainsFiles('${LOCALAPPDATA}', 'intellij', 'eclipse'),
    linux: jetbrainsFiles('${XDG_CONFIG_HOME}', 'intellij', 'eclipse'),
  },
  tolerance: { comments: 'unverified', trailingCommas: 'no' },
  lists: [{ at: ['servers'] }],
  shape: shape({ headersUnverified: true }),
  reload: 'Restart the IDE.',
  rules: [copilotRules],
  notes: ['An empty file makes the IDE complain at its start.'],
});

/** Visual Studio: the same file names as other clients, with `servers` inside. */
export const visualStudio: Client = client({
  id: 'visual-studio',
  name: 'Visual Studio',
  paths: { darwin: [], win32: [user('${HOME}/.mcp.json')], linux: [] },
  workspace: [
    project('.mcp.json'),
    project('.vs/mcp.json'),
    project('.vscode/mcp.json', { form: 'vscode' }),
    project('.cursor/mcp.json', { form: 'cursor' }),
  ],
  forms: {
    vscode: { format: 'jsonc', tolerance: lenient },
    cursor: { lists: [{ at: ['mcpServers'] }], shape: plainShape },
  },
  lists: [{ at: ['servers'] }],
  placeholders: 'dollar-brace',
  reload: 'Visual Studio notices the change; restart it if the server does not reconnect.',
  rules: [copilotRules],
});

/** The registry of agents in Windows, which no file holds. */
export const windowsOdr: Client = client({
  id: 'windows-odr',
  name: 'Windows agent registry',
  paths: { darwin: [], win32: [], linux: [] },
  lists: [],
  remote: [],
  beyond: [
    {
      kind: 'database',
      what: 'Servers registered with Windows',
      paths: {
        darwin: [],
        win32: ['${LOCALAPPDATA}/Microsoft/WindowsApps/odr.exe'],
        linux: [],
      },
      advice:
        'List them with "odr.exe list" and restrict the registry by Intune or Windows Settings.',
    },
  ],
});
