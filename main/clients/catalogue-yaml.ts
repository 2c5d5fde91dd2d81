// biome-ignore-all lint/suspicious/noTemplateCurlyInString: path templates, filled in by config-paths.ts
import { client, everywhere, onAll, project, shape, transports, user } from './catalogue-shapes.ts';
import type { Client } from './client-record.ts';

const builtIn = 'It is a part of Goose itself, which starts no other program for it.';

/** Goose: YAML with its own names; extensions of other kinds among the servers. */
export const goose: Client = client({
  id: 'goose',
  name: 'Goose',
  paths: {
    darwin: [user('${XDG_CONFIG_HOME}/goose/config.yaml')],
    win32: [user('${APPDATA}/Block/goose/config/config.yaml')],
    linux: [user('${XDG_CONFIG_HOME}/goose/config.yaml')],
  },
  overrides: [user('${GOOSE_PATH_ROOT}/config/config.yaml')],
  workspace: [project('.goose/config.yaml')],
  format: 'yaml',
  tolerance: { comments: 'yes', trailingCommas: 'yes' },
  lists: [{ at: ['extensions'] }],
  shape: shape({
    command: 'cmd',
    env: 'envs',
    envNames: 'env_keys',
    url: ['uri'],
    type: transports({
      http: ['streamable_http'],
      sse: ['sse'],
      ws: [],
      foreign: {
        builtin: builtIn,
        platform: builtIn,
        frontend: builtIn,
        inline_python: 'Goose runs its Python code itself, so no server is started.',
      },
    }),
    disabled: { member: 'enabled', value: false },
  }),
  remote: ['http'],
  reload: 'Start a new Goose session.',
  rules: [{ kind: 'goose-allowlist' }],
  beyond: [
    {
      kind: 'plugin',
      what: 'Servers of agent plugins',
      paths: onAll('${HOME}/.agents/plugins/*/.mcp.json'),
      advice: 'Review installed plugins; an update writes their servers anew.',
    },
  ],
  notes: ['Goose writes the file anew without comments whenever it saves.'],
});

/** Hermes Agent. */
export const hermes: Client = client({
  id: 'hermes',
  name: 'Hermes Agent',
  paths: everywhere('${HOME}/.hermes/config.yaml'),
  format: 'yaml',
  tolerance: { comments: 'yes', trailingCommas: 'yes' },
  lists: [{ at: ['mcp_servers'] }],
  remote: ['http'],
});

/** LibreChat, where somebody runs it from a folder here. */
export const librechat: Client = client({
  id: 'librechat',
  name: 'LibreChat',
  paths: { darwin: [], win32: [], linux: [] },
  workspace: [project('librechat.yaml')],
  format: 'yaml',
  tolerance: { comments: 'yes', trailingCommas: 'yes' },
  shape: shape({ type: transports({ http: ['streamable-http', 'http'] }) }),
  placeholders: 'dollar-brace',
  remote: ['http', 'sse', 'ws'],
  reload: 'Restart LibreChat.',
  notes: ['{{LIBRECHAT_USER_ID}} and its like are filled in by LibreChat in headers.'],
});
