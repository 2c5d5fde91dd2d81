// biome-ignore-all lint/suspicious/noTemplateCurlyInString: path templates, filled in by config-paths.ts
import { argvShape } from './catalogue-extensions.ts';
import {
  client,
  disabledShape,
  everywhere,
  joined,
  lenient,
  managed,
  project,
  shape,
  strict,
  transports,
  user,
} from './catalogue-shapes.ts';
import type { Client } from './client-record.ts';

const opencodeManaged = (folder: string) => [
  managed(`${folder}/opencode.json`),
  managed(`${folder}/opencode.jsonc`),
];

/** opencode: placeholders are replaced in the whole text before it is parsed. */
export const opencode: Client = client({
  id: 'opencode',
  name: 'opencode',
  paths: joined(
    everywhere(
      '${XDG_CONFIG_HOME}/opencode/opencode.jsonc',
      '${XDG_CONFIG_HOME}/opencode/opencode.json',
      '${XDG_CONFIG_HOME}/opencode/config.json',
      '${HOME}/.opencode/opencode.json',
    ),
    {
      darwin: opencodeManaged('${SYSTEM}/Library/Application Support/opencode'),
      win32: opencodeManaged('${PROGRAMDATA}/opencode'),
      linux: opencodeManaged('${SYSTEM}/etc/opencode'),
    },
  ),
  overrides: [
    user('${OPENCODE_CONFIG}'),
    user('${OPENCODE_CONFIG_DIR}/opencode.jsonc'),
    user('${OPENCODE_CONFIG_DIR}/opencode.json'),
  ],
  workspace: [
    project('opencode.json'),
    project('opencode.jsonc'),
    project('.opencode/opencode.json'),
  ],
  format: 'jsonc',
  tolerance: lenient,
  whenUnreadable: 'opencode would not start with it.',
  lists: [{ at: ['mcp'] }],
  shape: argvShape,
  placeholders: 'curly',
  beyond: [
    {
      kind: 'command-line',
      what: 'Servers in OPENCODE_CONFIG_CONTENT',
      advice: 'Set the servers in the managed opencode.json, which wins over the variable.',
    },
    {
      kind: 'cloud',
      what: 'Servers that the organisation gives at /.well-known/opencode',
      advice: 'Name Airlock’s command in that document instead of the servers.',
    },
  ],
});

const crushSystem = managed('${SYSTEM}/etc/crush/crush.json');

/** Crush: values run through a shell; two user files. */
export const crush: Client = client({
  id: 'crush',
  name: 'Crush',
  paths: {
    darwin: [
      user('${XDG_CONFIG_HOME}/crush/crush.json'),
      user('${XDG_DATA_HOME}/crush/crush.json'),
      crushSystem,
    ],
    win32: [user('${XDG_CONFIG_HOME}/crush/crush.json'), user('${LOCALAPPDATA}/crush/crush.json')],
    linux: [
      user('${XDG_CONFIG_HOME}/crush/crush.json'),
      user('${XDG_DATA_HOME}/crush/crush.json'),
      crushSystem,
    ],
  },
  overrides: [user('${CRUSH_GLOBAL_CONFIG}/crush.json'), user('${CRUSH_GLOBAL_DATA}/crush.json')],
  workspace: [project('.crush.json'), project('crush.json')],
  lists: [{ at: ['mcp'] }],
  shape: disabledShape(),
  placeholders: 'shell',
  beyond: [
    {
      kind: 'command-line',
      what: 'Servers that a crushrc script adds',
      paths: {
        darwin: ['${XDG_CONFIG_HOME}/crush/crushrc'],
        win32: [],
        linux: ['${XDG_CONFIG_HOME}/crush/crushrc'],
      },
      advice: 'Review the script; Airlock does not change programs.',
    },
  ],
});

/** Warp: also starts servers of other clients' files by itself. */
export const warp: Client = client({
  id: 'warp',
  name: 'Warp',
  paths: everywhere('${HOME}/.warp/.mcp.json'),
  workspace: [project('.warp/.mcp.json')],
  shape: shape({ cwd: 'working_directory' }),
  placeholders: 'dollar-brace',
  reload: 'Warp notices the change; restart the server in its settings if it does not.',
  beyond: [
    {
      kind: 'database',
      what: 'Servers added in Warp’s own settings',
      advice: 'Restrict them in the team’s admin panel.',
    },
  ],
  notes: ['It also reads the files of Claude Code and Codex: those are routed there.'],
});

const ampSettings = ['settings.json', 'settings.jsonc'];
const ampManaged = {
  darwin: '${SYSTEM}/Library/Application Support/ampcode/managed-settings.json',
  win32: '${PROGRAMDATA}/ampcode/managed-settings.json',
  linux: '${SYSTEM}/etc/ampcode/managed-settings.json',
};
const ampFiles = (folder: string, system: string) => [
  ...ampSettings.map((file) => user(`${folder}/${file}`)),
  managed(system),
];

/** Amp: the dot is a part of its key; permission rules look at command and arguments. */
export const amp: Client = client({
  id: 'amp',
  name: 'Amp',
  paths: {
    darwin: ampFiles('${XDG_CONFIG_HOME}/amp', ampManaged.darwin),
    win32: [
      ...ampFiles('${HOME}/.config/amp', ampManaged.win32),
      user('${APPDATA}/amp/settings.json'),
    ],
    linux: ampFiles('${XDG_CONFIG_HOME}/amp', ampManaged.linux),
  },
  workspace: [project('.amp/settings.json')],
  format: 'jsonc',
  tolerance: lenient,
  lists: [{ at: ['amp.mcpServers'] }],
  shape: disabledShape(),
  placeholders: 'dollar-brace',
  reload:
    'Start a new Amp session; a server of a project has to be approved again (amp mcp approve).',
  rules: [
    {
      kind: 'amp-permissions',
      paths: {
        darwin: [
          ampManaged.darwin,
          ...ampSettings.map((file) => `\${XDG_CONFIG_HOME}/amp/${file}`),
        ],
        win32: [ampManaged.win32, ...ampSettings.map((file) => `\${HOME}/.config/amp/${file}`)],
        linux: [ampManaged.linux, ...ampSettings.map((file) => `\${XDG_CONFIG_HOME}/amp/${file}`)],
      },
    },
  ],
  beyond: [
    {
      kind: 'cloud',
      what: 'Servers of the account on ampcode.com',
      advice: 'Set the registry allow list of the workspace on ampcode.com.',
    },
  ],
});

const droidManaged = {
  darwin: ['${SYSTEM}/Library/Application Support/Factory/settings.json'],
  win32: ['${PROGRAMDATA}/Factory/settings.json'],
  linux: ['${SYSTEM}/etc/factory/settings.json'],
};

/** Factory Droid: toggling a project server copies its entry into the user's file, also one that leads to us. */
export const factoryDroid: Client = client({
  id: 'factory-droid',
  name: 'Factory Droid',
  paths: everywhere('${HOME}/.factory/mcp.json'),
  workspace: [project('.factory/mcp.json')],
  shape: disabledShape({ ownAuth: ['oauth'] }),
  placeholders: 'dollar-brace',
  reload: 'Droid notices the change.',
  rules: [{ kind: 'factory-policy', paths: droidManaged }],
});

/** Amazon Q: agents may hold servers of their own. */
export const amazonQ: Client = client({
  id: 'amazon-q',
  name: 'Amazon Q Developer',
  paths: everywhere(
    '${HOME}/.aws/amazonq/mcp.json',
    '${HOME}/.aws/amazonq/cli-agents/*.json',
    '${HOME}/.aws/amazonq/agents/*.json',
  ),
  workspace: [project('.amazonq/mcp.json'), project('.amazonq/cli-agents/*.json')],
  tolerance: strict,
  shape: disabledShape({ type: transports({ http: ['http'], sse: [], ws: [] }) }),
  placeholders: 'dollar-brace',
  remote: ['http'],
  reload: 'Start a new Amazon Q session.',
  notes: ['The console can switch MCP off or set a registry; the client enforces it.'],
});
