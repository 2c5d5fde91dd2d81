// biome-ignore-all lint/suspicious/noTemplateCurlyInString: path templates, filled in by config-paths.ts
import {
  client,
  disabledShape,
  everywhere,
  inAppData,
  lenient,
  onAll,
  plainShape,
  project,
  shape,
  transports,
  user,
} from './catalogue-shapes.ts';
import type { Client } from './client-record.ts';

/**
 * Cursor. Whether it reads comments and trailing commas is not verified, and a file that only Cursor might read
 * gains nothing from our edit: so only strict JSON is rewritten, which every parser takes, and the rest is reported.
 */
export const cursor: Client = client({
  id: 'cursor',
  name: 'Cursor',
  paths: everywhere('${HOME}/.cursor/mcp.json'),
  workspace: [project('.cursor/mcp.json'), project('.mcp.json')],
  shape: shape({
    type: transports({ ignored: true, stdio: [], http: [], ws: [] }),
    ownAuth: ['auth'],
    obstacles: {
      envFile:
        'It takes its environment from an env file, which this version cannot hand on to the server.',
    },
  }),
  placeholders: 'dollar-brace',
  reload: 'Run "Reload Window" in Cursor.',
  beyond: [
    {
      kind: 'plugin',
      what: 'Servers of Cursor plugins',
      paths: onAll('${HOME}/.cursor/plugins/cache', '${HOME}/.cursor/plugins/local'),
      advice: 'Restrict servers by the MCP allow list in the team dashboard.',
    },
    {
      kind: 'extension',
      what: 'Servers that extensions register',
      advice: 'Allow only reviewed extensions by the policy AllowedExtensions.',
    },
  ],
  notes: [
    'Whether a server is enabled is kept in application storage, not in the file.',
    'A team allow list in the dashboard is not on this machine: a routed server may have to be allowed there.',
    'Documented placeholders: ${env:NAME}, ${userHome}, ${workspaceFolder}, ${workspaceFolderBasename}, ${pathSeparator}, ${/}.',
  ],
});

/** Windsurf, renamed Devin Desktop: two places, both looked at. */
export const windsurf: Client = client({
  id: 'windsurf',
  name: 'Windsurf (Devin Desktop)',
  paths: {
    darwin: [
      user('${HOME}/.config/devin/mcp_config.json'),
      user('${HOME}/.codeium/windsurf/mcp_config.json'),
      user('${HOME}/.codeium/windsurf-next/mcp_config.json'),
      user('${HOME}/.codeium/mcp_config.json'),
    ],
    win32: [
      user('${APPDATA}/devin/mcp_config.json'),
      user('${HOME}/.codeium/windsurf/mcp_config.json'),
      user('${HOME}/.codeium/mcp_config.json'),
    ],
    linux: [
      user('${HOME}/.config/devin/mcp_config.json'),
      user('${HOME}/.codeium/windsurf/mcp_config.json'),
      user('${HOME}/.codeium/mcp_config.json'),
    ],
  },
  workspace: [project('.devin/mcp_config.json'), project('.devin/mcp_config.local.json')],
  shape: disabledShape({ url: ['serverUrl', 'url'], type: transports({ ignored: true }) }),
  placeholders: 'dollar-brace',
  reload: 'Press Refresh in the MCP panel.',
  notes: [
    'A team whitelist matches command and arguments by regular expressions kept in the cloud; add the bridge there.',
  ],
});

/** Zed: settings with comments, entries of extensions among its own. */
export const zed: Client = client({
  id: 'zed',
  name: 'Zed',
  paths: {
    darwin: [user('${HOME}/.config/zed/settings.json')],
    win32: [user('${APPDATA}/Zed/settings.json')],
    linux: [
      user('${XDG_CONFIG_HOME}/zed/settings.json'),
      user('${HOME}/.var/app/dev.zed.Zed/config/zed/settings.json'),
    ],
  },
  overrides: [user('${FLATPAK_XDG_CONFIG_HOME}/zed/settings.json')],
  workspace: [project('.zed/settings.json')],
  format: 'jsonc',
  tolerance: lenient,
  lists: [{ at: ['context_servers'] }],
  shape: shape({
    type: transports({ member: 'source', ignored: true }),
    disabled: { member: 'enabled', value: false },
    ownAuth: ['oauth'],
    obstacles: {
      remote:
        'It runs on the remote side of an SSH project, where Airlock is not installed. Install Airlock there to route it.',
    },
    withoutCommand: 'It belongs to a Zed extension, which brings the command itself.',
    nested: { member: 'command', shape: { ...plainShape, command: 'path', url: [] } },
  }),
  remote: ['http'],
  reload: 'Zed notices the change.',
  beyond: [
    {
      kind: 'extension',
      what: 'Servers of Zed extensions',
      paths: {
        darwin: ['${HOME}/Library/Application Support/Zed/extensions/installed'],
        win32: ['${LOCALAPPDATA}/Zed/extensions/installed'],
        linux: ['${XDG_DATA_HOME}/zed/extensions/installed'],
      },
      advice: 'Review installed extensions; Zed has no policy for them.',
    },
  ],
  notes: ['It hands its servers on to the agents it runs, which may route them a second time.'],
});

/** Trae: a command must not hold a space. */
export const trae: Client = client({
  id: 'trae',
  name: 'Trae',
  paths: inAppData('Trae/User/mcp.json', 'Trae CN/User/mcp.json', 'Trae/mcp.json'),
  workspace: [project('.trae/mcp.json')],
  placeholders: 'dollar-brace',
  reload: 'Restart Trae if it does not notice the change.',
  commandWithoutSpaces: true,
});

/** Qoder. */
export const qoder: Client = client({
  id: 'qoder',
  name: 'Qoder',
  paths: {
    darwin: [user('${HOME}/.qoder/mcp.json')],
    win32: [user('${APPDATA}/Qoder/SharedClientCache/mcp.json'), user('${HOME}/.qoder/mcp.json')],
    linux: [user('${HOME}/.qoder/mcp.json')],
  },
  shape: shape({ headersUnverified: true }),
});

/** Kiro: IDE and CLI share a file; what installed powers bring is theirs. */
export const kiro: Client = client({
  id: 'kiro',
  name: 'Kiro',
  paths: everywhere(
    '${HOME}/.kiro/settings/mcp.json',
    '${HOME}/.kiro/agents/*.json',
    user('${HOME}/.kiro/powers/installed/*/mcp.json', {
      seenOnly: 'It belongs to an installed power, which an update would write anew.',
    }),
  ),
  workspace: [project('.kiro/settings/mcp.json'), project('.kiro/agents/*.json')],
  lists: [
    { at: ['mcpServers'] },
    {
      at: ['powers', 'mcpServers'],
      seenOnly: 'It belongs to an installed power, which an update would write anew.',
    },
  ],
  shape: disabledShape(),
  placeholders: 'dollar-brace',
  reload: 'Kiro reconnects when the file is saved.',
  notes: ['The organisation can switch MCP off or set a registry in the Kiro console.'],
});
