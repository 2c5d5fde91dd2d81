// biome-ignore-all lint/suspicious/noTemplateCurlyInString: path templates, filled in by config-paths.ts
import {
  client,
  everywhere,
  inAppData,
  onAll,
  project,
  shape,
  strict,
  user,
} from './catalogue-shapes.ts';
import type { Client } from './client-record.ts';

/** LM Studio. */
export const lmStudio: Client = client({
  id: 'lm-studio',
  name: 'LM Studio',
  paths: everywhere('${HOME}/.lmstudio/mcp.json', '${HOME}/.cache/lm-studio/mcp.json'),
  reload: 'Save the file once in the app’s own editor, or restart LM Studio.',
  notes: ['~/.lmstudio-home-pointer may name another home.'],
});

/** JetBrains AI Assistant. */
export const jetbrainsAi: Client = client({
  id: 'jetbrains-ai',
  name: 'JetBrains AI Assistant',
  paths: everywhere('${HOME}/.ai/mcp/mcp.json'),
  workspace: [project('.ai/mcp/mcp.json')],
  shape: shape({ headersUnverified: true }),
  remote: ['http'],
  reload: 'Press Apply in Settings, Tools, AI Assistant, MCP, or restart the IDE.',
  beyond: [
    {
      kind: 'database',
      what: 'Servers added in the dialog of an older IDE',
      paths: {
        darwin: ['${HOME}/Library/Application Support/JetBrains/*/options/llm.mcpServers.xml'],
        win32: ['${APPDATA}/JetBrains/*/options/llm.mcpServers.xml'],
        linux: ['${XDG_CONFIG_HOME}/JetBrains/*/options/llm.mcpServers.xml'],
      },
      advice: 'Remove them in the IDE’s settings and add them to ~/.ai/mcp/mcp.json.',
    },
  ],
});

/** JetBrains Junie. */
export const junie: Client = client({
  id: 'junie',
  name: 'JetBrains Junie',
  paths: everywhere('${HOME}/.junie/mcp/mcp.json'),
  workspace: [project('.junie/mcp/mcp.json')],
  remote: ['http'],
  reload: 'Junie notices the change; restart the IDE if it does not.',
});

/** Witsy, ended in April 2026: a map, and a list in which arguments are one text. */
export const witsy: Client = client({
  id: 'witsy',
  name: 'Witsy',
  paths: inAppData('Witsy/settings.json'),
  tolerance: strict,
  lists: [
    { at: ['mcpServers'] },
    {
      at: ['mcp', 'servers'],
      nameIn: 'uuid',
      seenOnly:
        'Witsy keeps its arguments as one text, which cannot be taken apart with certainty. Add the server by hand under mcpServers.',
    },
  ],
  shape: shape({ disabled: { member: 'state', value: 'disabled' } }),
  disabledIn: [['mcp', 'disabledMcpServers']],
  reload: 'Witsy notices the change.',
  notes: ['On Windows it wraps the command in cmd /C by itself.'],
});

const noFile = { darwin: [], win32: [], linux: [] };

/** Cherry Studio: its servers are in a database. */
export const cherryStudio: Client = client({
  id: 'cherry-studio',
  name: 'Cherry Studio',
  paths: noFile,
  lists: [],
  beyond: [
    {
      kind: 'database',
      what: 'Servers in Cherry Studio’s database',
      paths: {
        darwin: ['${HOME}/Library/Application Support/CherryStudio'],
        win32: ['${APPDATA}/CherryStudio'],
        linux: ['${XDG_CONFIG_HOME}/CherryStudio'],
      },
      advice:
        'Have its servers replaced by Airlock’s command in Settings, MCP, or do not allow the app.',
    },
  ],
});

/** 5ire: since 0.15 in a database; its file is imported once. */
export const fiveIre: Client = client({
  id: '5ire',
  name: '5ire',
  paths: noFile,
  lists: [],
  beyond: [
    {
      kind: 'database',
      what: 'Servers in 5ire’s database',
      paths: {
        darwin: ['${HOME}/Library/Application Support/5ire'],
        win32: ['${APPDATA}/5ire'],
        linux: ['${XDG_CONFIG_HOME}/5ire'],
      },
      advice: 'Have its servers replaced by Airlock’s command in the app, or do not allow the app.',
    },
  ],
});

/** Raycast: an encrypted database; one third-party extension keeps a file. */
export const raycast: Client = client({
  id: 'raycast',
  name: 'Raycast',
  paths: {
    darwin: [
      user('${HOME}/Library/Application Support/com.raycast.macos/extensions/*/mcp-config.json'),
    ],
    win32: [],
    linux: [],
  },
  shape: shape({ headersUnverified: true }),
  beyond: [
    {
      kind: 'database',
      what: 'Servers in Raycast’s database',
      paths: {
        darwin: ['${HOME}/Library/Application Support/com.raycast.macos'],
        win32: [],
        linux: [],
      },
      advice:
        'Have its servers replaced by Airlock’s command in the app’s form, or restrict MCP for the team.',
    },
  ],
});

/** BoltAI. */
export const boltAi: Client = client({
  id: 'boltai',
  name: 'BoltAI',
  paths: { ...noFile, darwin: [user('${HOME}/.boltai/mcp.json')] },
});

/** Enconvo. */
export const enconvo: Client = client({
  id: 'enconvo',
  name: 'Enconvo',
  paths: { ...noFile, darwin: [user('${HOME}/.config/enconvo/mcp_config.json')] },
});

/** The convention of a file for all agents. */
export const agentsGeneric: Client = client({
  id: 'agents-generic',
  name: 'Shared agents file',
  paths: everywhere('${HOME}/.agents/mcp.json'),
  workspace: [project('.agents/mcp.json')],
  reload: 'Restart the agents that read it.',
  beyond: [
    {
      kind: 'plugin',
      what: 'Servers of shared agent plugins',
      paths: onAll('${HOME}/.agents/plugins/*/.mcp.json'),
      advice: 'Review installed plugins; an update writes their servers anew.',
    },
  ],
});
