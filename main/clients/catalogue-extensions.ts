// biome-ignore-all lint/suspicious/noTemplateCurlyInString: path templates, filled in by config-paths.ts
import {
  client,
  disabledShape,
  everywhere,
  extensionFiles,
  inAppData,
  joined,
  lenient,
  onAll,
  plainShape,
  project,
  shape,
  strict,
  transports,
  user,
} from './catalogue-shapes.ts';
import type { Client, EntryShape } from './client-record.ts';

const clineTypes = transports({
  http: ['streamableHttp', 'streamable-http', 'http'],
  ws: [],
  remoteDefault: 'sse',
});

/** Cline: one file for editors and CLI; current versions nest the transport; one bad entry can cost the whole file. */
export const cline: Client = client({
  id: 'cline',
  name: 'Cline',
  paths: joined(
    everywhere('${HOME}/.cline/data/settings/cline_mcp_settings.json'),
    inAppData(...extensionFiles('saoudrizwan.claude-dev', 'cline_mcp_settings.json')),
  ),
  overrides: [
    user('${CLINE_MCP_SETTINGS_PATH}'),
    user('${CLINE_DATA_DIR}/settings/cline_mcp_settings.json'),
    user('${CLINE_DIR}/data/settings/cline_mcp_settings.json'),
  ],
  tolerance: strict,
  whenUnreadable: 'Cline would load no server at all.',
  badEntry: 'Cline may load no server at all while it is there.',
  shape: disabledShape({
    cwd: 'cwd',
    type: clineTypes,
    nested: { member: 'transport', shape: shape({ cwd: 'cwd', type: clineTypes }) },
  }),
  placeholders: 'dollar-brace',
  reload: 'Cline notices the change.',
  lock: { kind: 'folder', name: '.lock', staleMs: 10_000 },
  beyond: [
    {
      kind: 'cloud',
      what: 'Servers of the Cline enterprise configuration',
      advice: 'Review remoteMCPServers in the remote configuration of the organisation.',
    },
  ],
  notes: ['The file in the editor’s storage is migrated once and then ignored.'],
});

/** Roo Code, ended in May 2026. */
export const rooCode: Client = client({
  id: 'roo-code',
  name: 'Roo Code',
  paths: inAppData(...extensionFiles('rooveterinaryinc.roo-cline', 'mcp_settings.json')),
  workspace: [project('.roo/mcp.json')],
  tolerance: strict,
  shape: disabledShape({
    cwd: 'cwd',
    type: transports({ http: ['streamable-http'], ws: [] }),
  }),
  placeholders: 'dollar-brace',
  reload: 'Roo Code notices the change.',
  notes: ['The VS Code setting roo-cline.customStoragePath moves its files.'],
});

/** An entry with command and arguments in one list, as opencode and Kilo Code write it. */
export const argvShape: EntryShape = {
  ...plainShape,
  commandForm: 'argv',
  env: 'environment',
  cwd: 'cwd',
  type: transports({ stdio: ['local'], http: ['remote'], sse: [], ws: [] }),
  disabled: { member: 'enabled', value: false },
  withoutCommand: 'It only overrides an entry of another file.',
};

const oldKilo = {
  format: 'json',
  tolerance: strict,
  lists: [{ at: ['mcpServers'] }],
  shape: disabledShape({ type: transports({ http: ['streamable-http'] }) }),
  placeholders: 'dollar-brace',
} as const;

/** Kilo Code: like opencode since its rewrite. */
export const kiloCode: Client = client({
  id: 'kilo-code',
  name: 'Kilo Code',
  paths: joined(
    everywhere(
      '${XDG_CONFIG_HOME}/kilo/kilo.json',
      '${XDG_CONFIG_HOME}/kilo/kilo.jsonc',
      user('${HOME}/.kilocode/cli/global/settings/mcp_settings.json', { form: 'old' }),
    ),
    {
      darwin: kiloStorage('${HOME}/Library/Application Support'),
      win32: kiloStorage('${APPDATA}'),
      linux: kiloStorage('${XDG_CONFIG_HOME}'),
    },
  ),
  workspace: [
    project('kilo.json'),
    project('kilo.jsonc'),
    project('.kilo/kilo.json'),
    project('.kilocode/mcp.json', { form: 'old' }),
  ],
  forms: { old: oldKilo },
  format: 'jsonc',
  tolerance: lenient,
  lists: [{ at: ['mcp'] }],
  shape: argvShape,
  placeholders: 'curly',
});

function kiloStorage(base: string) {
  return [
    user(`${base}/Code/User/globalStorage/kilocode.kilo-code/settings/mcp_settings.json`, {
      form: 'old',
    }),
  ];
}

/** An entry of Continue: in a list, with its headers deeper down. */
const continueShape = shape({
  cwd: 'cwd',
  headers: ['requestOptions', 'headers'],
  type: transports({ http: ['streamable-http', 'http'] }),
  obstacles: {
    apiKey: 'Its key stands outside of its headers, where Airlock cannot take it over.',
  },
});

/** Continue: YAML with its servers in a list, and JSON files as other clients write them. */
export const continueDev: Client = client({
  id: 'continue',
  name: 'Continue',
  paths: everywhere(
    '${HOME}/.continue/config.yaml',
    '${HOME}/.continue/mcpServers/*.yaml',
    '${HOME}/.continue/mcpServers/*.yml',
    user('${HOME}/.continue/mcpServers/*.json', { form: 'json' }),
    user('${HOME}/.continue/config.json', { form: 'json' }),
  ),
  overrides: [
    user('${CONTINUE_GLOBAL_DIR}/config.yaml'),
    user('${CONTINUE_GLOBAL_DIR}/mcpServers/*.yaml'),
    user('${CONTINUE_GLOBAL_DIR}/mcpServers/*.yml'),
    user('${CONTINUE_GLOBAL_DIR}/mcpServers/*.json', { form: 'json' }),
  ],
  workspace: [
    project('.continue/mcpServers/*.yaml'),
    project('.continue/mcpServers/*.yml'),
    project('.continue/mcpServers/*.json', { form: 'json' }),
  ],
  forms: {
    json: {
      format: 'json',
      tolerance: { comments: 'unverified', trailingCommas: 'unverified' },
      lists: [{ at: ['mcpServers'] }, { at: ['mcpServers'], nameIn: 'name', shape: continueShape }],
      shape: plainShape,
    },
  },
  format: 'yaml',
  tolerance: { comments: 'yes', trailingCommas: 'yes' },
  lists: [{ at: ['mcpServers'], nameIn: 'name' }],
  shape: continueShape,
  placeholders: 'double-curly',
  reload: 'Continue notices the change; reload the window if it does not.',
  beyond: [
    {
      kind: 'cloud',
      what: 'Servers of hub configurations',
      paths: onAll('${HOME}/.continue/.configs'),
      advice: 'Review the organisation’s configurations on the Continue hub.',
    },
  ],
});
