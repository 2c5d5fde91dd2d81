// biome-ignore-all lint/suspicious/noTemplateCurlyInString: path templates, filled in by config-paths.ts
import {
  client,
  everywhere,
  joined,
  managed,
  onAll,
  project,
  shape,
  transports,
  user,
} from './catalogue-shapes.ts';
import type { Client } from './client-record.ts';

const etc = ['${SYSTEM}/etc/codex/config.toml', '${SYSTEM}/etc/codex/managed_config.toml'];
const requirements = '${SYSTEM}/etc/codex/requirements.toml';

/** Codex: one entry that is neither a command nor a URL stops it altogether; ten variables reach a server. */
export const codex: Client = client({
  id: 'codex',
  name: 'OpenAI Codex',
  paths: joined(
    everywhere(user('${HOME}/.codex/config.toml', { readers: ['warp'] }), {
      path: '${HOME}/.codex/*.config.toml',
      scope: 'profile',
    }),
    {
      darwin: etc.map((path) => managed(path)),
      win32: [
        managed('${PROGRAMDATA}/OpenAI/Codex/config.toml'),
        managed('${HOME}/.codex/managed_config.toml'),
      ],
      linux: etc.map((path) => managed(path)),
    },
  ),
  overrides: [
    user('${CODEX_HOME}/config.toml'),
    { path: '${CODEX_HOME}/*.config.toml', scope: 'profile' },
  ],
  workspace: [project('.codex/config.toml')],
  format: 'toml',
  tolerance: { comments: 'yes', trailingCommas: 'yes' },
  whenUnreadable: 'Codex would not start with it.',
  badEntry: 'Codex does not start while it is there.',
  lists: [{ at: ['mcp_servers'] }],
  shape: shape({
    envNames: 'env_vars',
    cwd: 'cwd',
    headers: ['http_headers'],
    envHeaders: 'env_http_headers',
    ownAuth: ['bearer_token_env_var', 'oauth', 'http_headers_helper'],
    type: transports({ ignored: true, sse: [] }),
    disabled: { member: 'enabled', value: false },
    obstacles: {
      bearer_token: 'Codex does not start with a bearer_token in it; use bearer_token_env_var.',
    },
  }),
  remote: ['http'],
  reload: 'Start a new Codex session; restart the ChatGPT app.',
  rules: [
    {
      kind: 'codex-requirements',
      paths: {
        darwin: [requirements],
        win32: ['${PROGRAMDATA}/OpenAI/Codex/requirements.toml'],
        linux: [requirements],
      },
      domain: 'com.openai.codex',
    },
  ],
  beyond: [
    {
      kind: 'plugin',
      what: 'Servers of Codex plugins',
      paths: onAll('${HOME}/.codex/plugins'),
      advice: 'List the allowed servers in requirements.toml.',
    },
  ],
  notes: [
    'Codex writes its table of servers anew: comments in it are lost then, and the file gets mode 0600.',
    'It waits ten seconds for a server (startup_timeout_sec).',
  ],
});

/** Grok Build: tables as Codex has them. */
export const grokBuild: Client = client({
  id: 'grok-build',
  name: 'Grok Build',
  paths: everywhere('${HOME}/.grok/config.toml'),
  overrides: [user('${GROK_HOME}/config.toml')],
  workspace: [project('.grok/config.toml')],
  format: 'toml',
  tolerance: { comments: 'yes', trailingCommas: 'yes' },
  lists: [{ at: ['mcp_servers'] }],
  shape: shape({
    type: transports({ ignored: true }),
    disabled: { member: 'enabled', value: false },
  }),
  remote: ['http'],
});

/** Mistral Vibe: a list of tables with the name inside. */
export const mistralVibe: Client = client({
  id: 'mistral-vibe',
  name: 'Mistral Vibe',
  paths: everywhere('${HOME}/.vibe/config.toml'),
  overrides: [user('${VIBE_HOME}/config.toml')],
  workspace: [project('.vibe/config.toml')],
  format: 'toml',
  tolerance: { comments: 'yes', trailingCommas: 'yes' },
  lists: [{ at: ['mcp_servers'], nameIn: 'name' }],
  shape: shape({
    commandForm: 'either',
    type: transports({ member: 'transport', http: ['streamable-http', 'http'] }),
  }),
  remote: ['http'],
});

/** Reasonix: its servers are called plugins. */
export const reasonix: Client = client({
  id: 'reasonix',
  name: 'Reasonix',
  paths: everywhere('${HOME}/.reasonix/config.toml'),
  workspace: [project('reasonix.toml')],
  format: 'toml',
  tolerance: { comments: 'yes', trailingCommas: 'yes' },
  lists: [{ at: ['plugins'], nameIn: 'name' }],
});
