// biome-ignore-all lint/suspicious/noTemplateCurlyInString: path templates, filled in by config-paths.ts
import {
  client,
  commented,
  disabledShape,
  everywhere,
  managed,
  onAll,
  project,
  shape,
  transports,
  user,
} from './catalogue-shapes.ts';
import type { Client, Platform } from './client-record.ts';

/** Where Gemini CLI and its fork keep the settings of the whole system. */
const system = (product: string, mac: string): Record<Platform, string> => ({
  darwin: `\${SYSTEM}/Library/Application Support/${mac}`,
  win32: `\${PROGRAMDATA}/${product}`,
  linux: `\${SYSTEM}/etc/${product}`,
});
const gemini = system('gemini-cli', 'GeminiCli');
const qwen = system('qwen-code', 'QwenCode');

const geminiFiles = (folder: string) => [
  user('${HOME}/.gemini/settings.json'),
  managed(`${folder}/settings.json`),
  managed(`${folder}/system-defaults.json`),
];

const bothLists = (folders: Record<Platform, string>) => ({
  darwin: [`${folders.darwin}/settings.json`, `${folders.darwin}/system-defaults.json`],
  win32: [`${folders.win32}/settings.json`, `${folders.win32}/system-defaults.json`],
  linux: [`${folders.linux}/settings.json`, `${folders.linux}/system-defaults.json`],
});

/** Gemini CLI: comments but no trailing comma; warns of keys it does not know. */
export const geminiCli: Client = client({
  id: 'gemini-cli',
  name: 'Gemini CLI',
  paths: {
    darwin: geminiFiles(gemini.darwin),
    win32: geminiFiles(gemini.win32),
    linux: geminiFiles(gemini.linux),
  },
  overrides: [
    user('${GEMINI_CLI_HOME}/.gemini/settings.json'),
    managed('${GEMINI_CLI_SYSTEM_SETTINGS_PATH}'),
    managed('${GEMINI_CLI_SYSTEM_DEFAULTS_PATH}'),
  ],
  workspace: [project('.gemini/settings.json')],
  format: 'jsonc',
  tolerance: commented,
  whenUnreadable: 'Gemini CLI would not start with it.',
  shape: shape({
    cwd: 'cwd',
    url: ['httpUrl', 'url'],
    ownAuth: ['oauth', 'authProviderType'],
  }),
  placeholders: 'percent',
  disabledIn: [['mcp', 'excluded']],
  reload: 'Restart Gemini CLI.',
  rules: [{ kind: 'name-lists', paths: bothLists(gemini) }],
  beyond: [
    {
      kind: 'extension',
      what: 'Gemini CLI extension',
      paths: onAll('${HOME}/.gemini/extensions/*'),
      advice:
        'Switch extensions off by the admin controls, or list allowed servers in mcp.allowed.',
    },
    {
      kind: 'cloud',
      what: 'Servers of the admin controls',
      advice:
        'An admin allow list replaces command and URL of allowed names, which leads around Airlock: register Airlock’s address there.',
    },
  ],
  notes: [
    'OAuth tokens are kept by server name; enablement also in ~/.gemini/mcp-server-enablement.json.',
    'Variables that look like secrets reach a server only when its env names them.',
  ],
});

/** Qwen Code, a fork: `httpUrl` is HTTP and `url` is SSE; a trailing comma makes it start afresh. */
export const qwenCode: Client = client({
  id: 'qwen-code',
  name: 'Qwen Code',
  paths: {
    darwin: [user('${HOME}/.qwen/settings.json'), managed(`${qwen.darwin}/settings.json`)],
    win32: [user('${HOME}/.qwen/settings.json'), managed(`${qwen.win32}/settings.json`)],
    linux: [user('${HOME}/.qwen/settings.json'), managed(`${qwen.linux}/settings.json`)],
  },
  overrides: [
    user('${QWEN_HOME}/settings.json'),
    managed('${QWEN_CODE_SYSTEM_SETTINGS_PATH}'),
    managed('${QWEN_CODE_SYSTEM_DEFAULTS_PATH}'),
  ],
  workspace: [project('.qwen/settings.json')],
  format: 'jsonc',
  tolerance: commented,
  whenUnreadable: 'Qwen Code sets a file aside that it cannot read, and starts with an empty one.',
  shape: shape({
    cwd: 'cwd',
    url: ['httpUrl', 'url'],
    sseUrl: 'url',
    type: transports({ ignored: true }),
  }),
  placeholders: 'dollar',
  disabledIn: [['mcp', 'excluded']],
  reload: 'Restart Qwen Code.',
  rules: [{ kind: 'name-lists', paths: bothLists(qwen) }],
  beyond: [
    {
      kind: 'extension',
      what: 'Qwen Code extension',
      paths: onAll('${HOME}/.qwen/extensions/*'),
      advice: 'List allowed servers in mcp.allowed of the system settings.',
    },
  ],
});

/** Antigravity: IDE and CLI share a file. */
export const antigravity: Client = client({
  id: 'antigravity',
  name: 'Google Antigravity',
  paths: everywhere(
    '${HOME}/.gemini/config/mcp_config.json',
    '${HOME}/.gemini/antigravity/mcp_config.json',
  ),
  workspace: [project('.agents/mcp_config.json')],
  shape: disabledShape({ url: ['serverUrl', 'url'] }),
  remote: ['http'],
  reload: 'Press Refresh under Manage MCP Servers.',
  beyond: [
    {
      kind: 'plugin',
      what: 'Antigravity plugin',
      paths: onAll('${HOME}/.gemini/config/plugins/*'),
      advice: 'Set the MCP allow list of the organisation in the Cloud console.',
    },
  ],
});
